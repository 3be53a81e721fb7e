"""The companies and customers of the demo data, row by row for COPY. All fictional: e-mails end in example domains."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import Any

from customers import demo_names as names
from customers.demo_places import PLACES, Place

WITHOUT_NAME = 0.03
WITHOUT_OWNER = 0.2
AT_A_COMPANY = 0.3
CALLABLE = 0.4
SECOND_CONTACT = 0.25
DOMAINS = ("example.com", "example.org", "example.net")
#: letters that Unicode does not take apart
PLAIN = str.maketrans({"ø": "o", "Ø": "O", "æ": "ae", "Æ": "Ae", "ß": "ss", "ł": "l", "Ł": "L", "ı": "i", "đ": "d"})


@dataclass(frozen=True, slots=True)
class Company:
    """`row` as demo.py stages it."""

    place: Place
    row: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """A customer before their orders are known: `row` as demo.py stages it, without figures."""

    country: str
    joined: int
    row: tuple[Any, ...]
    phones: tuple[tuple[str, str], ...]
    emails: tuple[str, ...]


def companies(rng: random.Random, count: int, staff: Sequence[int], first_id: int) -> Iterator[Company]:
    """Companies of all countries. Beside the common words their names carry a founder's, so that they differ."""
    for number in range(count):
        place = _place(rng)
        founder = _weighted(rng, names.FAMILY[place.code])
        stem = rng.choice(
            (rng.choice(names.FIRST_WORDS), founder, f"{founder} & {_weighted(rng, names.FAMILY[place.code])}")
        )
        name = f"{stem} {rng.choice(names.TRADES)} {rng.choice(place.forms)}"
        owner = _owner(rng, staff)
        website = f"https://www.{slug(stem)}-{number}.example" if rng.random() < 0.7 else ""
        where = _address(rng, place)
        yield Company(
            place, (first_id + number, name, website, rng.choice(names.INDUSTRIES), *where, place.code, owner)
        )


class People:
    """Draws customers one by one; keeps track of the e-mail addresses that are taken."""

    def __init__(self, rng: random.Random, staff: Sequence[int], firms: Sequence[Company]) -> None:
        self._rng, self._staff, self._firms = rng, staff, firms
        self._addresses: dict[str, int] = {}

    def draw(self, pk: int, number: int, joined: int) -> Person:
        """The customer `pk`, the `number`th, known since day `joined` of the period."""
        rng = self._rng
        firm = rng.choice(self._firms) if self._firms and rng.random() < AT_A_COMPANY else None
        place = firm.place if firm else _place(rng)
        given, family = _weighted(rng, names.GIVEN[place.code]), _family(rng, place)
        nameless = rng.random() < WITHOUT_NAME
        reference = str(10_000 + number) if nameless or rng.random() < 0.1 else ""
        emails = () if nameless else self._emails(given, family)
        phones = () if nameless else _phones(rng, place)
        tags = [] if rng.random() < 0.65 else rng.sample(names.TAGS, rng.choice((1, 1, 2)))
        income = round(rng.lognormvariate(0, 0.4) * place.income, -1) if rng.random() < 0.5 else None
        row = (
            *(pk, "" if nameless else f"{given} {family}", reference, firm.row[0] if firm else None),
            rng.choice(names.JOB_TITLES) if firm else "",
            *(_address(rng, place) if rng.random() < 0.8 else ("", "", "")),
            *(place.code, place.zone if rng.random() < 0.6 else ""),
            *(_owner(rng, self._staff), tags, rng.random() < CALLABLE, income),
        )
        return Person(place.code, joined, row, phones, emails)

    def _emails(self, given: str, family: str) -> tuple[str, ...]:
        count = _how_many(self._rng, none=0.12)
        return tuple(
            self._address(f"{slug(given)}.{slug(family)}", domain) for domain in self._rng.sample(DOMAINS, count)
        )

    def _address(self, stem: str, domain: str) -> str:
        taken = self._addresses.get(stem, 0)
        self._addresses[stem] = taken + 1
        return f"{stem}{taken + 1 if taken else ''}@{domain}"


@cache
def slug(text: str) -> str:
    """Small ASCII letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", text.translate(PLAIN)).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _place(rng: random.Random) -> Place:
    return rng.choices(PLACES, cum_weights=_shares())[0]


@cache
def _shares() -> list[int]:
    return list(accumulate(place.weight for place in PLACES))


def _weighted(rng: random.Random, words: Sequence[str]) -> str:
    """The first words more often than the last."""
    return rng.choices(words, cum_weights=_falling(len(words)))[0]


@cache
def _falling(count: int) -> list[float]:
    return list(accumulate(1 / (rank + 8) for rank in range(count)))


def _family(rng: random.Random, place: Place) -> str:
    family = _weighted(rng, names.FAMILY[place.code])
    if rng.random() < 0.06 and " " not in family:
        family = f"{family}-{_weighted(rng, names.FAMILY[place.code])}"
    return family


def _owner(rng: random.Random, staff: Sequence[int]) -> int | None:
    if not staff or rng.random() < WITHOUT_OWNER:
        return None
    return rng.choices(staff, cum_weights=_falling(len(staff)))[0]


def _address(rng: random.Random, place: Place) -> tuple[str, str, str]:
    street = place.street.format(number=rng.randint(1, 180), street=rng.choice(place.streets))
    postal = "".join(_letter(rng, sign) for sign in place.postal)
    return street, postal, rng.choice(place.cities)


def _letter(rng: random.Random, sign: str) -> str:
    if sign == "#":
        return str(rng.randint(1, 9))
    return rng.choice("ABCDEFGHKLMNPRSTWXY") if sign.isalpha() else sign


def _phones(rng: random.Random, place: Place) -> tuple[tuple[str, str], ...]:
    """(E.164, as dialled at home) of none, one or several numbers."""
    found: dict[str, str] = {}
    for _ in range(_how_many(rng, none=0.15)):
        pattern = rng.choice(place.phones)
        digits = "".join(str(rng.randint(0, 9)) if sign == "#" else sign for sign in pattern)
        found[f"+{place.calling_code}{digits}"] = place.trunk + digits
    return tuple(found.items())


def _how_many(rng: random.Random, *, none: float) -> int:
    chance = rng.random()
    if chance < none:
        return 0
    if chance < 1 - SECOND_CONTACT:
        return 1
    return 2 if chance < 0.95 else 3
