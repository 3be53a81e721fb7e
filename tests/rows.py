"""Proof that a refusal changed nothing: every business row, hashed, before and after."""

from __future__ import annotations

from functools import cache

from django.apps import apps
from django.db import connection

#: written by signing in and by being looked at, not by the refused request
_APART = {"crm_idempotencykey"}


@cache
def _tables() -> list[str]:
    return sorted(
        model._meta.db_table
        for label in ("crm", "accounts", "activities", "notifications", "customers", "deals", "leads", "exchange")
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
        if model._meta.db_table not in _APART
    )


@cache
def _query() -> str:
    one = (
        "SELECT '{0}' AS name, count(*) AS rows, coalesce(sum(hashtextextended(t::text, 0)), 0)::text AS hash"
        " FROM {0} AS t"
    )
    return " UNION ALL ".join(one.format(table) for table in _tables())


def all_rows() -> dict[str, tuple[int, str]]:
    """Table -> how many rows it has and a hash of them all."""
    with connection.cursor() as cursor:
        cursor.execute(_query())
        return {name: (rows, digest) for name, rows, digest in cursor.fetchall()}


def writes() -> int:
    """How many rows this transaction has written so far, those taken back again included: a glance, where all_rows()
    reads everything. Equal numbers mean that nothing was written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_xact_user_tables"
            " WHERE relname = ANY(%s)",
            [_tables()],
        )
        return int(cursor.fetchone()[0])
