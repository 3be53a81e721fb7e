"""What events about imports are called."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.words import Words

EVENTS = {"import.finished": Words(_("Imported: %(file)s"), "upload", "good")}
