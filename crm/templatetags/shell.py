"""Small words of the templates: icons, the key that makes a form count once."""

from __future__ import annotations

from functools import lru_cache
from uuid import uuid4

from django import template
from django.contrib.staticfiles.storage import staticfiles_storage
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()
SIZES = {"": "icon", "s": "icon small", "l": "icon large"}


@register.simple_tag
@lru_cache(maxsize=512)
def icon(name: str, size: str = "") -> SafeString:
    """An icon of the sprite; decorative, so the words beside it (or an aria-label) must say the same."""
    sheet = staticfiles_storage.url("icons/sprite.svg")
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', SIZES[size], sheet, name)


@register.simple_tag
def once() -> SafeString:
    """A hidden key: the form that carries it does its work once, however often it is sent."""
    return format_html('<input type="hidden" name="idempotency_key" value="{}">', uuid4().hex)
