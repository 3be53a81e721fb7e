"""The list engine: declared columns, filters as chips in the URL, search, allow-listed sort, keyset pages, export."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar
from urllib.parse import urlencode

from django.db import models
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _

from crm import htmx
from crm.access import hidden_fields, visible, visible_branches
from crm.columns import Cell, Column
from crm.errors import BadInput
from crm.http import UserRequest
from crm.keyset import SORT, Position, Sort, output_field, page_of
from crm.list_filters import ListFilter, without_trackers
from crm.models import Record

if TYPE_CHECKING:
    from accounts.models import User

__all__ = ["COUNT_LIMIT", "Cell", "Chip", "Column", "Empty", "ListFilter", "Listing", "answer", "listing_of"]

M = TypeVar("M", bound=models.Model)
COUNT_LIMIT = 10_000
_OWN_PARAMETERS = frozenset({"sort", "after", "before", "panel"})
#: parameters that belong to one page and not to the list
_OF_THE_PAGE = ("after", "before", "panel")
_registry: dict[str, type[Listing[Any]]] = {}


@dataclass(frozen=True)
class Row:
    key: int
    url: str
    cells: list[Cell]


@dataclass(frozen=True)
class Heading:
    name: str
    label: str
    align: str
    sort_url: str
    sorted: str


@dataclass(frozen=True)
class Chip:
    label: str
    value: str
    remove_url: str


@dataclass(frozen=True)
class Empty:
    """What a list without any row teaches."""

    title: Any
    text: Any
    action_url: str = ""
    action_label: Any = ""
    icon: str = "inbox"


@dataclass(frozen=True)
class View:
    """A list one click away: a name and a query."""

    label: Any
    url: str
    is_current: bool


class Listing(Generic[M]):
    """One list, for one user and one query. Subclasses declare; `answer` shows."""

    name: ClassVar[str]
    model: type[M]
    title: Any
    url_name: str
    create_url_name: str = ""
    create_label: Any = ""
    create_roles: frozenset[str] = frozenset()
    export_url_name: str = ""
    export_roles: frozenset[str] = frozenset({"admin", "manager", "sales", "analyst"})
    filter_class: type[ListFilter] = ListFilter
    columns: Sequence[Column] = ()
    #: the fields that the screen shows, those of joined records by their path: no others are read for it
    read: Sequence[str] = ()
    sorts: dict[str, Sort] = {}
    default_sort: str = ""
    size = 50
    #: the template of what is done to chosen rows: with it each row has a box
    bulk: str = ""
    #: filters that the page shows otherwise
    without_chip: frozenset[str] = frozenset({"q"})
    #: the template of a row below all others, such as what they come to
    foot: str = ""
    #: seconds after which it is fetched again, where nothing tells of changes
    tick: int = 0

    def __init_subclass__(cls) -> None:
        _registry[cls.name] = cls

    def __init__(self, user: User, query: QueryDict) -> None:
        query = without_trackers(query)
        self.user, self.given = user, query
        self.filter_form = self.filter_class(query, user=user, only=None if self.panel_open else set(query))
        if unknown := set(query) - set(self.filter_form.fields) - _OWN_PARAMETERS:
            raise BadInput(_("This list has no filter called “%(name)s”.") % {"name": sorted(unknown)[0][:60]})
        if not self.filter_form.is_valid():
            name, errors = next(iter(self.filter_form.errors.items()))
            raise BadInput(f"{self.filter_form.fields[name].label or name}: {errors[0]}")
        self.filters = {key: value for key, value in self.filter_form.cleaned_data.items() if _is_set(value)}
        self.sort_name = query.get("sort") or self.default_sort
        if self.sort_name.removeprefix("-") not in self.sorts:
            raise BadInput(_("This list cannot be sorted by that."))

    # What subclasses say

    def prepare(self, rows: QuerySet[M]) -> QuerySet[M]:
        """Join and prefetch what the columns show."""
        return rows

    def url_of(self, row: M) -> str:
        return f"{self.url}{row.pk}/"

    def empty(self) -> Empty:
        return Empty(_("Nothing here yet"), "")

    def exportable(self, rows: QuerySet[M]) -> QuerySet[M]:
        """The rows that this user may take away."""
        return rows

    # Rows

    @cached_property
    def branches(self) -> list[QuerySet[M]]:
        return [self._narrow(branch) for branch in visible_branches(self.model, self.user)]

    def _narrow(self, rows: QuerySet[M]) -> QuerySet[M]:
        return self.filter_form.narrow(rows, self.filters) if self.filters else rows

    @cached_property
    def rows_in_scope(self) -> QuerySet[M]:
        """All rows of the list in one queryset, unsorted: for counting what it shows, and for export."""
        return self._narrow(visible(self.model, self.user))

    @property
    def sort(self) -> Sort:
        return self.sorts[self.sort_name.removeprefix("-")]

    @property
    def down(self) -> bool:
        return self.sort_name.startswith("-")

    @cached_property
    def _page(self) -> tuple[list[M], str, str, int]:
        """The rows, the cursors of the next and the previous page, and how many rows lie before."""
        after, before = self.given.get("after", ""), self.given.get("before", "")
        token, back = before or after, bool(before)
        kind = output_field(self.branches[0].annotate(**{SORT: self.sort.expression}), SORT)
        position = Position.decode(token, kind) if token else None
        ids, more = page_of(self.branches, self.sort, down=self.down, position=position, back=back, size=self.size)
        rows = self._load(ids)
        offset = position.offset if position else 0
        start = max(0, offset - len(rows)) if back else offset
        has_next = bool(rows) and (more if not back else True)
        has_previous = bool(rows) and (more if back else bool(token))
        following = self._cursor(rows[-1], start + len(rows)) if has_next else ""
        preceding = self._cursor(rows[0], start) if has_previous else ""
        return rows, following, preceding, start

    def _load(self, ids: list[int]) -> list[M]:
        rows = self._on_screen(self.model._base_manager.filter(pk__in=ids).annotate(**{SORT: self.sort.expression}))
        by_id = {row.pk: row for row in rows}
        return [by_id[pk] for pk in ids if pk in by_id]

    def _on_screen(self, rows: QuerySet[M]) -> QuerySet[M]:
        rows = self.prepare(rows)
        if not self.read:
            return rows
        joined = {path.rpartition("__")[0] for path in self.read} - {""}
        return rows.select_related(None).select_related(*joined).only(*self.read)

    def _cursor(self, row: M, offset: int) -> str:
        return Position(getattr(row, SORT), row.pk, offset).encode()

    @cached_property
    def count(self) -> int:
        """Exact up to COUNT_LIMIT, and one more beyond."""
        parts = [branch.order_by().values("pk")[: COUNT_LIMIT + 1] for branch in self.branches]
        return min(sum(part.count() for part in parts), COUNT_LIMIT + 1)

    # For the template

    @cached_property
    def shown_columns(self) -> list[Column]:
        hidden = hidden_fields(self.model, self.user)
        return [column for column in self.columns if column.masked_as not in hidden]

    @cached_property
    def rows(self) -> list[Row]:
        columns = [column for column in self.shown_columns if column.screen]
        return [Row(row.pk, self.url_of(row), [c.show(row) for c in columns]) for row in self._page[0]]

    @property
    def headings(self) -> list[Heading]:
        return [self._heading(column) for column in self.shown_columns if column.screen]

    def _heading(self, column: Column) -> Heading:
        current = self.sort_name.removeprefix("-") == column.sort
        direction = ("descending" if self.down else "ascending") if column.sort and current else ""
        flipped = f"-{column.sort}" if current and not self.down else column.sort
        url = self.url_with(sort=flipped) if column.sort else ""
        return Heading(column.name, str(column.label), column.align, url, direction)

    @cached_property
    def url(self) -> str:
        return reverse(self.url_name)

    def url_with(self, **changes: str) -> str:
        """This list with other parameters; the place in it is forgotten unless given."""
        kept = [
            (name, value)
            for name, values in self.given.lists()
            if name not in changes and name not in _OF_THE_PAGE and self.given[name]
            for value in values
        ]
        pairs = [*kept, *((name, value) for name, value in changes.items() if value)]
        return f"{self.url}?{urlencode(pairs)}" if pairs else self.url

    @cached_property
    def chips(self) -> list[Chip]:
        form = self.filter_form
        return [
            Chip(str(form.fields[n].label or n), form.shown(n), self.url_with(**{n: ""}))
            for n in self.filters
            if n not in self.without_chip
        ]

    @property
    def panel_open(self) -> bool:
        """The panel of filters is most of a list page's work, so it is written only when it is wanted."""
        return "panel" in self.given

    @property
    def panel_url(self) -> str:
        return self.url_with(panel="open")

    @property
    def kept(self) -> list[tuple[str, str]]:
        """The filters that are set, for a search while the panel is closed; hidden fields are written anyway."""
        fields = self.filter_form.fields
        kept = (name for name in self.filters if name != "q" and not fields[name].widget.is_hidden)
        return [(name, str(self.given[name])) for name in kept]

    @property
    def query(self) -> str:
        return str(self.filters.get("q", ""))

    @property
    def has_search(self) -> bool:
        return "q" in self.filter_class.base_fields

    @property
    def has_panel(self) -> bool:
        fields = self.filter_class.base_fields
        return any(name != "q" and not field.widget.is_hidden for name, field in fields.items())

    @property
    def live(self) -> str:
        """The topic after whose changes it is fetched again."""
        return f"{self.model._meta.label_lower}:mine" if issubclass(self.model, Record) else ""

    @property
    def is_filtered(self) -> bool:
        return bool(self.filters)

    @property
    def clear_url(self) -> str:
        return self.url

    @cached_property
    def count_text(self) -> str:
        if self.count > COUNT_LIMIT:
            return f"{formats.number_format(COUNT_LIMIT, force_grouping=True)}+"
        return str(formats.number_format(self.count, force_grouping=True))

    @cached_property
    def range_text(self) -> str:
        rows, _following, _preceding, start = self._page
        return f"{start + 1:,}–{start + len(rows):,}" if rows else "0"

    @cached_property
    def next_url(self) -> str:
        return self.url_with(after=self._page[1]) if self._page[1] else ""

    @cached_property
    def previous_url(self) -> str:
        return self.url_with(before=self._page[2]) if self._page[2] else ""

    @property
    def first_url(self) -> str:
        return self.url_with() if self._page[2] else ""

    @cached_property
    def create_url(self) -> str:
        allowed = self.create_url_name and self.user.effective_role in self.create_roles
        return reverse(self.create_url_name) if allowed else ""

    @property
    def may_export(self) -> bool:
        return bool(self.export_url_name) and self.user.effective_role in self.export_roles

    @cached_property
    def export_url(self) -> str:
        if not self.may_export:
            return ""
        query = self.given.copy()
        for name in _OF_THE_PAGE:
            query.pop(name, None)
        return f"{reverse(self.export_url_name)}?{query.urlencode()}"

    # For the export

    def exported(self) -> Iterator[list[Any]]:
        """Heading and raw values of every row the user may take away, in the order of the list."""
        columns = self.shown_columns
        yield [str(column.label) for column in columns]
        order = [f"-{SORT}", "-pk"] if self.down else [SORT, "pk"]
        rows = self.prepare(self.exportable(self.rows_in_scope).annotate(**{SORT: self.sort.expression}))
        for row in rows.order_by(*order).iterator(chunk_size=2_000):
            yield [column.value(row) for column in columns]


def _is_set(value: Any) -> bool:
    return value not in (None, "", False, [])


def answer(
    request: UserRequest, listing_class: type[Listing[Any]], *, page: str = "lists/index.html", **context: Any
) -> HttpResponse:
    """The list page, or its inside for htmx; `page` when the list has a template of its own."""
    listing = listing_class(request.user, request.GET)
    fragment = "lists/_filters.html" if listing.panel_open else "lists/_list.html"
    return htmx.answer(request, page, fragment, {"listing": listing, **context})


def listing_of(name: str) -> type[Listing[Any]]:
    """A declared list by its name."""
    return _registry[name]
