"""The cards of a board, written by Python: seven columns have some two hundred of them."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.boards import Badge, Card
from crm.templatetags.shell import icon

register = template.Library()


@register.simple_tag
def board_cards(cards: Iterable[Card]) -> SafeString:
    # Every text below passes escape(); this is the only place that says so to the template.
    words = escape(_("Move “{card}” to…"))
    return SafeString("\n".join(_card(card, words) for card in cards))


@register.simple_tag
def board_card(card: Card) -> SafeString:
    """One card that replaces itself wherever it is on the page."""
    return SafeString(_card(card, escape(_("Move “{card}” to…")), ' hx-swap-oob="true"'))


def _card(card: Card, words: str, more: str = "") -> str:
    title = escape(card.title)
    movable = f' data-moves="{card.moves}" data-move-url="{escape(card.move_url)}"' if card.move_url else ""
    return (
        f'<li class="kanban-card" id="card-{card.pk}" data-card="{card.pk}"{movable}{more}>'
        f'<a class="title" href="{escape(card.url)}">{title}</a>{_menu(card, words.replace("{card}", title))}'
        f"{_line(card)}{_badges(card.badges)}{_foot(card)}</li>"
    )


def _menu(card: Card, label: str) -> str:
    if not card.move_url:
        return ""
    return (
        f'<a class="card-menu" href="{escape(card.move_url)}" data-board-menu aria-label="{label}">'
        f"{icon('ellipsis', 's')}</a>"
    )


def _line(card: Card) -> str:
    return f'<div class="line">{escape(card.line)}</div>' if card.line else ""


def _badges(badges: Iterable[Badge]) -> str:
    written = "".join(_badge(badge) for badge in badges)
    return f'<div class="badges">{written}</div>' if written else ""


def _badge(badge: Badge) -> str:
    title = f' title="{escape(badge.title)}"' if badge.title else ""
    sign = icon(badge.icon, "s") if badge.icon else ""
    return f'<span class="badge {escape(badge.tone)}"{title}>{sign}{escape(badge.text)}</span>'


def _foot(card: Card) -> str:
    none = "" if card.amount else " none"
    return (
        f'<div class="foot"><span class="amount{none}">{escape(card.amount or card.without)}</span>'
        f'<span class="end">{_note(card.note)}{_face(card)}</span></div>'
    )


def _note(note: Badge | None) -> str:
    if note is None:
        return ""
    if note.tone:
        return _badge(note)
    return f'<span class="age" title="{escape(note.title)}">{escape(note.text)}</span>'


def _face(card: Card) -> str:
    if not card.owner:
        return ""
    name = escape(card.owner)
    return (
        f'<span class="avatar small" title="{name}" aria-hidden="true">{escape(card.initials)}</span>'
        f'<span class="visually-hidden">{name}</span>'
    )
