"""The demo begins with something to be read, as if people had been there all week."""

from __future__ import annotations

from django.core.management import call_command

from accounts.demo_logins import DOMAIN
from accounts.models import User
from crm.models import Mail
from notifications import demo
from notifications.models import Notification, Subscription


def test_it_works(db):
    call_command("seed", verbosity=0)
    sofia, mikael = (User.objects.get(email=f"{login}@{DOMAIN}") for login in ("sales", "manager"))
    for user in (sofia, mikael):
        own = Notification.objects.visible_to(user).order_by("at")
        assert [row.read_at is None for row in own][-demo.UNREAD :] == [True] * demo.UNREAD
        assert own.unread().count() == demo.UNREAD
    assert Notification.objects.visible_to(sofia).filter(kind="assigned", actor=mikael, read_at__isnull=False).exists()
    assert Subscription.objects.filter(user=sofia).count() == demo.FOLLOWED_BY_EACH
    assert not Mail.objects.exists()
