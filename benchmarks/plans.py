"""What a page asks of the database: how many queries, and whether any of them reads a big table from end to end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

#: tables that no page reads from end to end; those that only what adds up a whole range may
ALWAYS = frozenset({"customers_customer", "leads_lead", "activities_activity", "crm_event"})
BUT_FOR_RANGES = frozenset({"customers_order", "deals_deal"})


@dataclass(frozen=True)
class Asked:
    """Queries of one page, and those of them with a Seq Scan over a big table."""

    queries: int
    scans: list[str]


def asked(url: str, session: str, *, reads_ranges: bool, forget: Callable[[], None]) -> Asked:
    """Open the page in this process and look at its queries. The second time counts: the first one fills caches,
    of which `forget` empties those that a page measured cold must do without."""
    client = Client(SERVER_NAME="127.0.0.1", raise_request_exception=False)
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    _open(client, url)
    forget()
    with CaptureQueriesContext(connection) as captured:
        _open(client, url)
    statements = [query["sql"] for query in captured.captured_queries]
    tables = ALWAYS if reads_ranges else ALWAYS | BUT_FOR_RANGES
    scans = [sql for sql in statements if tables & set(_scanned(sql))]
    return Asked(sum(1 for sql in statements if not _is_frame(sql)), scans)


def _open(client: Client, url: str) -> None:
    client.get(url).close()


def _is_frame(sql: str) -> bool:
    return sql.split(maxsplit=1)[0] in {"BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "SET"}


def _scanned(sql: str) -> Iterator[str]:
    """The tables that the plan of a query reads sequentially."""
    if not sql.lstrip("( ").upper().startswith(("SELECT", "WITH")):
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}".replace("%", "%%"), ())
        (found,) = cursor.fetchone()
        transaction.set_rollback(True)
    plans = json.loads(found) if isinstance(found, str) else found
    yield from _walk(plans[0]["Plan"])


def _walk(node: dict[str, Any]) -> Iterator[str]:
    if node["Node Type"] == "Seq Scan":
        yield node["Relation Name"]
    for below in node.get("Plans", []):
        yield from _walk(below)
