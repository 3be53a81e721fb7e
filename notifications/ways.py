"""The ways by which somebody wants to hear of each kind of notification."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from accounts.models import User
from notifications.models import Delivery, Mailed, Preference
from notifications.notices import BY_KIND


@dataclass(frozen=True)
class Way:
    in_app: bool
    email: str
    push: bool

    @property
    def any(self) -> bool:
        return self.in_app or self.push or self.email != Mailed.NEVER


@dataclass(frozen=True)
class Ways:
    """Of one person; what they did not choose is as the table of notices says."""

    delivery: Delivery
    chosen: dict[str, Way]

    def of(self, kind: str) -> Way:
        notice = BY_KIND[kind]
        return self.chosen.get(kind) or Way(in_app=True, email=notice.email, push=notice.push)


def ways_of(users: Iterable[User]) -> dict[int, Ways]:
    """By the ids of the people."""
    ids = [user.pk for user in users]
    deliveries = Delivery.objects.in_bulk(ids)
    chosen: defaultdict[int, dict[str, Way]] = defaultdict(dict)
    for row in Preference.objects.filter(user__in=ids):
        chosen[row.user_id][row.kind] = Way(row.in_app, row.email, row.push)
    return {pk: Ways(deliveries.get(pk) or Delivery(user_id=pk), chosen[pk]) for pk in ids}
