"""Who hears of what: the one table. A line is a kind that people can choose ways for; the first that fits somebody
tells them, so that one event never tells anybody twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from notifications import audience
from notifications.models import Mailed

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as Lazy

    from notifications.audience import Told

EVERYBODY = frozenset(Role.values)
SELLERS = frozenset({Role.ADMIN, Role.MANAGER, Role.SALES})


@dataclass(frozen=True)
class Notice:
    """`says` is a sentence with %(actor)s, %(record)s, and %(what)s: the event in the words of the timeline."""

    kind: str
    label: Lazy
    says: Lazy
    icon: str
    #: the kinds of events that it is made of; reminders are made of none
    events: tuple[str, ...] = ()
    #: the ids of those who are concerned, given the event and its subject
    to: Callable[[Told], set[int]] = audience.nobody
    roles: frozenset[str] = EVERYBODY
    email: str = Mailed.NEVER
    push: bool = False
    #: what somebody is told once, however many events there are of it; by default the event itself
    source: Callable[[Told], str] = audience.this_event

    @property
    def names_actor(self) -> bool:
        return "%(actor)s" in str(self.says)

    @property
    def says_what(self) -> bool:
        return "%(what)s" in str(self.says)


NOTICES = (
    Notice(
        "mentioned",
        _("Somebody mentions me"),
        _("%(actor)s mentioned you in the %(record)s"),
        "at-sign",
        ("activity.created", "activity.changed", "comment.created", "comment.changed"),
        audience.mentioned,
        email=Mailed.NOW,
        push=True,
        source=audience.this_record,
    ),
    Notice(
        "assigned",
        _("A lead, deal or customer becomes mine"),
        _("%(actor)s gave you the %(record)s"),
        "user-check",
        ("lead.assigned", "deal.assigned", "customer.changed", "company.changed", "user.deactivated"),
        audience.new_owner,
        SELLERS,
        email=Mailed.NOW,
        push=True,
        source=audience.this_click,
    ),
    Notice(
        "asked",
        _("Somebody plans something for me to do"),
        _("%(actor)s planned the %(record)s for you"),
        "calendar-plus",
        ("activity.created", "activity.changed"),
        audience.doers,
        frozenset({Role.ADMIN, Role.MANAGER, Role.SALES, Role.AGENT}),
        push=True,
        source=audience.this_doing,
    ),
    Notice(
        "commented",
        _("Somebody comments on what I wrote or do"),
        _("%(actor)s commented on the %(record)s"),
        "message-square",
        ("comment.created",),
        audience.of_the_activity,
        push=True,
    ),
    Notice(
        "finished",
        _("Somebody finishes what I planned for them"),
        _("%(actor)s finished the %(record)s"),
        "circle-check",
        ("activity.finished",),
        audience.planner,
    ),
    Notice(
        "closed",
        _("A deal of mine or of my team is won or lost"),
        _("%(what)s"),
        "trophy",
        ("deal.won", "deal.lost"),
        audience.owner_and_managers,
        SELLERS,
        source=audience.this_click,
    ),
    Notice(
        "followed",
        _("Something happens to a record that I follow"),
        _("%(actor)s: %(what)s"),
        "eye",
        (
            "lead.changed",
            "lead.assigned",
            "lead.unassigned",
            "lead.contacted",
            "lead.qualified",
            "lead.lost",
            "lead.reopened",
            "lead.converted",
            "lead.deleted",
            "deal.changed",
            "deal.moved",
            "deal.won",
            "deal.lost",
            "deal.reopened",
            "deal.repriced",
            "deal.assigned",
            "deal.deleted",
            "customer.changed",
            "customer.deleted",
            "company.changed",
            "company.deleted",
            "order.created",
            "order.changed",
            "order.deleted",
            "activity.created",
            "activity.finished",
            "comment.created",
            "attachment.created",
        ),
        audience.followers,
        email=Mailed.DIGEST,
    ),
    Notice(
        "reminder",
        _("Something of mine is due soon"),
        _("%(record)s is due: %(due)s"),
        "alarm-clock",
        push=True,
    ),
    Notice(
        "job",
        _("A background job has died"),
        _("A background job has stopped for good: %(task)s"),
        "triangle-alert",
        ("job.died",),
        audience.admins,
        frozenset({Role.ADMIN}),
        email=Mailed.NOW,
        source=audience.this_click,
    ),
)
BY_KIND = {notice.kind: notice for notice in NOTICES}
HEARD = frozenset(kind for notice in NOTICES for kind in notice.events)
