"""The board of deals: a pipeline's stages as columns. Counts and sums are of all that its reader sees, not of what
is loaded; a column brings its first cards and then more by keyset."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Count, OuterRef, QuerySet, Sum
from django.http import QueryDict
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.access import visible
from crm.addresses import address
from crm.boards import FIRST, SIZE, Board, Card, Column, first_in_each
from crm.boards import Sum as Figure
from crm.keyset import SORT, Position, Sort, output_field, page_of
from crm.lists import Empty, Listing
from crm.money import money_text
from crm.navigation import WRITERS
from customers.tables import nothing_for
from deals.cards import cards_of, rows_of
from deals.filters import DealFilter
from deals.models import Deal, Pipeline, Stage, StageKind
from deals.models.deal import EXPECTED, NEXT_DUE, VALUE, WEIGHTED

if TYPE_CHECKING:
    from accounts.models import User

#: the column of won deals holds those of this many days
WON_DAYS = 30
TOPICS = "deals.deal:mine activities.activity:mine"
NOTHING = Decimal()
#: the ways to sort, as the menu offers them
ORDERS = (
    ("manual", gettext_lazy("Own order")),
    ("next", gettext_lazy("Next activity")),
    ("-amount", gettext_lazy("Amount")),
    ("close", gettext_lazy("Expected close")),
)


#: filters that the columns of a board answer already; an address may have them all the same
ELSEWHERE = ("pipeline", "stage", "status", "closed_from", "closed_to", "reason")


class BoardFilter(DealFilter):
    def tailor(self, user: User) -> None:
        super().tailor(user)
        self.auto_id = "filter_%s"  # a form in the drawer has fields of the same names
        for name in self.fields.keys() & set(ELSEWHERE):
            self.fields[name].widget = forms.HiddenInput()


class DealCards(Listing[Deal]):
    """What lies behind the board: the same filters as the list's, in the address."""

    name = "deal cards"
    model = Deal
    title = gettext_lazy("Deals")
    url_name = "deals:board"
    create_url_name, create_label, create_roles = "deals:create", gettext_lazy("Deal"), WRITERS
    filter_class = BoardFilter
    sorts = {"manual": Sort("rank"), "next": Sort(NEXT_DUE), "amount": Sort(VALUE), "close": Sort(EXPECTED)}
    default_sort = "manual"
    size = SIZE
    #: the pipeline has a menu of its own
    without_chip = frozenset({"q", "pipeline"})

    @property
    def kept_elsewhere(self) -> list[tuple[str, str]]:
        """What the panel of filters has no box for."""
        fields = self.filter_form.fields
        return [(name, str(self.given[name])) for name in self.filters if fields[name].widget.is_hidden]

    def empty(self) -> Empty:
        if self.user.effective_role not in WRITERS:
            return nothing_for(self.user, _("No deals yet"))
        text = _("What may be sold, for how much and when. Move each deal from stage to stage until it is won.")
        return Empty(_("No deals yet"), text, reverse("deals:create"), _("Deal"), icon="handshake")


@dataclass(frozen=True)
class Sums:
    """Of the deals of a stage, in the base currency; weighted: each by its chance, rounded to cents."""

    count: int = 0
    total: Decimal = NOTHING
    weighted: Decimal = NOTHING

    def __add__(self, other: Sums) -> Sums:
        return Sums(self.count + other.count, self.total + other.total, self.weighted + other.weighted)


class DealBoard:
    """The board of one pipeline for one user and one query."""

    def __init__(self, user: User, query: QueryDict, *, today: dt.date) -> None:
        self.cards = DealCards(user, query)
        self.user, self.today = user, today

    # What there is

    @cached_property
    def pipelines(self) -> list[Pipeline]:
        """Those in use, and the chosen one."""
        rows = visible(Pipeline, self.user).order_by("position", "pk")
        return [row for row in rows if row.is_active or row == self.cards.filters.get("pipeline")]

    @cached_property
    def pipeline(self) -> Pipeline | None:
        chosen: Pipeline | None = self.cards.filters.get("pipeline")
        return chosen or next(iter(self.pipelines), None)

    @cached_property
    def stages(self) -> dict[int, Stage]:
        """All of the pipeline, in their order."""
        stages = visible(Stage, self.user).filter(pipeline=self.pipeline).order_by("position", "pk")
        return {stage.pk: stage for stage in stages}

    @property
    def shown_stages(self) -> list[Stage]:
        return [stage for stage in self.stages.values() if stage.kind != StageKind.LOST]

    # Rows

    def _of(self, rows: QuerySet[Deal], stage: Any, kind: str) -> QuerySet[Deal]:
        recent = {"closed_on__gt": self.today - dt.timedelta(days=WON_DAYS)} if kind == StageKind.WON else {}
        return rows.filter(stage=stage, status=kind, **recent)

    def _branches(self, stage: Stage) -> list[QuerySet[Deal]]:
        return [self._of(branch, stage, stage.kind) for branch in self.cards.branches]

    def load(self, pks: Iterable[int]) -> list[Any]:
        """In the order of the board. The ids were found among what the user sees."""
        deals = Deal._base_manager.filter(pk__in=list(pks)).annotate(**{SORT: self.cards.sort.expression})
        return sorted(rows_of(deals, SORT), key=lambda deal: (getattr(deal, SORT), deal.pk), reverse=self.cards.down)

    @cached_property
    def sums(self) -> dict[int, Sums]:
        """Of every shown stage, in one query that walks the indexes of what is one's own and what is shared."""
        opens = [stage for stage in self.shown_stages if stage.is_open]
        closed = [stage for stage in self.shown_stages if not stage.is_open]
        parts = [_summed(branch.filter(stage__in=opens, status=StageKind.OPEN)) for branch in self.cards.branches]
        parts += [_summed(self._of(branch, stage, stage.kind)) for branch in self.cards.branches for stage in closed]
        found: dict[int, Sums] = {}
        for stage, count, total, weighted in parts[0].union(*parts[1:], all=True) if parts[1:] else parts[0]:
            found[stage] = found.get(stage, Sums()) + Sums(count, total or NOTHING, weighted or NOTHING)
        return found

    @property
    def total(self) -> Sums:
        """Of what is open."""
        return sum((self.sums.get(pk, Sums()) for pk, stage in self.stages.items() if stage.is_open), Sums())

    @property
    def total_texts(self) -> dict[str, str]:
        total = self.total
        return {
            "count": ngettext("%(count)s open deal", "%(count)s open deals", total.count)
            % {"count": _grouped(total.count)},
            "sum": money_text(total.total, places=0),
            "weighted": _("%(amount)s weighted") % {"amount": money_text(total.weighted, places=0)},
        }

    @property
    def is_empty(self) -> bool:
        return not any(sums.count for sums in self.sums.values())

    # Columns

    @cached_property
    def board(self) -> Board:
        columns = self.columns(self.shown_stages)
        label = _("Deals by stage: %(pipeline)s") % {"pipeline": self.pipeline}
        zones = [self.head(stage) for stage in self.stages.values() if not stage.is_open]
        movable = self.user.effective_role in WRITERS
        return Board(
            label,
            columns,
            zones if movable else [],
            is_manual=self.cards.sort_name == "manual",
            url=self.cards.url_with(),
            topics=TOPICS,
        )

    def columns(self, stages: list[Stage]) -> list[Column]:
        """With their first cards: one query for the ids of all, one for the deals, one for what is planned."""
        by_stage: dict[int, list[Any]] = {stage.pk: [] for stage in stages}
        for deal in self.load(self._first_ids(stages)):
            by_stage[deal.stage_id].append(deal)
        shown = [deal for deals in by_stage.values() for deal in deals[:FIRST]]
        cards = cards_of(shown, self.stages, self.user, self.today)
        return [self._filled(stage, by_stage[stage.pk], cards) for stage in stages]

    def _first_ids(self, stages: list[Stage]) -> list[int]:
        """Of all stages of a kind in one go: those that are won are narrowed by another index."""
        parts = []
        for kind in dict.fromkeys(stage.kind for stage in stages):
            columns = visible(Stage, self.user).filter(pk__in=[stage.pk for stage in stages if stage.kind == kind])
            rows = [self._of(branch, OuterRef("pk"), kind) for branch in self.cards.branches]
            parts.append(first_in_each(columns, rows, self.cards.sort, down=self.cards.down))
        found = parts[0].union(*parts[1:], all=True) if parts[1:] else parts[0]
        return [pk for lists in found for pks in lists for pk in pks]

    def _filled(self, stage: Stage, deals: list[Any], cards: dict[int, Card]) -> Column:
        column, first = self.head(stage), deals[:FIRST]
        column.cards = [cards[deal.pk] for deal in first]
        column.more_url = self._more_url(stage, first[-1], FIRST) if len(deals) > FIRST else ""
        return column

    def head(self, stage: Stage) -> Column:
        """A column without its cards."""
        sums = self.sums.get(stage.pk, Sums())
        figures = [Figure(money_text(sums.total, places=0), _("Sum of all deals in this stage"))]
        if stage.is_open:
            chance = _("Weighted by probability, usually %(percent)s %% here") % {"percent": stage.probability}
            figures.append(Figure(_("%(amount)s weighted") % {"amount": money_text(sums.weighted, places=0)}, chance))
        return Column(
            key=str(stage.pk),
            name=stage.name,
            url=self._url(stage),
            count=_grouped(sums.count),
            sums=figures,
            tone={StageKind.WON: "good", StageKind.LOST: "bad"}.get(StageKind(stage.kind), ""),
            note=_last_days() if stage.kind == StageKind.WON else "",
        )

    def more(self, stage: Stage, after: str) -> Column:
        """The cards behind a place in a column; BadInput when the place was made up."""
        branches, sort, down = self._branches(stage), self.cards.sort, self.cards.down
        kind = output_field(branches[0].annotate(**{SORT: sort.expression}), SORT)
        position = Position.decode(after, kind)
        pks, more = page_of(branches, sort, down=down, position=position, back=False, size=SIZE)
        deals = self.load(pks)
        cards = cards_of(deals, self.stages, self.user, self.today)
        column = Column(str(stage.pk), stage.name, self._url(stage), [cards[deal.pk] for deal in deals])
        column.more_url = self._more_url(stage, deals[-1], position.offset + SIZE) if more and deals else ""
        return column

    def card(self, pk: int) -> Card | None:
        """One card as it is now; none when it is not, or no longer, on this board."""
        deals = [deal for deal in self.load([pk]) if deal.stage_id in self.stages]
        return cards_of(deals, self.stages, self.user, self.today).get(pk)

    @cached_property
    def _query(self) -> str:
        return self.cards.url_with().partition("?")[2]

    def _url(self, stage: Stage, *more: str) -> str:
        tail = "&".join(filter(None, (self._query, *more)))
        return address("deals:column", stage.pk) + (f"?{tail}" if tail else "")

    def _more_url(self, stage: Stage, last: Any, offset: int) -> str:
        return self._url(stage, f"after={Position(getattr(last, SORT), last.pk, offset).encode()}")


def board_of(stage: Stage, user: User, query: QueryDict, *, today: dt.date) -> DealBoard:
    """The board that shows `stage`, whatever pipeline the address names."""
    query = query.copy()
    query["pipeline"] = str(stage.pipeline_id)
    return DealBoard(user, query, today=today)


def _summed(rows: QuerySet[Deal]) -> QuerySet[Deal, Any]:
    figures = {"n": Count("*"), "total": Sum(VALUE), "by_chance": Sum(WEIGHTED)}
    return rows.order_by().values("stage").annotate(**figures).values_list("stage", *figures)


def _grouped(count: int) -> str:
    return str(formats.number_format(count, force_grouping=True))


def _last_days() -> str:
    return ngettext("In the last %(count)s day", "In the last %(count)s days", WON_DAYS) % {"count": WON_DAYS}
