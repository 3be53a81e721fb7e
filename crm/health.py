"""What a supervisor asks: `/healthz`, does this process answer; `/readyz`, can it do its work."""

from __future__ import annotations

import time

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from crm import waiting

ASKED_AGAIN_AFTER = 5.0


@require_safe
@never_cache
@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """Cheap: no database."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
@login_not_required
def readyz(request: HttpRequest) -> JsonResponse:
    """The database answers and has the tables that this code expects, and jobs do not wait for long."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        problem = waiting.problem() if migrated() else "migrations are missing"
    except DatabaseError:
        problem = "the database does not answer"
    return JsonResponse({"status": problem or "ok"}, status=503 if problem else 200)


class _LastLook:
    """Anybody may ask, and looking costs 50 ms: the answer is kept, a good one for good."""

    migrated = False
    at = float("-inf")


def migrated() -> bool:
    """Whether every migration of the code is applied."""
    if not _LastLook.migrated and time.monotonic() - _LastLook.at > ASKED_AGAIN_AFTER:
        _LastLook.migrated = not missing_migrations()
        _LastLook.at = time.monotonic()
    return _LastLook.migrated


def missing_migrations() -> list[str]:
    """Names of migrations that the database does not have yet."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]
