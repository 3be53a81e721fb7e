"""What people choose: the ways they are told by, and the records they follow or mute."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse

from notifications.models import Attention, Delivery, Mailed, Preference, Subscription
from notifications.notices import BY_KIND
from notifications.ways import ways_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.models import User
    from crm.models import Record


def choose_ways(delivery: Delivery, preferences: Sequence[Preference]) -> None:
    """Keep both, or neither."""
    with transaction.atomic():
        fields = ["quiet_from", "quiet_to", "digest_at", "remind_before"]
        values = {name: getattr(delivery, name) for name in fields}
        Delivery.objects.update_or_create(user_id=delivery.user_id, defaults=values)
        choose_preferences(preferences)


def choose_preferences(rows: Sequence[Preference]) -> None:
    Preference.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["user", "kind"], update_fields=["in_app", "email", "push"]
    )


def leave_digest(user: User) -> None:
    """No kind goes into the daily digest any more."""
    ways = ways_of([user])[user.pk]
    chosen = {kind: ways.of(kind) for kind in BY_KIND}
    rows = [
        Preference(user=user, kind=kind, in_app=way.in_app, email=Mailed.NEVER, push=way.push)
        for kind, way in chosen.items()
        if way.email == Mailed.DIGEST
    ]
    choose_preferences(rows)


def attend(subject: Record, user: User, attention: str) -> None:
    """Follow a record, mute it, or neither."""
    place = {"subject_type": subject._meta.label_lower, "subject_id": subject.pk, "user": user}
    if attention:
        Subscription.objects.update_or_create(**place, defaults={"attention": attention})
    else:
        Subscription.objects.filter(**place).delete()


class Attending:
    """How closely `user` hears of a record, and where to choose it: for templates/notifications/_attention.html."""

    def __init__(self, subject: Record, user: User) -> None:
        self.subject, self.user = subject, user

    @property
    def url(self) -> str:
        return reverse("notifications:attention", args=[self.subject._meta.label_lower, self.subject.pk])

    @cached_property
    def _chosen(self) -> str:
        place = {"subject_type": self.subject._meta.label_lower, "subject_id": self.subject.pk}
        rows = Subscription.objects.visible_to(self.user).filter(**place)
        return rows.values_list("attention", flat=True).first() or ""

    @property
    def is_followed(self) -> bool:
        return self._chosen == Attention.FOLLOWED

    @property
    def is_muted(self) -> bool:
        return self._chosen == Attention.MUTED
