"""The rows of a board's table, written by Python: 800 days have 8,000 figures, each a link."""

from __future__ import annotations

from html import escape

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from dashboard.figures import Board, Figures, Line
from dashboard.links import Figure, Links, dates
from dashboard.periods import Bucket
from dashboard.wording import NOTHING, Names, Numbers

register = template.Library()
MONEY: tuple[Figure, ...] = ("gross", "returns", "adjustments", "average")
COUNTS: tuple[Figure, ...] = ("orders", "customers", "new", "returning")
COLUMNS: tuple[Figure, ...] = (*MONEY[:3], "orders", "average", "customers", "new", "returning")
NOT_COMPARED = f'<td class="end" data-value="">{NOTHING}</td>'


@register.simple_tag
def board_rows(board: Board, links: Links, numbers: Numbers) -> SafeString:
    """One row for each bucket. Every text and pattern passes escape(); the rest is numbers and dates of our own."""
    net, cells, names = _cell("net", links, drawn=True), _cells(links), Names.here()
    rows = [_head(line, board, names) + _body(line, net, cells, numbers) for line in board.lines]
    return SafeString("\n".join(f"<tr>{row}</tr>" for row in rows))


@register.simple_tag
def board_totals(board: Board, links: Links, numbers: Numbers) -> SafeString:
    """The row of sums; customers are counted over the whole period."""
    net, other = _cell("net", links), board.last_year
    own = (net + _cells(links)).format(**dates(board.period), **_texts(board.total, numbers))
    year_ago = net.format(**dates(other.period), net=numbers.amount(other.figures.net))
    place = own.index("</td>") + len("</td>")
    return SafeString(f'<tr><th scope="row">{escape(_("Total"))}</th>{own[:place]}{year_ago}{own[place:]}</tr>')


def _head(line: Line, board: Board, names: Names) -> str:
    bucket, by = line.bucket, board.by
    whole = by == "day" or (by == "month" and Bucket.of(bucket.start, by) == bucket)
    title = "" if whole else f' title="{escape(names.period(bucket.period))}"'
    short = escape(names.tick(bucket, by))
    return f'<th scope="row" data-short="{short}"{title}>{escape(names.bucket(bucket, by))}</th>'


def _body(line: Line, net: str, cells: str, numbers: Numbers) -> str:
    days, texts, before = dates(line.bucket.period), _texts(line.figures, numbers), line.net_year_ago
    own, year_ago = net.format(**days, value=line.figures.net, net=texts["net"]), NOT_COMPARED
    if line.year_ago and before is not None:
        year_ago = net.format(**dates(line.year_ago.period), value=before, net=numbers.amount(before))
    return f"{own}{year_ago}{cells.format(**days, **texts)}"


def _texts(figures: Figures, numbers: Numbers) -> dict[str, str]:
    texts: dict[str, str] = {name: numbers.amount(getattr(figures, name)) for name in MONEY}
    texts |= {name: numbers.count(getattr(figures, name)) for name in COUNTS}
    texts["net"] = numbers.amount(figures.net)
    return texts


def _cells(links: Links) -> str:
    return "".join(_cell(name, links) for name in COLUMNS)


def _cell(name: Figure, links: Links, *, drawn: bool = False) -> str:
    """With its number as plain text too, where the chart draws it."""
    data = ' data-value="{value}"' if drawn else ""
    return f'<td class="end"{data}><a href="{escape(links.patterns[name])}">{{{name}}}</a></td>'
