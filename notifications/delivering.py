"""From events to notifications: who is concerned, may see it and wants to hear of it is told once, by their ways."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Q
from psycopg.types.json import Jsonb

from accounts.models import Role, User
from activities import entries
from activities.models import Activity, Attachment, Comment
from crm import outbox, topics
from crm.access import AccessQuerySet
from crm.deleted import all_rows
from crm.events import SHOWN_ON
from crm.models import Event
from notifications import browsers, quiet
from notifications.audience import Told
from notifications.models import Attention, Mailed, Notification, Subscription
from notifications.notices import NOTICES, Notice
from notifications.overtaken import read_overtaken
from notifications.ways import Ways, ways_of

#: what happened longer ago is history by the time somebody could be told of it
NEWS_FOR = dt.timedelta(days=2)
#: what an activity is about: the first of these
NEAREST = ("deal_id", "lead_id", "customer_id")
#: type and id of a record
Place = tuple[str, int]


@dataclass(frozen=True)
class News:
    """What one person is to be told."""

    user_id: int
    kind: str
    source: str
    subject_type: str
    subject_id: int
    event: Event | None = None
    actor_id: int | None = None
    data: dict[str, Any] | None = None
    #: whoever has muted one of these does not want to hear of it
    mutable: frozenset[Place] = frozenset()


def tell(ids: Iterable[int], now: dt.datetime) -> int:
    """Tell of these events; how many were told. Done twice, nobody is told twice."""
    events = list(Event.objects.filter(pk__in=list(ids), at__gt=now - NEWS_FOR).order_by("pk"))
    read_overtaken(events, now)
    return deliver(news_of(events), now)


def news_of(events: Iterable[Event]) -> list[News]:
    """What these events are to those who are concerned, see the record and want to hear of it."""
    wanted = [news for told in _with_rows(list(events)) for news in _news_of(told)]
    return _joined(of_those_who_see(wanted))


def _joined(wanted: Sequence[News]) -> list[News]:
    """What somebody is told once is one line, which says of how many it tells."""
    groups: defaultdict[tuple[int, str], list[News]] = defaultdict(list)
    for news in wanted:
        groups[news.user_id, news.source].append(news)
    return [replace(group[0], data={"count": len(group)}) if len(group) > 1 else group[0] for group in groups.values()]


def deliver(wanted: Sequence[News], now: dt.datetime) -> int:
    """Write what is not written yet, in the order of the people (two jobs at once never wait for each other in a
    circle), and send it the ways they chose."""
    users = User.objects.active().in_bulk({news.user_id for news in wanted})
    ways = ways_of(users.values())
    open_to = [news for news in wanted if news.user_id in users and ways[news.user_id].of(news.kind).any]
    with transaction.atomic():
        written = write(open_to, ways, now)
        for row in written:
            _mail(row, users[row.user_id], ways[row.user_id], now)
        browsers.push_later([row for row in written if ways[row.user_id].of(row.kind).push])
        topics.publish(*{topics.of_user(row.user_id) for row in written})
    return len(written)


def write(wanted: Sequence[News], ways: dict[int, Ways], now: dt.datetime) -> list[Notification]:
    """Those that were not written before."""
    wanted = sorted(wanted, key=lambda news: (news.user_id, news.source))
    columns = zip(*(_values(news, ways[news.user_id], now) for news in wanted), strict=True) if wanted else ()
    if not wanted:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO notifications_notification"
            " (user_id, kind, source, subject_type, subject_id, event_id, actor_id, data, in_app, at)"
            " SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::bigint[],"
            " %s::bigint[], %s::bigint[], %s::jsonb[], %s::boolean[], %s::timestamptz[])"
            " ON CONFLICT (user_id, source) DO NOTHING RETURNING id",
            [list(column) for column in columns],
        )
        new = [pk for (pk,) in cursor.fetchall()]
    return list(Notification.objects.filter(pk__in=new).order_by("pk"))


def _values(news: News, ways: Ways, now: dt.datetime) -> tuple[Any, ...]:
    return (
        news.user_id,
        news.kind,
        news.source,
        news.subject_type,
        news.subject_id,
        news.event.pk if news.event else None,
        news.actor_id,
        Jsonb(news.data or {}),
        ways.of(news.kind).in_app,
        news.event.at if news.event else now,
    )


def _mail(row: Notification, user: User, ways: Ways, now: dt.datetime) -> None:
    if ways.of(row.kind).email == Mailed.NOW:
        at = quiet.end_of_quiet(now, ways.delivery, user)
        outbox.post("notifications.notice", to=user, at=at, notification=row.pk)


# Whom it concerns


def _with_rows(events: Sequence[Event]) -> list[Told]:
    """The events with their subjects, a query for each kind of subject."""
    ids: defaultdict[str, set[int]] = defaultdict(set)
    for event in events:
        ids[event.subject_type].add(event.subject_id)
    rows = {label: all_rows(apps.get_model(label)).in_bulk(pks) for label, pks in ids.items()}
    found = [(event, rows[event.subject_type].get(event.subject_id)) for event in events]
    tolds = [Told(event, row, _place(row)) for event, row in found if row is not None]
    _add_people(tolds)
    return tolds


def _place(row: Any) -> Any:
    if isinstance(row, Attachment):
        return row.activity or row.subject
    return row.activity if isinstance(row, Comment) else row


def _add_people(tolds: Sequence[Told]) -> None:
    """Managers of the owners' teams, admins, followers: for all events at once."""
    owners = {owner for told in tolds if (owner := getattr(told.row, "owner_id", None))}
    teams = dict(User.objects.get_queryset().filter(pk__in=owners).values_list("pk", "team"))
    leaders: defaultdict[int | None, set[int]] = defaultdict(set)
    for pk, role, team in (
        User.objects.active().filter(role__in=(Role.ADMIN, Role.MANAGER)).values_list("pk", "role", "team")
    ):
        leaders[team if role == Role.MANAGER else -1].add(pk)
    followers = _followers({place for told in tolds for place in _followed(told)})
    for told in tolds:
        team_id = teams.get(getattr(told.row, "owner_id", None) or 0)
        told.managers = frozenset(leaders[team_id]) if team_id else frozenset()
        told.admins = frozenset(leaders[-1])
        told.followers = set().union(*(followers[place] for place in _followed(told)))


def _followed(told: Told) -> set[tuple[str, int]]:
    """The records on whose pages it is seen."""
    own = {(told.event.subject_type, told.event.subject_id)}
    return own | {(label, pk) for name, label in SHOWN_ON.items() if (pk := getattr(told.row, name, None))}


def _followers(places: set[tuple[str, int]]) -> defaultdict[tuple[str, int], set[int]]:
    found: defaultdict[tuple[str, int], set[int]] = defaultdict(set)
    rows = _subscriptions(places).filter(attention=Attention.FOLLOWED)
    for user, label, pk in rows.values_list("user", "subject_type", "subject_id"):
        found[label, pk].add(user)
    return found


def _subscriptions(places: Iterable[tuple[str, int]]) -> Any:
    ids: defaultdict[str, list[int]] = defaultdict(list)
    for label, pk in places:
        ids[label].append(pk)
    which = Q(pk__in=[])
    for label, pks in ids.items():
        which |= Q(subject_type=label, subject_id__in=pks)
    return Subscription.objects.filter(which)


def _news_of(told: Told) -> list[News]:
    """One line at most for each person, of the first notice that fits; nobody hears of what they did themselves."""
    found: dict[int, News] = {}
    for notice in NOTICES:
        if told.event.kind in notice.events:
            for user in notice.to(told) - found.keys() - {told.event.actor_id}:
                found[user] = _news(told, notice, user)
    return list(found.values())


def _news(told: Told, notice: Notice, user: int) -> News:
    label, pk = told.place._meta.label_lower, told.place.pk
    mutable = frozenset({(label, pk), *_nearest(told.place)})
    return News(user, notice.kind, notice.source(told), label, pk, told.event, told.event.actor_id, mutable=mutable)


def _nearest(place: Any) -> list[Place]:
    """What an activity is about."""
    if not isinstance(place, Activity):
        return []
    return [(SHOWN_ON[name], pk) for name in NEAREST if (pk := getattr(place, name))][:1]


# Who may see it


def of_those_who_see(wanted: Sequence[News]) -> list[News]:
    """Without those who do not see the record now, and those who do not want to hear of it."""
    muted = muted_of({place for news in wanted for place in _mutable(news)})
    users = User.objects.active().in_bulk({news.user_id for news in wanted})
    asked: defaultdict[tuple[int, str], set[int]] = defaultdict(set)
    for news in wanted:
        asked[news.user_id, news.subject_type].add(news.subject_id)
    seen = {who: _seen(users[who[0]], who[1], pks) for who, pks in asked.items() if who[0] in users}
    return [
        news
        for news in wanted
        if news.subject_id in seen.get((news.user_id, news.subject_type), ())
        and not any((news.user_id, *place) in muted for place in _mutable(news))
        and not _is_hidden(news.event, users[news.user_id])
    ]


def _mutable(news: News) -> frozenset[Place]:
    return news.mutable or frozenset({(news.subject_type, news.subject_id)})


def _is_hidden(event: Event | None, user: User) -> bool:
    """Whether all that changed are fields that the user does not see."""
    return event is not None and bool(event.data.get("fields")) and entries.told(event, user) is None


def muted_of(places: Iterable[tuple[str, int]]) -> set[tuple[int, str, int]]:
    """Who does not want to hear of which of these records."""
    rows = _subscriptions(places).filter(attention=Attention.MUTED)
    return set(rows.values_list("user", "subject_type", "subject_id"))


def _seen(user: User, label: str, pks: set[int]) -> set[int]:
    return {row.pk for row in seen_rows(user, label, pks)}


def seen_rows(user: User, label: str, pks: set[int]) -> list[Any]:
    """Those of these records that the user sees, deleted ones too. Colleagues are known to everybody by name."""
    if not user.effective_role:
        return []
    rows = all_rows(apps.get_model(label)).filter(pk__in=pks)
    if label == User._meta.label_lower:
        return list(rows)
    if not isinstance(rows, AccessQuerySet):
        return list(rows) if user.effective_role == Role.ADMIN else []
    return list(rows.visible_to(user))
