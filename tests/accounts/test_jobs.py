"""The worker is another process: it knows a task only if it imports the module that declares it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

from tests.architecture.source import APPS, ROOT, modules

CODE = """
import django, json
django.setup()
from procrastinate.contrib.django import app
app.perform_import_paths()
from crm.jobs import _works
print(json.dumps([*app.tasks, *_works]))
"""


def test_the_worker_knows_every_job():
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "crm.settings"}
    done = subprocess.run([sys.executable, "-c", CODE], cwd=ROOT, env=environment, capture_output=True, text=True)
    known = set(json.loads(done.stdout))
    pattern = r"""@(?:queue\.task\(name=|jobs\.work\(|work\()["']([^"']+)"""
    declared = {name for path in modules(*APPS) for name in re.findall(pattern, path.read_text(encoding="utf-8"))}
    assert {"accounts.mail_reset", "crm.run", "crm.send_mail", "export"} <= declared <= known
