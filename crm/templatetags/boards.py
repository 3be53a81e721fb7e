"""The columns of a board and their cards, written by Python: seven columns have some two hundred of them."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.boards import Badge, Card, Column
from crm.templatetags.shell import icon

register = template.Library()


# Every text below passes escape(); the tags are the only place that says so to the template. With `oob` a part
# replaces itself wherever it is on the page.
OOB = ' hx-swap-oob="true"'


@register.simple_tag
def board_cards(cards: Iterable[Card]) -> SafeString:
    return SafeString(_cards(cards))


@register.simple_tag
def board_card(card: Card, *, oob: bool = False) -> SafeString:
    return SafeString(_card(card, escape(_("Move “{card}” to…")), OOB if oob else ""))


@register.simple_tag
def board_columns(columns: Iterable[Column], *, oob: bool = False) -> SafeString:
    return SafeString("\n".join(_column(column, OOB if oob else "") for column in columns))


@register.simple_tag
def board_tabs(columns: Iterable[Column], *, oob: bool = False) -> SafeString:
    """Where a phone chooses among the columns."""
    return SafeString("\n".join(_tab(column, OOB if oob else "") for column in columns))


@register.simple_tag
def board_heads(columns: Iterable[Column], *, oob: bool = False) -> SafeString:
    return SafeString("\n".join(_head(column, OOB if oob else "") for column in columns))


@register.simple_tag
def board_more(column: Column, *, oob: bool = False) -> SafeString:
    return SafeString(_more(column, escape(_("Show more")), OOB if oob else ""))


def _column(column: Column, oob: str) -> str:
    key, name = escape(column.key), escape(column.name)
    return (
        f'<section class="kanban-column {escape(column.tone)}" id="column-{key}" data-column="{key}" data-name="{name}"'
        f' data-url="{escape(column.url)}" aria-labelledby="column-{key}-name"{oob}>{_head(column, "")}'
        f'<div class="kanban-scroll"><ul class="kanban-cards" id="cards-{key}" data-cards>{_cards(column.cards)}</ul>'
        f"{_more(column, escape(_('Show more')), '')}</div></section>"
    )


def _tab(column: Column, oob: str) -> str:
    key = escape(column.key)
    count = f'<span class="count">{escape(column.count)}</span>'
    return f'<a href="#column-{key}" id="tab-{key}" data-board-tab="{key}"{oob}>{escape(column.name)} {count}</a>'


def _head(column: Column, oob: str) -> str:
    key = escape(column.key)
    figures = "".join(
        f'<span class="{"other" if place else "sum"}"{_title(figure.meaning)}>{escape(figure.text)}</span>'
        for place, figure in enumerate(column.sums)
    )
    note = f'<span class="note">{escape(column.note)}</span>' if column.note else ""
    name = f'<h2 id="column-{key}-name">{escape(column.name)}</h2><span class="count">{escape(column.count)}</span>'
    return f'<header id="head-{key}"{oob}>{name}{figures}{note}</header>'


def _more(column: Column, words: str, oob: str) -> str:
    """Asks for the next cards when it is scrolled to; without scripts it leads to all of the column."""
    key, link = escape(column.key), ""
    if column.more_url:
        asks = f'hx-get="{escape(column.more_url)}" hx-trigger="intersect once, click" hx-target="#cards-{key}"'
        link = f'<a class="button ghost small" href="{escape(column.url)}" {asks} hx-swap="beforeend">{words}</a>'
    return f'<div class="kanban-more" id="more-{key}"{oob}>{link}</div>'


def _cards(cards: Iterable[Card]) -> str:
    words = escape(_("Move “{card}” to…"))
    return "\n".join(_card(card, words) for card in cards)


def _title(text: str) -> str:
    return f' title="{escape(text)}"' if text else ""


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
    sign = icon(badge.icon, "s") if badge.icon else ""
    return f'<span class="badge {escape(badge.tone)}"{_title(badge.title)}>{sign}{escape(badge.text)}</span>'


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
