"""The product's settings, with a push service of the tests: for workers that are killed."""

from __future__ import annotations

import json
import os

from crm.settings import *  # noqa: F403

OUTWARD_STAND_INS = json.loads(os.environ["TEST_STAND_INS"])
WEBPUSH_SERVICES = list(OUTWARD_STAND_INS)
# Nothing else is done meanwhile.
PROCRASTINATE_ON_APP_READY = "tests.push_settings.without_periodic_jobs"


def without_periodic_jobs(app):
    app.periodic_registry.periodic_tasks.clear()
