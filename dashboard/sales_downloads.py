"""The tables of the board of sales as CSV: unrounded numbers, amounts in the base currency."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.http import HttpResponse

from crm.export import lines
from dashboard.periods import Period
from dashboard.sales_board import everybody
from dashboard.sales_figures import Part, SalesQuery, read_days, read_parts, read_work
from dashboard.sales_scope import WORK
from dashboard.sales_trends import rows_of

Table = Callable[[SalesQuery], Iterable[list[Any]]]


def csv_answer(name: str, period: Period, rows: Iterable[list[Any]], zone: Any) -> HttpResponse:
    response = HttpResponse("".join(lines(rows, zone)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}-{period.first}-to-{period.last}.csv"'
    return response


def _trend(query: SalesQuery) -> Iterator[list[Any]]:
    return rows_of(query, read_days(query))


def _parts(parts: list[Part], word: str, label: Callable[[Part], str]) -> Iterator[list[Any]]:
    yield [word, "new_leads", "converted", "lost"]
    for part in parts:
        yield [label(part), part.new, part.converted, part.lost]


def _statuses(query: SalesQuery) -> Iterator[list[Any]]:
    return _parts(read_parts(query)[0], "status", lambda part: part.key)


def _sources(query: SalesQuery) -> Iterator[list[Any]]:
    return _parts(read_parts(query)[1], "source", lambda part: part.label)


def _work(query: SalesQuery) -> Iterator[list[Any]]:
    yield ["person", *(kind.value for kind in WORK), "all"]
    workers, _totals = read_work(query)
    for worker in [*workers, everybody(workers)]:
        yield [worker.name, *(worker.done.get(kind, 0) for kind in WORK), worker.total]


TABLES: dict[str, Table] = {"trend": _trend, "status": _statuses, "source": _sources, "activities": _work}


def sales_csv(query: SalesQuery, table: str) -> HttpResponse:
    return csv_answer(f"sales-{table}", query.period, TABLES[table](query), query.zone)
