"""Not collected by itself: test_databases.py runs it alone, as one would run a module whose mark was forgotten."""

from __future__ import annotations

from accounts.models import User


def test_without_a_mark(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        User.objects.exists()
