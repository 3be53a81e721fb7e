"""The rows of the tables on the board of sales, written by Python: a quarter has three hundred linked figures."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from django import template
from django.utils.safestring import SafeString

from dashboard.sales_trends import Cell, Line, Trend

register = template.Library()


# Every text below passes escape(); the tags are the only place that says so to the template.


@register.simple_tag
def trend_rows(trend: Trend) -> SafeString:
    """A row for each bucket, with the figures in full for the chart."""
    return SafeString("\n".join(_row(line) for line in trend.lines))


@register.simple_tag
def linked_cells(cells: Iterable[Cell]) -> SafeString:
    return SafeString("".join(f'<td class="end">{_figure(cell)}</td>' for cell in cells))


def _row(line: Line) -> str:
    title = f' title="{escape(line.title)}"' if line.title else ""
    head = f'<th scope="row" data-short="{escape(line.short)}"{title}>{escape(line.label)}</th>'
    return f"<tr>{head}{''.join(_valued(cell) for cell in line.cells)}</tr>"


def _valued(cell: Cell) -> str:
    return f'<td class="end" data-value="{escape(str(cell.value))}">{_figure(cell)}</td>'


def _figure(cell: Cell) -> str:
    text = escape(cell.text)
    return f'<a href="{escape(cell.url)}">{text}</a>' if cell.url else text
