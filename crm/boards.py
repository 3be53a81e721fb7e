"""Boards: columns of cards that people drag from one to the next. Apps fill them; templates/boards shows them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render

from crm.http import UserRequest
from crm.keyset import SORT, Sort

#: the cards that a column begins with, more than most windows show; those that come when somebody scrolls to its end
FIRST, SIZE = 12, 25


@dataclass(frozen=True)
class Badge:
    text: str
    tone: str = ""
    icon: str = ""
    title: str = ""


@dataclass(frozen=True)
class Card:
    """One record on a board. Without a `move_url` it stays where it is; `moves` is what a move must find unchanged."""

    pk: int
    title: str
    url: str
    move_url: str = ""
    moves: int = 0
    #: below the title
    line: str = ""
    badges: Sequence[Badge] = ()
    amount: str = ""
    #: what stands in place of an amount
    without: str = ""
    #: at the end of the last line: its age
    note: Badge | None = None
    owner: str = ""
    initials: str = ""


@dataclass(frozen=True)
class Sum:
    """A figure in the head of a column, such as the weighted sum."""

    text: str
    meaning: str = ""


@dataclass
class Column:
    """`key` is what a move sends as `to`; `url` gives the column again, `more_url` its next cards."""

    key: str
    name: str
    url: str
    cards: list[Card] = field(default_factory=list)
    count: str = "0"
    sums: Sequence[Sum] = ()
    more_url: str = ""
    #: good (won), bad (lost) or nothing
    tone: str = ""
    note: str = ""


@dataclass
class Board:
    """`zones` are columns to drop into while dragging, shown as columns or not; `is_manual`: people order the cards."""

    label: str
    columns: list[Column]
    zones: list[Column] = field(default_factory=list)
    is_manual: bool = False
    #: where it is fetched again, and the topics after whose changes it is
    url: str = ""
    topics: str = ""
    first: int = FIRST

    @property
    def places(self) -> list[Column]:
        """Where a card can go, each once, for the menu of a card."""
        keys = {column.key for column in self.columns}
        return [*self.columns, *(zone for zone in self.zones if zone.key not in keys)]


def first_ids(
    columns: Iterable[Sequence[QuerySet[Any]]], sort: Sort, *, down: bool = False, size: int = FIRST
) -> list[int]:
    """The first cards of all columns in one query, and one more of each. A column's branches are disjoint, and each
    walks its own index; unsorted: their rows are to be loaded, sorted by crm.keyset.SORT and id, and cut to `size`."""
    order = [f"-{SORT}", "-pk"] if down else [SORT, "pk"]
    parts = [
        rows.annotate(**{SORT: sort.expression}).order_by(*order).values_list("pk", SORT)[: size + 1]
        for branches in columns
        for rows in branches
    ]
    if not parts:
        return []
    rows = parts[0] if len(parts) == 1 else parts[0].union(*parts[1:], all=True)
    return [pk for pk, _value in rows]


def first_in_each(
    columns: QuerySet[Any], rows: Iterable[QuerySet[Any]], sort: Sort, *, down: bool = False, size: int = FIRST
) -> QuerySet[Any, Any]:
    """The same for columns that are rows themselves: each part of `rows` says by OuterRef("pk") in which column it is.
    It is planned once, however many columns there are. Lists of ids, one for each column and part."""
    order = [f"-{SORT}", "-pk"] if down else [SORT, "pk"]
    firsts = [
        ArraySubquery(part.annotate(**{SORT: sort.expression}).order_by(*order).values("pk")[: size + 1])
        for part in rows
    ]
    named = {f"part_{number}": first for number, first in enumerate(firsts)}
    found: QuerySet[Any, Any] = columns.order_by().annotate(**named).values_list(*named)
    return found


# Answers


def show_more(request: UserRequest, column: Column) -> HttpResponse:
    """The next cards of a column, for the end of its list."""
    return render(request, "boards/_more_cards.html", {"column": column})


def show_column(request: UserRequest, column: Column) -> HttpResponse:
    return render(request, "boards/_columns.html", {"columns": [column]})


def moved(
    request: UserRequest, *, heads: Sequence[Column], card: Card | None, gone: int = 0, **context: Any
) -> HttpResponse:
    """After a drag: the heads of both columns, and the card as it is now, or the id of one that left the board.

    `extra`, a template, may add more parts to this answer and the next.
    """
    return render(request, "boards/_moved.html", {"heads": heads, "card": card, "gone": gone, **context})


def fresh(request: UserRequest, *, columns: Sequence[Column], status: int = 200, **context: Any) -> HttpResponse:
    """Whole columns again: after a move by a form in the drawer, which closes, or with 409 when the board was stale."""
    response = render(request, "boards/_fresh.html", {"columns": columns, **context}, status=status)
    # Not before the swap: an element that is gone has no page to swap into.
    response["HX-Trigger-After-Swap"] = "drawer:close"
    return response


def ask(request: UserRequest, context: dict[str, Any], *, fragment: str = "boards/_ask.html") -> HttpResponse:
    """422 with a form for the drawer: the move needs more, such as a reason. The card waits where it was."""
    response = render(request, fragment, context, status=422)
    response["HX-Retarget"], response["HX-Reswap"] = "#drawer-body", "innerHTML"
    return response
