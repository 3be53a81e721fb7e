"""The board of leads: the open statuses as columns, lost and converted as zones to drop into. Counts and sums are of
all that its reader sees; a column brings its first cards and then more by keyset."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Count, QuerySet, Sum
from django.http import QueryDict
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.boards import FIRST, SIZE, Badge, Board, Card, Column, first_ids
from crm.boards import Sum as Figure
from crm.keyset import SORT, Position, Sort, output_field, page_of
from crm.lists import Empty, Listing
from crm.money import money_text
from crm.navigation import WRITERS
from leads import clock
from leads.cells import LeadCells, score_tone
from leads.models import OPEN_STATUSES, Lead, LeadStatus
from leads.models.lead import CLOCK, VALUE
from leads.tables import LeadFilter, LeadList

if TYPE_CHECKING:
    from accounts.models import User

#: the ways to sort, as the menu offers them
TOPICS = "leads.lead:mine"
ORDERS = (
    ("-score", gettext_lazy("Score")),
    ("clock", gettext_lazy("First answer due")),
    ("-created", gettext_lazy("Newest")),
)
#: what a card says a move must find: the number of its status
NUMBERS = {status: number for number, status in enumerate(LeadStatus.values)}
TONES = {LeadStatus.CONVERTED: "good", LeadStatus.LOST: "bad"}


class BoardFilter(LeadFilter):
    def tailor(self, user: User) -> None:
        super().tailor(user)
        # The columns answer this one; an address may have it all the same.
        if "status" in self.fields:
            self.fields["status"].widget = forms.HiddenInput()


class LeadCards(Listing[Lead]):
    """What lies behind the board: the same filters as the list's, in the address."""

    name = "lead cards"
    model = Lead
    title = gettext_lazy("Leads")
    url_name = "leads:board"
    create_url_name, create_label, create_roles = "leads:create", gettext_lazy("Lead"), WRITERS
    filter_class = BoardFilter
    sorts = {"score": Sort("score"), "clock": Sort(CLOCK), "created": Sort("created_at")}
    default_sort = "-score"
    size = SIZE

    def empty(self) -> Empty:
        return LeadList.empty(self)  # type: ignore[arg-type]  # it asks for the user alone


class LeadBoard:
    """The board for one user and one query."""

    def __init__(self, user: User, query: QueryDict, *, now: dt.datetime) -> None:
        self.cards = LeadCards(user, query)
        self.user, self.cells = user, LeadCells(now)

    # Rows

    def _branches(self, status: str) -> list[QuerySet[Lead]]:
        return [branch.filter(status=status) for branch in self.cards.branches]

    def load(self, pks: Iterable[int]) -> list[Lead]:
        """In the order of the board. The ids were found among what the user sees."""
        rows = Lead._base_manager.filter(pk__in=list(pks)).annotate(**{SORT: self.cards.sort.expression})
        found = rows.select_related("owner", "source")
        return sorted(found, key=lambda lead: (getattr(lead, SORT), lead.pk), reverse=self.cards.down)

    @cached_property
    def sums(self) -> dict[str, tuple[int, Decimal]]:
        """Count and value of each open status, in one query."""
        rows = self.cards.rows_in_scope.filter(status__in=OPEN_STATUSES).order_by().values("status")
        found = rows.annotate(count=Count("*"), total=Sum(VALUE)).values_list("status", "count", "total")
        return {status: (count, total or Decimal()) for status, count, total in found}

    @property
    def is_empty(self) -> bool:
        return not self.sums

    @property
    def total_text(self) -> str:
        count = _grouped(sum(count for count, _total in self.sums.values()))
        return f"{count} · {money_text(sum((total for _count, total in self.sums.values()), Decimal()), places=0)}"

    # Columns

    @cached_property
    def board(self) -> Board:
        zones = [self.head(status) for status in (LeadStatus.CONVERTED, LeadStatus.LOST)]
        movable = self.user.effective_role in WRITERS
        return Board(
            _("Leads by status"),
            self.columns(OPEN_STATUSES),
            zones if movable else [],
            url=self.cards.url_with(),
            topics=TOPICS,
        )

    def columns(self, statuses: Iterable[str]) -> list[Column]:
        """With their first cards: one query for the ids of all, one for the leads."""
        statuses = list(statuses)
        pks = first_ids([self._branches(status) for status in statuses], self.cards.sort, down=self.cards.down)
        by_status: dict[str, list[Lead]] = {status: [] for status in statuses}
        for lead in self.load(pks):
            by_status[lead.status].append(lead)
        return [self._filled(status, by_status[status]) for status in statuses]

    def _filled(self, status: str, leads: list[Lead]) -> Column:
        column, first = self.head(status), leads[:FIRST]
        column.cards = [self.card_of(lead) for lead in first]
        column.more_url = self._more_url(status, first[-1], FIRST) if len(leads) > FIRST else ""
        return column

    def head(self, status: str) -> Column:
        """A column without its cards."""
        count, total = self.sums.get(status, (0, Decimal()))
        is_open = status in OPEN_STATUSES
        return Column(
            key=str(status),
            name=str(LeadStatus(status).label),
            url=self._url(status),
            count=_grouped(count),
            sums=[Figure(money_text(total, places=0), _("Estimated value of all leads in this status"))],
            tone="" if is_open else TONES[LeadStatus(status)],
        )

    def more(self, status: str, after: str) -> Column:
        """The cards behind a place in a column; BadInput when the place was made up."""
        branches, sort, down = self._branches(status), self.cards.sort, self.cards.down
        kind = output_field(branches[0].annotate(**{SORT: sort.expression}), SORT)
        position = Position.decode(after, kind)
        pks, more = page_of(branches, sort, down=down, position=position, back=False, size=SIZE)
        leads = self.load(pks)
        column = Column(status, str(LeadStatus(status).label), "", [self.card_of(lead) for lead in leads])
        column.more_url = self._more_url(status, leads[-1], position.offset + SIZE) if more and leads else ""
        return column

    # Cards

    def card(self, pk: int) -> Card | None:
        """One card as it is now; none when it is no longer on the board."""
        return next((self.card_of(lead) for lead in self.load([pk]) if lead.is_open), None)

    def card_of(self, lead: Lead) -> Card:
        movable = self.user.effective_role in WRITERS
        return Card(
            pk=lead.pk,
            title=str(lead),
            url=lead.get_absolute_url(),
            move_url=reverse("leads:move", args=[lead.pk]) if movable else "",
            moves=NUMBERS[lead.status],
            line=" · ".join(part for part in (lead.company_name if lead.name else "", str(lead.source or "")) if part),
            badges=tuple(self._badges(lead)),
            amount=money_text(lead.value, lead.currency, 0) if lead.value is not None else "",
            note=Badge(self.cells.age_text(lead), title=_("Since it came in")),
            owner=str(lead.owner) if lead.owner else "",
            initials=lead.owner.initials if lead.owner else "",
        )

    def _badges(self, lead: Lead) -> Iterable[Badge]:
        """The clock while nobody has answered, then what is done next; and the score."""
        words = clock.countdown(lead, self.cells.now, self.cells.schedule)
        if words.text and not lead.responded_at:
            yield Badge(words.text, words.tone, "timer", words.due)
        else:
            text, tone = self.cells.plan(lead)
            yield Badge(text, tone, "triangle-alert" if tone == "warn" else "")
        yield Badge(str(lead.score), score_tone(lead.score), "gauge", _("Score"))

    # Addresses

    def _url(self, status: str, **more: str) -> str:
        tail = self.cards.url_with(**more).partition("?")[2]
        return reverse("leads:column", args=[status]) + (f"?{tail}" if tail else "")

    def _more_url(self, status: str, last: Lead, offset: int) -> str:
        return self._url(status, after=Position(getattr(last, SORT), last.pk, offset).encode())


def _grouped(count: int) -> str:
    return str(formats.number_format(count, force_grouping=True))


def orders_of(cards: Listing[Any]) -> list[tuple[Any, str, bool]]:
    return [(words, cards.url_with(sort=name), name == cards.sort_name) for name, words in ORDERS]
