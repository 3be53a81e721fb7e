"""The rows of a board's table, written by Python: 800 days have 8,000 figures, each a link."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape
from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from dashboard.figures import Board, Figures, Line
from dashboard.links import Figure, Links
from dashboard.periods import Period
from dashboard.wording import Numbers, bucket_text, period_text, short_text

register = template.Library()
MONEY: tuple[Figure, ...] = ("gross", "returns", "adjustments")
COUNTS: tuple[Figure, ...] = ("orders", "average", "customers", "new", "returning")


@register.simple_tag
def board_rows(board: Board, links: Links, numbers: Numbers) -> SafeString:
    """One row for each bucket. Every text passes escape(); the rest is numbers and dates of our own."""
    return SafeString("\n".join(_row(line, board, links, numbers) for line in board.lines))


@register.simple_tag
def board_totals(board: Board, links: Links, numbers: Numbers) -> SafeString:
    """The row of sums; customers are counted over the whole period."""
    net, ago = board.total.net, board.last_year
    cells = "".join(_cells(board.total, board.period, links, numbers))
    year_ago = _cell(numbers.amount(ago.figures.net), links.to("net", ago.period))
    own = _cell(numbers.amount(net), links.to("net", board.period))
    return SafeString(f'<tr><th scope="row">{escape(_("Total"))}</th>{own}{year_ago}{cells}</tr>')


def _row(line: Line, board: Board, links: Links, numbers: Numbers) -> str:
    bucket, net = line.bucket, line.figures.net
    head = (
        f'<th scope="row" data-short="{escape(short_text(bucket, board.by))}"'
        f' title="{escape(period_text(bucket.period))}">'
        f"{escape(bucket_text(bucket, board.by))}</th>"
    )
    own = _cell(numbers.amount(net), links.to("net", bucket.period), net)
    year_ago = '<td class="end" data-value="">–</td>'
    if line.year_ago and line.net_year_ago is not None:
        url = links.to("net", line.year_ago.period)
        year_ago = _cell(numbers.amount(line.net_year_ago), url, line.net_year_ago)
    return f"<tr>{head}{own}{year_ago}{''.join(_cells(line.figures, bucket.period, links, numbers))}</tr>"


def _cells(figures: Figures, period: Period, links: Links, numbers: Numbers) -> Iterator[str]:
    for name in (*MONEY, *COUNTS):
        value = getattr(figures, name)
        write: Callable[[Any], str] = numbers.count if isinstance(value, int) else numbers.amount
        yield _cell(write(value), links.to(name, period))


def _cell(text: str, url: str, value: Any = None) -> str:
    """With its number as plain text where the chart draws it."""
    data = "" if value is None else f' data-value="{value}"'
    return f'<td class="end"{data}><a href="{url.replace("&", "&amp;")}">{text}</a></td>'
