"""Text in the database: accent-free sorting and search, and characters that cannot be stored."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Func
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

#: marks that turn the direction of what follows, and are not seen themselves
_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_SURROGATES = re.compile("[\ud800-\udfff]")


class FUnaccent(Func):
    """Immutable unaccent (made by the first migration), so that it can be indexed and generated."""

    function = "f_unaccent"
    output_field = models.TextField()
    arity = 1


def folded(expression: Any) -> Lower:
    """lower(f_unaccent(…)): the form in which names are sorted and searched."""
    return Lower(FUnaccent(expression))


def is_storable(text: str) -> bool:
    """PostgreSQL stores neither NUL nor lone surrogates."""
    return "\x00" not in text and not _SURROGATES.search(text)


def without_directions(text: str) -> str:
    """A name as it reads: with such a mark in it, whatever stands behind it is shown reversed."""
    return _DIRECTIONS.sub("", text).strip() if _DIRECTIONS.search(text) else text


def refuse_unstorable(text: str) -> None:
    """Raise ValidationError for text that PostgreSQL cannot store."""
    if not is_storable(text):
        raise ValidationError(_("Remove the characters that cannot be stored (NUL or broken Unicode)."), code="broken")


def is_blank(text: str) -> bool:
    """True when nothing would be seen: blanks, zero-width and control characters only."""
    return all(unicodedata.category(character) in {"Cc", "Cf", "Zs", "Zl", "Zp"} for character in text)
