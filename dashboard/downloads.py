"""The board as CSV: unrounded numbers in the base currency, one row for each bucket."""

from __future__ import annotations

import csv
from decimal import Decimal

from django.http import HttpResponse

from dashboard.board import Query, read_lines

HEADER = ("bucket_start", "gross", "returns", "adjustments", "net", "orders", "customers")


def revenue_csv(query: Query) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"revenue-{query.period.first}-to-{query.period.last}-by-{query.by}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    writer = csv.writer(response)
    writer.writerow(HEADER)
    for bucket, figures in read_lines(query):
        amounts = (figures.gross, figures.returns, figures.adjustments, figures.net)
        writer.writerow([bucket.start, *map(plain, amounts), figures.orders, figures.customers])
    return response


def plain(amount: Decimal) -> str:
    """All its digits, and at least two behind the point."""
    whole, _point, part = f"{amount:f}".partition(".")
    return f"{whole}.{part.rstrip('0').ljust(2, '0')}"
