"""Small words of the templates: icons, the key that makes a form count once."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from uuid import uuid4

from django import template
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db.models import Model
from django.template.context import RequestContext
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from crm.shares import Panel

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
    return SafeString(f'<input type="hidden" name="idempotency_key" value="{uuid4().hex}">')


@register.filter
def label(row: Model) -> str:
    """The name of a record's model in addresses, such as "deals.deal"."""
    return row._meta.label_lower


_standing: dict[tuple[Any, ...], SafeString] = {}


@register.simple_tag(takes_context=True)
def standing(context: RequestContext, name: str) -> SafeString:
    """A part of the frame that is the same for everybody of a role on a page of a section: rendered once per process.

    Nothing of a person may be in it, and no form that needs a token.
    """
    navigation = context["navigation"]
    key = (name, navigation.role, navigation.current, context["side"], bool(context["hotkeys_on"]), get_language())
    if key not in _standing or settings.DEBUG:
        engine = context.template.engine if context.template else template.Engine.get_default()
        _standing[key] = engine.get_template(name).render(context.new(_frame(context)))
    return _standing[key]


@register.simple_tag(takes_context=True)
def show_panel(context: RequestContext, panel: Panel) -> SafeString:
    """What another app adds to this record's page (crm/shares.py), with its own words on top of the page's."""
    engine = context.template.engine if context.template else template.Engine.get_default()
    with context.push(**panel.context):
        return engine.get_template(panel.template).render(context)


def _frame(context: RequestContext) -> dict[str, Any]:
    names = ("navigation", "new_menu", "hotkeys_on", "side", "organisation_name")
    return {name: context[name] for name in names}
