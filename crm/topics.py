"""What a page can watch: a record by "<app>.<model>:<id>". A change is published as the id alone."""

from __future__ import annotations

from django.db import connection, models

CHANNEL = "rapport_live"


def topic(row: models.Model) -> str:
    """The topic of a record, such as "customers.customer:17"."""
    return f"{row._meta.label_lower}:{row.pk}"


def of_user(pk: int) -> str:
    """The topic of what concerns one user alone."""
    return f"user:{pk}"


def publish(*names: str) -> None:
    """Tell the watchers of these topics, when and only if the caller's transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, name) FROM unnest(%s::text[]) AS name", [CHANNEL, list(names)])
