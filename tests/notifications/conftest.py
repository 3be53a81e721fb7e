from __future__ import annotations

import pytest
from django.core.cache import cache
from django.utils.timezone import now

from crm.models import Event
from notifications import delivering
from notifications.models import Notification
from tests.push_service import PushService


@pytest.fixture
def told(db):
    """What everybody was told since: the events are told as the worker would, and the rows come by person."""
    before = set(Event.objects.values_list("pk", flat=True))

    def tell():
        events = Event.objects.exclude(pk__in=before).values_list("pk", flat=True)
        delivering.tell(events, now())
        rows = Notification.objects.order_by("pk").select_related("user")
        return [(row.user.name.split()[0], row.kind) for row in rows]

    return tell


@pytest.fixture
def service(settings):
    """A push service, known under its name."""
    made = PushService()
    settings.OUTWARD_STAND_INS, settings.WEBPUSH_SERVICES = made.stand_in, [made.host]
    yield made
    made.close()
    cache.delete(f"notifications.silent:{made.host}")
