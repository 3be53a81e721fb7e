"""What operators read of jobs: never a password, never a link that lets somebody in."""

from __future__ import annotations

import re
from typing import Any

HIDDEN = "•••"
_NAMES = re.compile(r"pass(word|phrase)?|secret|token|api_?key|credential|cookie|session|signature", re.I)
#: long runs without a blank that no word, number or date is; a UUID names a row and opens nothing
_SECRET = re.compile(r"(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{24,}(?:[.:][\w-]{6,})*")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)
_IN_ADDRESS = re.compile(r"(?<=://)[^/\s@]+(?=@)")


def masked(value: Any, name: str = "") -> Any:
    """The value of an argument as it may be shown, whatever it is made of."""
    if name and _NAMES.search(name):
        return HIDDEN
    if isinstance(value, dict):
        return {key: masked(inner, str(key)) for key, inner in value.items()}
    if isinstance(value, list):
        return [masked(inner) for inner in value]
    return masked_text(value) if isinstance(value, str) else value


def masked_text(text: str) -> str:
    """Text without what looks like a token, or like the password in an address."""
    return _SECRET.sub(lambda found: found[0] if _UUID.fullmatch(found[0]) else HIDDEN, _IN_ADDRESS.sub(HIDDEN, text))
