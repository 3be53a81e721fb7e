"""The product's settings on the database of the tests, with jobs that only they know: for workers that are killed."""

from __future__ import annotations

import os

from crm.settings import *  # noqa: F403
from crm.settings import DATABASES, PROCRASTINATE_IMPORT_PATHS

DATABASES["default"]["NAME"] = os.environ["RAPPORT_KILLED_DB"]
PROCRASTINATE_IMPORT_PATHS = [*PROCRASTINATE_IMPORT_PATHS, "tests.crm.killed_jobs"]
# Nothing else is done meanwhile: what is counted are these jobs.
PROCRASTINATE_ON_APP_READY = "tests.crm.killed_settings.without_periodic_jobs"


def without_periodic_jobs(app):
    app.periodic_registry.periodic_tasks.clear()
