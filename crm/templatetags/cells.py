"""The rows of a list, written by Python: a template loop over 400 cells is most of such a page's time.

A row has `url`, `key` and `cells`; a cell has `kind`, `value`, and by kind:

    text, number, money   value: the text to show
    link                  value: the text; extra: the URL (the row's own when empty)
    badge                 value: the text; extra: its tone (good, warn, bad, accent or nothing)
    time                  value: the ISO moment; label: the text to show; extra: the full date for the title
    phone                 value: E.164; label: as people write it
    email                 value: the address
    tags                  value: the words
    person                value: the name; extra: the initials
    face                  the same, with the name in the title alone
    edit-…                text, money or badge that becomes a form when it is clicked; label: the URL of the form
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from html import escape
from typing import Any, Protocol

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

register = template.Library()


class Cell(Protocol):
    kind: str
    value: Any
    label: str
    extra: str


class Row(Protocol):
    url: str
    key: Any
    cells: Iterable[Cell]


def _text(cell: Cell, url: str) -> str:
    return escape(str(cell.value))


def _link(cell: Cell, url: str) -> str:
    return f'<a href="{escape(cell.extra or url)}">{escape(str(cell.value))}</a>'


def _badge(cell: Cell, url: str) -> str:
    return f'<span class="badge {escape(cell.extra)}">{escape(str(cell.value))}</span>'


def _time(cell: Cell, url: str) -> str:
    return (
        f'<time datetime="{escape(str(cell.value))}" title="{escape(str(cell.extra))}">{escape(str(cell.label))}</time>'
    )


def _phone(cell: Cell, url: str) -> str:
    return f'<a href="tel:{escape(str(cell.value))}">{escape(str(cell.label or cell.value))}</a>'


def _email(cell: Cell, url: str) -> str:
    return f'<a href="mailto:{escape(str(cell.value))}">{escape(str(cell.value))}</a>'


def _tags(cell: Cell, url: str) -> str:
    badges = "".join(f'<span class="badge">{escape(str(tag))}</span>' for tag in cell.value)
    return f'<div class="tags" title="{escape(", ".join(map(str, cell.value)))}">{badges}</div>'


def _person(cell: Cell, url: str) -> str:
    name = str(cell.value)
    initials = cell.extra or "".join(word[0] for word in name.split()[:2]).upper()
    face = f'<span class="avatar small" aria-hidden="true">{escape(initials)}</span>'
    return f'<span class="person">{face}<span>{escape(name)}</span></span>'


def _face(cell: Cell, url: str) -> str:
    name = escape(str(cell.value))
    return f'<span class="avatar small" role="img" title="{name}">{escape(cell.extra)}</span>'


KINDS: dict[str, tuple[str, Callable[[Cell, str], str]]] = {
    "text": ("text", _text),
    "link": ("named", _link),
    "number": ("number end", _text),
    "money": ("money end", _text),
    "badge": ("badges", _badge),
    "time": ("time quiet", _time),
    "phone": ("phone", _phone),
    "email": ("email", _email),
    "tags": ("labels", _tags),
    "person": ("person-cell", _person),
    "face": ("person-cell", _face),
}


EDITED = "edit-"


def _edited(cell: Cell, inside: str) -> str:
    form = escape(cell.label)
    title = _edit(get_language())
    return f'<a href="{form}" hx-get="{form}" title="{title}">{inside}</a>'


@lru_cache
def _edit(language: str | None) -> str:
    return escape(_("Edit"))


def inside(cell: Any) -> SafeString:
    """What stands in the cell of a list, for who fetches it again after editing."""
    write = KINDS[cell.kind.removeprefix(EDITED)][1]
    return SafeString(_edited(cell, write(cell, "")) if cell.kind.startswith(EDITED) else write(cell, ""))


def _cell(cell: Cell, url: str, *, first: bool) -> str:
    """The first column is the row's title and always its link."""
    css, write = KINDS[cell.kind.removeprefix(EDITED)]
    if cell.kind.startswith(EDITED):
        return f'<td class="{css} in-place">{inside(cell)}</td>'
    if first:
        return f'<td class="title {css}">{_link(cell, url) if cell.kind == "text" else write(cell, url)}</td>'
    return f'<td class="{css}">{write(cell, url) if cell.value else ""}</td>'


def _row(row: Row, words: str) -> str:
    url = str(row.url)
    cells = list(row.cells)
    written = "".join(_cell(cell, url, first=place == 0) for place, cell in enumerate(cells))
    box = _box(row, words.replace("{name}", escape(str(cells[0].value)))) if words else ""
    return f'<tr id="row-{escape(str(row.key))}" data-row="">{box}{written}</tr>'


def _box(row: Row, label: str) -> str:
    """A box that belongs to the form #bulk."""
    box = f'<input type="checkbox" name="chosen" value="{escape(str(row.key))}" form="bulk" aria-label="{label}">'
    return f'<td class="choose">{box}</td>'


@register.simple_tag
def list_rows(rows: Iterable[Row], bulk: str = "") -> SafeString:
    # Every value above passes escape(); this is the only place that says so to the template.
    words = escape(_("Choose {name}")) if bulk else ""
    return SafeString("\n".join(_row(row, words) for row in rows))
