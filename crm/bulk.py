"""Many rows at once: COPY into temporary tables, then INSERT … SELECT into the real ones.

Never COPY into a tracked table: COPY goes around the history context, which travels with Django's own statements.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

#: so many rows change what is best for a table
MANY = 1_000
Row = Sequence[Any]
Parameters = Sequence[Any] | dict[str, Any]


@contextmanager
def long_transaction() -> Iterator[None]:
    """All or nothing, without the time limits that pages have.

    Foreign keys are checked at each statement: beside checks that are deferred, row triggers are ten times slower.
    """
    with transaction.atomic():
        for limit in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
            execute(f"SET LOCAL {limit} = 0")
        execute("SET CONSTRAINTS ALL IMMEDIATE")
        yield


def execute(sql: str, params: Parameters = ()) -> int:
    """Run one statement; returns how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params or None)
        return int(cursor.rowcount)


def fetch(sql: str, params: Parameters = ()) -> list[tuple[Any, ...]]:
    """The rows of one query."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params or None)
        return list(cursor.fetchall())


def stage(table: str, columns: str) -> None:
    """An empty temporary table that ends with the transaction. `columns` as in CREATE TABLE."""
    execute(f"DROP TABLE IF EXISTS pg_temp.{table}")
    execute(f"CREATE TEMPORARY TABLE {table} ({columns}) ON COMMIT DROP")


def stage_as(table: str, query: str, params: Parameters = ()) -> int:
    """A temporary table made of a query; returns how many rows it has."""
    execute(f"DROP TABLE IF EXISTS pg_temp.{table}")
    made = execute(f"CREATE TEMPORARY TABLE {table} ON COMMIT DROP AS {query}", params)
    execute(f"ANALYZE {table}")
    return made


def copy(table: str, rows: Iterable[Row]) -> int:
    """COPY rows into a staging table; returns how many. While they are drawn the connection answers nothing else."""
    count = 0
    with connection.cursor() as cursor, connection.execute_wrapper(_refuse), cursor.copy(_into(table)) as pipe:
        write = pipe.write_row
        for count, row in enumerate(rows, 1):  # noqa: B007  the last count is the answer
            write(row)
    return count


def _into(table: str) -> str:
    return f"COPY {table} FROM STDIN"


def _refuse(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    """What is asked in the middle of a COPY would wait for it, and it for the answer."""
    raise RuntimeError(f"A query while rows are copied: read before. {sql[:200]}")


def tell_planner(count: int, *tables: str) -> None:
    """Pages that are opened next are planned for what has come in, if it is much, not for what was there before."""
    if count > MANY:
        execute(f"ANALYZE {', '.join(tables)}")


def reserve(table: str, count: int) -> int:
    """Take `count` consecutive ids of a table; returns the first. Others cannot write to it until the commit."""
    execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
    sequence = f"pg_get_serial_sequence('{table}', 'id')"
    (first,) = fetch(f"SELECT nextval({sequence})")[0]
    fetch(f"SELECT setval({sequence}, %s)", [first + max(count, 1) - 1])
    return int(first)
