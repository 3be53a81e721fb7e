"""What a page can watch, by name: a record, "deals.deal:17"; all of a kind that somebody sees, "deals.deal:mine"; what
concerns one user, "user:3". A change is published as the name alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import connection, models

from crm.access import visible

if TYPE_CHECKING:
    from accounts.models import User

CHANNEL = "rapport_live"
#: who looks at a record
HERE = "here"
#: stands for the owner of what has none
NOBODY = 0
#: so many records that others share with somebody are watched one by one
MOST_SHARED = 30


def topic(row: models.Model) -> str:
    """The topic of a record, such as "customers.customer:17"."""
    return f"{row._meta.label_lower}:{row.pk}"


def of_user(pk: int) -> str:
    """The topic of what concerns one user alone."""
    return f"user:{pk}"


def of_presence(row: models.Model) -> str:
    """The topic of who looks at a record."""
    return f"{topic(row)}:{HERE}"


def publish(*names: str) -> None:
    """Tell the watchers of these topics, when and only if the caller's transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, name) FROM unnest(%s::text[]) AS name", [CHANNEL, list(names)])


def publish_rows(names: Iterable[str], changed: Iterable[tuple[str, set[int]]]) -> None:
    """The same, and for each kind of record that has changed whoever sees all of it, or those of its owners."""
    names = list(names)
    labels: list[str] = []
    owners: list[int] = []
    for label, people in changed:
        names += [f"{label}:all", *(f"{label}:owner-{pk}" for pk in people)]
        labels += [label] * len(people)
        owners += people
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_notify(%s, name) FROM (SELECT unnest(%s::text[]) AS name UNION"
            " SELECT label || ':team-' || team_id FROM unnest(%s::text[], %s::bigint[]) AS owned (label, owner)"
            " JOIN accounts_user ON accounts_user.id = owner WHERE team_id IS NOT NULL) AS told",
            [CHANNEL, names, labels, owners],
        )


def scopes(label: str, user: User) -> list[str]:
    """What "<label>:mine" means for a user; LookupError or TypeError when there is no such kind with an access rule."""
    model: Any = apps.get_model(label)
    rows = visible(model, user)
    if rows.query.is_empty():
        return []
    if user.effective_role in {"admin", "analyst"} or not hasattr(model, "owner"):
        return [f"{label}:all"]
    if user.effective_role == "manager":
        return [f"{label}:team-{user.team_id}", f"{label}:owner-{NOBODY}"]
    return [f"{label}:owner-{user.pk}", *_shared(label, model, user)]


def _shared(label: str, model: Any, user: User) -> list[str]:
    if not hasattr(model, "shared_with"):
        return []
    through = model.shared_with.through._default_manager.filter(user_id=user.pk).order_by("-pk")
    column = f"{model._meta.model_name}_id"
    return [f"{label}:{pk}" for pk in through.values_list(column, flat=True)[:MOST_SHARED]]
