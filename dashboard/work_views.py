"""Working through what is due: one activity a page, finished, put off or passed over."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import formats
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from activities.composer_forms import SnoozeForm
from activities.models import Activity
from activities.put_back import put_back_url
from crm.access import get_writable, require
from crm.errors import BadInput
from crm.htmx import go
from crm.http import UserRequest
from dashboard.day_views import WORKERS, clock_of_request
from dashboard.essentials import essentials_of
from dashboard.work import Place, finish_and_plan, work_at
from dashboard.work_forms import WorkForm

MOST_SKIPPED = 300


class PlaceForm(forms.Form):
    """The place as the URL has it; the forms of the page send it along."""

    at = forms.IntegerField(required=False, min_value=1, max_value=2**62)
    skipped = forms.CharField(required=False, max_length=6000, validators=[RegexValidator(r"^\d{1,18}(,\d{1,18})*\Z")])
    behind = forms.IntegerField(required=False, min_value=0, max_value=100_000)


def place_of(data: Any) -> Place:
    form = PlaceForm(data)
    if not form.is_valid():
        raise BadInput(_("This place in the list is not known."))
    given = form.cleaned_data
    skipped = tuple(int(pk) for pk in given["skipped"].split(",") if pk)
    return Place(given["at"], skipped[-MOST_SKIPPED:], given["behind"] or 0)


@require_safe
def work(request: UserRequest) -> HttpResponse:
    require(request.user.effective_role in WORKERS)
    place = place_of(request.GET)
    if place.at is None:  # from here on the address says what is in hand
        start = work_at(request.user, clock_of_request(), place)
        if start.current:
            return redirect(start.place.url)
    return _page(request, place)


@require_POST
def finish(request: UserRequest, pk: int) -> HttpResponse:
    """How it went and what is next, in one form; then the next one."""
    activity = get_writable(Activity, request.user, pk)
    place = replace(place_of(request.POST), at=pk)
    form = WorkForm(request.POST, activity=activity)
    if activity.done_at is None and not form.is_valid():
        return _page(request, place, refused=activity, form=form)
    if activity.done_at or not finish_and_plan(activity, by=request.user, data=form.cleaned_data):
        return go(request, place.url)  # it says there who was quicker
    return go(request, _after(request, place.finished()), say=_("“%(title)s” is done.") % {"title": activity})


@require_POST
def snooze(request: UserRequest, pk: int) -> HttpResponse:
    """To a later day; then the next one."""
    activity = get_writable(Activity, request.user, pk)
    place, form = replace(place_of(request.POST), at=pk), SnoozeForm(request.POST)
    if activity.done_at is None and not form.is_valid():
        return _page(request, place, refused=activity, snooze_form=form)
    before = activity.plan()
    if activity.done_at or not activity.snooze(form.cleaned_data["to"], request.user):
        return go(request, place.url)
    named = {"title": activity, "day": formats.date_format(form.cleaned_data["to"], "l, j F")}
    say, undo = _("“%(title)s” is put off until %(day)s.") % named, put_back_url(activity, before)
    return go(request, _after(request, replace(place, at=None)), say=say, undo=undo)


def _after(request: UserRequest, place: Place) -> str:
    return work_at(request.user, clock_of_request(), place).place.url


def _page(request: UserRequest, place: Place, refused: Activity | None = None, **forms_refused: Any) -> HttpResponse:
    """What is in hand; that for which something was refused stays so."""
    clock = clock_of_request()
    found = work_at(request.user, clock, place)
    if refused:
        found = replace(found, current=refused, place=place, gone="")
    if found.current is None:
        return render(request, "home/worked.html", {"work": found})
    context = {
        "work": found,
        "form": WorkForm(activity=found.current, initial={"next_kind": found.current.kind}),
        "essentials": essentials_of(found.current, request.user),
        "days": [clock.day(ahead) for ahead in (1, 2, 7)],
        "clock": clock,
    }
    return render(request, "home/work.html", context | forms_refused, status=422 if refused else 200)
