"""A setting before Django's settings exist: from the environment, else from `.env`. Standard library only."""

from __future__ import annotations

import os
import re
from pathlib import Path

FILE = Path(__file__).resolve().parent.parent / ".env"


def given(name: str) -> str:
    """The value, or nothing; what is set in the environment wins, even when it is empty."""
    if name in os.environ:
        return os.environ[name]
    try:
        text = FILE.read_text(encoding="utf-8")
    except OSError:
        return ""
    found = re.findall(rf"^\s*(?:export\s+)?{name}\s*=[ \t]*(.*?)[ \t\r]*$", text, re.MULTILINE)
    return re.sub(r"^(['\"])(.*)\1$", r"\2", found[-1]) if found else ""
