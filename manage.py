#!/usr/bin/env python
"""Django's command line, with the embedded PostgreSQL started when the command needs one."""

from __future__ import annotations

import os
import sys
from pathlib import Path

WITHOUT_DATABASE = {
    "",
    "check",
    "collectstatic",
    "compilemessages",
    "diffsettings",
    "findstatic",
    "help",
    "makemessages",
    "status",
    "version",
}


def main() -> None:
    """Start what is needed, then hand over to Django."""
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    from crm import postgres

    command = next((word for word in sys.argv[1:] if not word.startswith("-")), "")
    try:
        if command not in WITHOUT_DATABASE and not postgres.is_external():
            postgres.ensure()
        run()
    except postgres.PostgresError as problem:
        raise SystemExit(str(problem)) from None


def run() -> None:
    """Django's part. A wrong configuration is a sentence, not a traceback."""
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
    except ModuleNotFoundError:
        raise SystemExit("Django is not installed for this Python: use ./rapport manage instead.") from None
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as problem:
        raise SystemExit(str(problem)) from None


if __name__ == "__main__":
    main()
