"""The figures at the top of a team's day, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.money import money_text

if TYPE_CHECKING:
    from dashboard.team_day import Figures, TeamDay
    from dashboard.team_links import TeamLinks


@dataclass(frozen=True)
class Card:
    """A figure that leads to its rows; `bar` in percent where it is measured against something."""

    name: str
    label: str
    value: str
    url: str
    note: str = ""
    bar: int | None = None
    note_url: str = ""


def cards_of(day: TeamDay, links: TeamLinks) -> list[Card]:
    figures = day.figures
    return [
        Card("new", _("New leads today"), str(figures.new_leads), links.new_leads, _yesterday(figures.leads_yesterday)),
        _answers(day, links),
        _done(day, links),
        Card("pipeline", _("Open pipeline"), _money(figures.pipeline), links.open_deals, _pipeline(figures)),
        _won(day, links),
    ]


def _yesterday(count: int) -> str:
    return _("%(count)s yesterday") % {"count": count}


def _pipeline(figures: Figures) -> str:
    named = {"count": figures.open_deals, "amount": _money(figures.weighted)}
    words = ngettext("%(count)s deal, weighted %(amount)s", "%(count)s deals, weighted %(amount)s", figures.open_deals)
    return words % named


def _answers(day: TeamDay, links: TeamLinks) -> Card:
    figures = day.figures
    share, late = figures.in_time_percent, figures.answers_due - figures.answered_in_time
    if share is None:
        return Card("answers", _("Answered in time"), "–", links.in_time, _("no answer was due in 7 days"))
    note = _("%(count)s late, in 7 days") % {"count": late}
    return Card("answers", _("Answered in time"), f"{share}\u00a0%", links.in_time, note, share, links.late)


def _done(day: TeamDay, links: TeamLinks) -> Card:
    due = day.due_today
    note = ngettext("%(count)s still to do", "%(count)s still to do", due) % {"count": due}
    return Card("done", _("Done today"), str(day.done_today), links.done, note, _share(day.done_today, due))


def _won(day: TeamDay, links: TeamLinks) -> Card:
    figures = day.figures
    percent = figures.target_percent
    if percent is None:
        return Card("won", _("Won this month"), _money(figures.won), links.won, _("no target is set"))
    note = _("%(percent)s %% of %(target)s") % {"percent": percent, "target": _money(figures.target)}
    return Card("won", _("Won this month"), _money(figures.won), links.won, note, min(percent, 100))


def _share(done: int, due: int) -> int | None:
    return done * 100 // (done + due) if done + due else None


def _money(amount: object) -> str:
    return money_text(amount, places=0)  # type: ignore[arg-type]  # a Decimal or None
