from __future__ import annotations

from crm.lanes import Lanes, Pages
from crm.live import Live
from crm.wsgi import application as django_application

application = Lanes(pages=Pages(django_application), live=Live())
