"""Planned activities with done, snooze and reschedule, written by Python: a day has two hundred of them."""

from __future__ import annotations

import datetime as dt
from html import escape
from typing import Any

from django import template
from django.template.context import RequestContext
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from activities.page import Line, puts_off
from crm.templatetags.shell import icon, once

register = template.Library()
MOST = 200


@register.simple_tag(takes_context=True)
def plan_line(context: RequestContext, line: Line) -> SafeString:
    return SafeString(LineWriter(context).write(line))


class LineWriter:
    """The lines of one answer: words, days and the token of their forms are looked up once.

    Every text below passes escape(), but for our own addresses, icons and days; the tags are the only place that says
    so to the template.
    """

    def __init__(self, context: RequestContext) -> None:
        token = escape(str(context.get("csrf_token", "")))
        self._token = f'<input type="hidden" name="csrfmiddlewaretoken" value="{token}">'
        self._finish, self._change = escape(_("Mark as done:")), escape(_("Put off or change:"))
        self._another = f"{icon('calendar-clock', 's')}{escape(_('Another day…'))}"
        self._edit = f"{icon('pencil', 's')}{escape(_('Edit'))}"
        self._delete = f"{icon('trash-2', 's')}{escape(_('Delete'))}"
        self._days: dict[dt.date, list[tuple[str, str]]] = {}

    def write(self, line: Line) -> str:
        title = escape(line.title)
        return (
            f'<div class="plan-line" id="plan-{line.activity.pk}">{self._tick(line, title)}'
            f'<div class="what">{self._title(line, title)}{self._sub(line)}{self._text(line.activity)}</div>'
            f"{self._menu(line, title) if line.may_edit else ''}</div>"
        )

    def _tick(self, line: Line, title: str) -> str:
        if not line.may_edit:
            return f'<span class="tick">{icon(line.icon, "s")}</span>'
        url = line.urls["finish"]
        return (
            f'<form class="tick" method="post" action="{url}" hx-post="{url}" hx-target="#drawer-body"'
            f' hx-swap="innerHTML" hx-disabled-elt="find button">{self._token}{once()}'
            f'<button type="submit" aria-label="{self._finish} {title}">{icon("check", "s")}</button></form>'
        )

    def _title(self, line: Line, title: str) -> str:
        sign = icon(line.icon, "s") if line.may_edit else ""
        return f'<a class="title" href="{line.urls["detail"]}">{sign}<span>{title}</span></a>'

    def _sub(self, line: Line) -> str:
        """When, about whom, whose."""
        activity, about = line.activity, escape(line.about)
        parts = f'<span class="badge {line.tone}" data-state="{line.state}">{escape(line.due)}</span>'
        if about:
            parts += f'<a href="{escape(line.about_url)}">{about}</a>' if line.about_url else f"<span>{about}</span>"
        if activity.owner_id:
            parts += f'<span class="whose">{escape(str(activity.owner))}</span>'
        if activity.repeats:
            words = f"{icon('repeat', 's')}{escape(str(activity.get_repeats_display()))}"
            parts += f'<span class="repeats">{words}</span>'
        return f'<p class="sub">{parts}</p>'

    def _text(self, activity: Any) -> str:
        if not (activity.body and activity.title):
            return ""
        text = Truncator(activity.body).chars(MOST) if len(activity.body) > MOST else activity.body
        return f'<p class="text">{escape(text)}</p>'

    # What can be done with it

    def _menu(self, line: Line, title: str) -> str:
        sends = f'hx-target="{line.place}" hx-swap="outerHTML"'
        delete = f"{self._button(line.urls['delete'], sends, ' danger')}>{self._delete}</button>"
        return (
            '<details class="menu-details end tools" data-behaviour="disclosure"><summary class="button ghost square"'
            f' aria-label="{self._change} {title}">{icon("alarm-clock", "s")}</summary><div class="menu">'
            f"{self._puts_off(line, sends)}{self._link(line.urls['reschedule'], sends, self._another)}<hr>"
            f"{self._link(line.urls['edit'], sends, self._edit)}{delete if line.may_remove else ''}</div></details>"
        )

    def _puts_off(self, line: Line, sends: str) -> str:
        button = self._button(line.urls["snooze"], sends)
        return "".join(f'{button} name="to" value="{to}">{words}</button>' for to, words in self._days_of(line.today))

    def _days_of(self, today: dt.date) -> list[tuple[str, str]]:
        """Day for the form, and what its button says."""
        if today not in self._days:
            self._days[today] = [
                (to, f'{icon(sign, "s")}{escape(label)}<span class="end muted">{escape(day)}</span>')
                for to, sign, label, day in puts_off(today)
            ]
        return self._days[today]

    def _button(self, url: str, sends: str, more: str = "") -> str:
        return f'<button class="menu-item{more}" form="post-form" formaction="{url}" hx-post="{url}" {sends}'

    def _link(self, url: str, sends: str, words: str) -> str:
        return f'<a class="menu-item" href="{url}" hx-get="{url}" {sends}>{words}</a>'
