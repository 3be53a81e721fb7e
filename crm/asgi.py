from __future__ import annotations

from django.conf import settings

from crm.lanes import Lanes, Pages
from crm.live import Live
from crm.request_body import Limits
from crm.wsgi import application as django_application

#: where files are attached: several of the largest at once, and time to send them on a slow line
ATTACHED = Limits(size=(settings.ATTACHMENT_MAX_MB * settings.ATTACHMENTS_AT_ONCE + 1) * 1024 * 1024, total=900.0)

application = Lanes(pages=Pages(django_application, uploads={"/activities/about/": ATTACHED}), live=Live())
