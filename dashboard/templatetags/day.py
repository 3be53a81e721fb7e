"""The lines of a day, written by Python: there are two hundred of them, and words and icons are the same in all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

from django import template
from django.template.context import RequestContext
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from activities.templatetags.plan_lines import LineWriter
from crm.moments import short_day
from crm.money import money_text
from crm.templatetags.shell import icon

if TYPE_CHECKING:
    from accounts.models import User
    from dashboard.beside import Waiting
    from dashboard.day_page import DayLine
    from deals.models import Deal
    from leads.clock import Countdown

register = template.Library()


@register.simple_tag(takes_context=True)
def day_lines(context: RequestContext, lines: Iterable[DayLine], person: User) -> SafeString:
    """Planned activities of the day; those of the person whose day it is are told from what is done with others."""
    writer = LineWriter(context)
    call, mail = _("Call %(number)s"), _("Write to %(address)s")
    return SafeString("".join(_day_line(line, writer, person, call, mail) for line in lines))


# Every text below passes escape(); the tags are the only place that says so to the template.


@register.simple_tag
def short_deals(deals: Iterable[Deal], *, owners: bool = False, closes: bool = False) -> SafeString:
    """With their stage, customer and company; whose they are, and when they were expected to close, where asked."""
    expected = _("expected %(day)s") if closes else ""
    return SafeString("".join(_deal(deal, expected, owners) for deal in deals))


@register.simple_tag
def short_leads(leads: Iterable[Waiting], *, owners: bool = False) -> SafeString:
    """With how long they may still wait."""
    nobodys = f'<span class="badge warn">{escape(_("Nobody’s"))}</span>'
    return SafeString("".join(_lead(waiting, nobodys, owners) for waiting in leads))


def _day_line(line: DayLine, writer: LineWriter, person: User, call: str, mail: str) -> str:
    mine = " mine" if line.activity.owner_id == person.pk else ""
    reach = _worth(line)
    if line.phone:
        number, shown = line.phone
        reach += _reach(f"tel:{number}", shown, call % {"number": shown}, "phone")
    if line.email:
        reach += _reach(f"mailto:{line.email}", line.email, mail % {"address": line.email}, "mail")
    return (
        f'<li class="day-line{mine}" id="line-{line.activity.pk}">{writer.write(line.line)}'
        f'<div class="reach">{reach}</div></li>'
    )


def _worth(line: DayLine) -> str:
    amount = f'<span class="number">{escape(line.amount)}</span>' if line.amount else ""
    badge = f'<span class="badge">{escape(line.badge)}</span>' if line.badge else ""
    return f'<span class="worth">{amount}{badge}</span>' if amount or badge else ""


def _reach(url: str, title: str, label: str, sign: str) -> str:
    return (
        f'<a class="button ghost square" href="{escape(url)}" title="{escape(title)}"'
        f' aria-label="{escape(label)}">{icon(sign, "s")}</a>'
    )


def _deal(deal: Deal, expected: str, owners: bool) -> str:
    amount = f'<span class="number nowrap">{escape(money_text(deal.amount, deal.currency, 0))}</span>'
    second = f'<span class="badge">{escape(str(deal.stage))}</span>{_expected(expected, deal.expected_close)}'
    second += _span(deal.customer or deal.company) + (_span(deal.owner) if owners else "")
    return _line(deal.get_absolute_url(), _span(deal) + amount, second)


def _expected(words: str, day: dt.date | None) -> str:
    return f'<span class="late">{escape(words % {"day": short_day(day)})}</span>' if words and day else ""


def _lead(waiting: Waiting, nobodys: str, owners: bool) -> str:
    lead = waiting.lead
    second = (_span(lead.company_name) if lead.name else "") + _span(lead.source)
    if owners:
        second += _span(lead.owner) or nobodys
    return _line(lead.get_absolute_url(), _span(lead) + _clock(waiting.clock), second)


def _clock(clock: Countdown) -> str:
    if not clock.text:
        return ""
    words = f"{icon('timer', 's')}{escape(clock.text)}"
    return f'<span class="badge {escape(clock.tone)}" title="{escape(clock.due)}">{words}</span>'


def _line(url: str, first: str, second: str) -> str:
    return (
        f'<a class="mini" href="{escape(url)}"><span class="first">{first}</span>'
        f'<span class="second">{second}</span></a>'
    )


def _span(row: object) -> str:
    return f"<span>{escape(str(row))}</span>" if row else ""
