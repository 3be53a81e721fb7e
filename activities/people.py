"""Colleagues who may see a record: they can be asked to do something about it, and be mentioned."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Lower, StrIndex
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import TEAM_ROLES, User, UserQuerySet
from crm.access import visible

if TYPE_CHECKING:
    from activities.models import Linked
    from crm.models import Record

#: who reads only is given nothing to do
DOERS = ("admin", "manager", "sales", "agent")


def who_see(subject: Record) -> UserQuerySet:
    """Active users who see the record: in one query what `visible_to` says of each (a test compares them)."""
    users = User.objects.active().exclude(role__in=TEAM_ROLES, team=None)
    row: Any = subject
    if subject._meta.label == "customers.Customer":
        roles = ["admin", "manager", "sales", "analyst", *(["agent"] if row.call_eligible else [])]
        return users.filter(role__in=roles)
    managers = Q(role="manager") if row.owner_id is None else Q(role="manager", team__users=row.owner_id)
    own = Q(role="sales") & (Q(pk=row.owner_id) | Q(pk__in=row.shared_with.values("pk")))
    return users.filter(Q(role__in=["admin", "analyst"]) | managers | own)


def doers_of(subject: Record | None, user: User) -> UserQuerySet:
    """Those to whom `user` may give something to do about the record."""
    everybody = User.objects.active().filter(pk=user.pk) if subject is None else who_see(subject)
    return everybody.filter(role__in=DOERS).order_by("name", "pk")


def people_of(row: Linked) -> UserQuerySet:
    """Those who see what is about the nearest record; about none: its own people."""
    subject = row.subject
    if subject is not None:
        return who_see(subject)
    return User.objects.active().filter(pk__in={row.created_by_id, getattr(row, "owner_id", None)} - {None})


# Mentions: "@" and the name of a colleague, as the suggestions write it.


def mentioned_in(text: str, row: Linked) -> list[User]:
    """The colleagues named in `text`; ValidationError when one of them does not see what it is about."""
    if "@" not in text:
        return []
    called = Lower(Concat(Value("@"), F("name")))
    named = User.objects.active().exclude(name="")
    found = list(named.annotate(place=StrIndex(Value(text.lower()), called)).filter(place__gt=0))
    names = {match.lower() for match, is_name in _pieces(text, [user.name for user in found]) if is_name}
    found = [user for user in found if user.name.lower() in names]
    seeing = [user for user in found if sees(user, row)]
    told = {user.name.lower() for user in seeing}  # of two with one name it is the one who sees it
    if strangers := [user for user in found if user.name.lower() not in told]:
        raise ValidationError(
            _("%(name)s does not see this record, and so cannot be mentioned."), params={"name": strangers[0]}
        )
    return seeing


def sees(user: User, row: Linked) -> bool:
    subject = row.subject
    if subject is None:
        return user.pk in {row.created_by_id, getattr(row, "owner_id", None)}
    return visible(type(subject), user).filter(pk=subject.pk).exists()


def highlighted(text: str, people: Iterable[User]) -> SafeString:
    """`text` escaped, with the mentions of `people` marked."""
    pieces = _pieces(text, [user.name for user in people])
    marked = (
        (format_html('<mark class="mention">@{}</mark>', piece) if is_name else piece,) for piece, is_name in pieces
    )
    return format_html_join("", "{}", marked)


def _pieces(text: str, names: Sequence[str]) -> list[tuple[str, bool]]:
    """The text in pieces, and whether each is the name of one who is mentioned. The longer name is meant."""
    longest_first = sorted({name for name in names if name}, key=len, reverse=True)
    if not longest_first:
        return [(text, False)]
    pattern = rf"(?<!\w)@({'|'.join(map(re.escape, longest_first))})(?!\w)"
    return [(piece, place % 2 == 1) for place, piece in enumerate(re.split(pattern, text, flags=re.IGNORECASE))]
