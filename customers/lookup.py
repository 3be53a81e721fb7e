"""Find people, companies and orders by what somebody typed: a number, an address, a name with typos. All by index."""

from __future__ import annotations

import contextlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib.postgres.search import TrigramWordSimilarity
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet, Value
from django.db.models.functions import Lower
from django.db.models.lookups import StartsWith
from django.utils.translation import gettext as _

from crm import phones
from crm.access import visible
from crm.finding import Hit
from crm.finding import tidy as tidy
from crm.text import folded
from customers.models import Company, Customer, Email, ExternalId, Order, Phone

if TYPE_CHECKING:
    from accounts.models import User

M = TypeVar("M", bound=Model)
#: how many keys of one kind are looked at: the last four digits of a phone fit many
MOST_KEYS = 500
#: how much less alike than the best a name may be
NEARLY_BEST, MOST_ALIKE = 0.8, 20
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class Key:
    """A customer whose number or address fits."""

    customer: int
    reason: str
    exact: bool


def narrow(rows: QuerySet[Customer], text: str, *, nearly: bool = True) -> QuerySet[Customer]:
    """The customers of `rows` whom `text` may mean: by number, address or a part of the name, or else `nearly` so."""
    text = tidy(text)
    if not text:
        return rows.none()
    ids = {key.customer for key in keys_of(text)}
    found = rows.filter(Q(pk__in=ids) | named(text)) if ids else rows.filter(named(text))
    if not nearly or not is_name(text) or _any(found):
        return found
    return rows.filter(pk__in=[row.pk for row in alike(rows, text)])


def find(text: str, user: User, limit: int) -> list[Hit]:
    """At most `limit` hits of each kind, of what `user` may see: by number, address or a part of the name."""
    return [*_order_hits(text, user, limit), *_customer_hits(text, user, limit), *_company_hits(text, user, limit)]


def nearly(text: str, user: User, limit: int) -> list[Hit]:
    """Customers and companies of nearly this name."""
    if not is_name(text):
        return []
    people = [_by_name(row, nearly=True) for row in alike(_customers(user), text)[:limit]]
    return people + [_by_name(row, nearly=True) for row in alike(visible(Company, user), text)[:limit]]


# Numbers and addresses


def keys_of(text: str) -> Iterator[Key]:
    """Of all kinds that `text` may be, by one query."""
    parts = [*_id_parts(text.removeprefix("#")), *_phone_parts(text), *_email_parts(text)]
    exact, spelt = exactly(text) if phones.looks_like_phone(text) else (set(), [])
    for pk, how, value, national in parts[0].union(*parts[1:], all=True):
        match how:
            case "phone":
                yield Key(pk, f"{_('Phone')} {phones.screen_text(value)}", value in exact or national in spelt)
            case "email":
                yield Key(pk, f"{_('E-mail')} {value}", value.lower() == text.lower())
            case _:
                number = text.removeprefix("#")
                source = {"id": number, "source": value}
                yield Key(pk, _("ID %(id)s (%(source)s)") % source if value else f"{_('ID')} {number}", True)


Part = QuerySet[Any, tuple[int, str, str, str]]


def _part(rows: QuerySet[Any], customer: str, how: str, value: Any = None, national: Any = None) -> Part:
    said = (given or Value("") for given in (value, national))
    return rows.order_by().values_list(customer, Value(how), *said)[:MOST_KEYS]


def _id_parts(text: str) -> list[Part]:
    """Our own id, the reference, and the numbers in other systems."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
    own = Customer.objects.filter(Q(pk=number)) if number else Customer.objects.none()
    return [
        _part(own, "pk", "id"),
        _part(Customer.objects.filter(reference=text).exclude(reference=""), "pk", "id"),
        _part(ExternalId.objects.filter(value=text), "customer_id", "id", "source"),
    ]


def _phone_parts(text: str) -> list[Part]:
    """The number in any spelling, or its last digits."""
    if not phones.looks_like_phone(text):
        return []
    return [_part(Phone.objects.filter(numbered(text)), "customer_id", "phone", "number", "national")]


def _email_parts(text: str) -> list[Part]:
    if "@" not in text.strip("@"):
        return []
    return [_part(Email.objects.filter(addressed(text)), "customer_id", "email", "address")]


def numbered(text: str) -> Q:
    """The phones that `text` may mean."""
    exact, spelt = exactly(text)
    return Q(number__in=exact) | Q(national__in=spelt) | Q(tail__startswith=spelt[0][::-1])


def exactly(text: str) -> tuple[set[str], list[str]]:
    """The E.164 and the national spellings of a number."""
    spelt = phones.spellings(text)
    exact = {f"+{digits}" for digits in spelt}
    # What cannot be dialled from here may still be a number of another country, or the end of one.
    with contextlib.suppress(ValidationError):
        exact.add(phones.parse(text).e164)
    return exact, spelt


def addressed(text: str) -> Q:
    """The e-mails whose address is `text`, or begins with it."""
    return Q(StartsWith(Lower("address"), text.lower()))


def _customer_hits(text: str, user: User, limit: int) -> Iterator[Hit]:
    keys: dict[int, Key] = {}
    for key in keys_of(text):
        if key.customer not in keys or (key.exact and not keys[key.customer].exact):
            keys[key.customer] = key
    rows = _customers(user)
    found = _firstnamed(rows, text, limit)
    if keys:
        found = rows.filter(pk__in=keys).order_by("sort_key", "pk")[:limit].union(found, all=True)
    for row in {row.pk: row for row in found}.values():
        yield _customer_hit(row, keys[row.pk]) if row.pk in keys else _by_name(row)


def _customers(user: User) -> QuerySet[Customer]:
    return visible(Customer, user).select_related("company")


def _customer_hit(row: Customer, key: Key) -> Hit:
    return Hit("customer", row.pk, str(row), key.reason, key.exact, _company_of(row))


def _company_hits(text: str, user: User, limit: int) -> list[Hit]:
    return [_by_name(row) for row in _firstnamed(visible(Company, user), text, limit)] if is_name(text) else []


def _order_hits(text: str, user: User, limit: int) -> list[Hit]:
    """Orders by their whole number, which holds a digit. Who sees no orders finds none."""
    if not any(map(str.isdigit, text)):
        return []
    number = text.removeprefix("#")
    rows = visible(Order, user).filter(number__in={number, number.upper()}).select_related("customer")
    return [
        Hit("order", row.pk, row.number, f"{_('Order')} {row.number}", True, str(row.customer or ""))
        for row in rows.order_by("number", "pk")[:limit]
    ]


# Names


def has_trigram(text: str) -> bool:
    """Three letters or digits on end, marks included: what the index of names is made of."""
    return "www" in "".join("w" if unicodedata.category(character)[0] in "LMN" else " " for character in text)


def named(text: str) -> Q:
    """Every word of `text` is part of the name, in any order; a text too short for that begins the name."""
    if not has_trigram(text):
        return Q(sort_key__startswith=folded(Value(text)))
    return Q(*(Q(sort_key__contains=folded(Value(word))) for word in text.split()))


def _any(rows: QuerySet[Any]) -> bool:
    # By the order of an index: a bare LIMIT 1 tempts the planner to read the table until one comes.
    return bool(rows.order_by("sort_key", "pk").values("pk")[:1])


def _by_name(row: Company | Customer, *, nearly: bool = False) -> Hit:
    detail = _company_of(row) if isinstance(row, Customer) else row.city
    return Hit(row.NOUN, row.pk, str(row), _("Similar name") if nearly else _("Name"), detail=detail)


def _company_of(row: Customer) -> str:
    return str(row.company or "")


def is_name(text: str) -> bool:
    """Numbers and addresses are right or wrong; only names can be nearly right."""
    return "@" not in text and len(_LETTER.findall(text)) > sum(map(str.isdigit, text))


def _firstnamed(rows: QuerySet[M], text: str, limit: int) -> QuerySet[M]:
    return rows.filter(named(text)).order_by("sort_key", "pk")[:limit]


def alike(rows: QuerySet[M], text: str) -> list[M]:
    """The rows whose names are nearly `text`, the likest first."""
    name = folded(Value(text))
    likeness = TrigramWordSimilarity(name, "sort_key")  # type: ignore[arg-type]  # takes expressions too
    near = rows.filter(sort_key__trigram_word_similar=name).annotate(likeness=likeness)
    found = list(near.order_by("-likeness", "sort_key", "pk")[:MOST_ALIKE])
    return [row for row in found if row.likeness >= found[0].likeness * NEARLY_BEST]
