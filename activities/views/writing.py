"""Activities are written on a record, planned from anywhere, edited in place, deleted and taken back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from activities import entries, lookup, people
from activities.composer_forms import ComposerForm, QuickForm, WordsForm
from activities.fields import DayField
from activities.forms import PLANNED, edit_form
from activities.models import Activity, Kind
from activities.page import Plan
from activities.subjects import LABELS, find_subject, model_of
from activities.views import shown
from crm import editing, htmx
from crm.access import require, visible
from crm.deleted import find_removable
from crm.http import UserRequest
from crm.models import Record


class Prefilled(forms.Form):
    """What a link fills in beforehand; what it spells wrong is left out."""

    kind = forms.ChoiceField(choices=Kind.choices, required=False)
    title = forms.CharField(max_length=200, required=False)
    due_on = DayField()
    about = forms.RegexField(rf"\A({'|'.join(LABELS)})-([0-9]{{1,18}})\Z", required=False)

    @property
    def given(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


@require_http_methods(["GET", "POST"])
def create(request: UserRequest, kind: str, pk: int) -> HttpResponse:
    """Something done or planned about a record."""
    subject = find_subject(request.user, kind, pk)
    require(entries.may_write(request.user))
    given = Prefilled(request.GET).given
    given.pop("about", None)
    if "due_on" in given:
        given["state"] = PLANNED
    form = ComposerForm(request.POST or None, subject=subject, user=request.user, initial=given)
    form.files = request.FILES
    return editing.answer(
        request,
        form,
        page="activities/compose.html",
        fragment="records/_composer.html",
        context={"plan": Plan(subject, request.user), "subject": subject, "title": _("New activity")},
        done=lambda activity: _written(request, activity, subject),
    )


def _written(request: UserRequest, activity: Activity, subject: Record) -> HttpResponse:
    planned = activity.done_at is None
    if activity.kind == Kind.NOTE:
        say = _("Note saved.")
    else:
        say = _("%(title)s is planned.") % {"title": activity} if planned else _("Saved.")
    if not htmx.wants_fragment(request):
        return htmx.go(request, subject, say=say)
    context = {
        "plan": Plan(subject, request.user),
        "form": ComposerForm(subject=subject, user=request.user, brief=True),
        "just_saved": True,
    }
    response = render(request, "records/_composer.html", context)
    return htmx.trigger(htmx.toast(response, say) if planned else response, **shown.CHANGED)


@require_http_methods(["GET", "POST"])
def plan(request: UserRequest) -> HttpResponse:
    """Something to do, from anywhere."""
    require(entries.may_write(request.user))
    form = QuickForm(request.POST or None, user=request.user, initial=_beforehand(request))
    return editing.answer(
        request,
        form,
        page="forms/page.html",
        fragment="forms/_form.html",
        context={"title": _("New activity"), "submit_label": _("Plan"), "cancel_url": reverse("home")},
        done=lambda activity: htmx.go(
            request, shown.home_of(activity, request), say=_("%(title)s is planned.") % {"title": activity}
        ),
    )


def _beforehand(request: UserRequest) -> dict[str, Any]:
    given = Prefilled(request.GET).given
    kind, _dash, pk = given.pop("about", "").partition("-")
    if kind and (row := visible(model_of(kind), request.user).filter(pk=int(pk)).first()):
        given["about"] = lookup.shown(row)
    return given


@require_http_methods(["GET", "POST"])
def edit(request: UserRequest, pk: int) -> HttpResponse:
    activity = shown.writable(request, pk)
    form = edit_form(activity)(request.POST or None, user=request.user, instance=activity)
    form.auto_id = f"edit_{pk}_%s"
    cancel = shown.home_of(activity, request).get_absolute_url()
    return editing.answer(
        request,
        form,
        page="activities/page.html",
        fragment="activities/_edit_form.html",
        context={"activity": activity, "title": _("Edit activity"), "cancel_url": cancel},
        done=lambda _row: shown.back(request, shown.seen(request, pk), _("Saved.")),
    )


@require_POST
def delete(request: UserRequest, pk: int) -> HttpResponse:
    activity = find_removable(Activity, request.user, pk)
    home = shown.home_of(activity, request)
    activity.delete_softly(by=request.user)
    undo = reverse("activities:restore", args=[pk])
    say = _("The note was deleted.") if activity.kind == Kind.NOTE else _("The activity was deleted.")
    if htmx.wants_fragment(request):
        return htmx.trigger(htmx.toast(HttpResponse(), say, undo=undo), **shown.CHANGED)
    return htmx.go(request, reverse("home") if home == activity else home, say=say, undo=undo)


@require_POST
def restore(request: UserRequest, pk: int) -> HttpResponse:
    activity = find_removable(Activity, request.user, pk)
    activity.undelete(by=request.user)
    say = _("The note is back.") if activity.kind == Kind.NOTE else _("The activity is back.")
    return htmx.go(request, shown.home_of(activity, request), say=say)


# Suggestions


@require_safe
def choices(request: UserRequest, kind: str, pk: int) -> HttpResponse:
    """The part of the composer that is fetched when it is opened: when and how long, how often and who."""
    subject = find_subject(request.user, kind, pk)
    require(entries.may_write(request.user))
    form = ComposerForm(subject=subject, user=request.user)
    return render(request, "activities/_choices.html", {"form": form})


@require_safe
def suggest_people(request: UserRequest, kind: str, pk: int) -> HttpResponse:
    """Whom one may mention on a record."""
    subject = find_subject(request.user, kind, pk)
    form = WordsForm(request.GET)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    found = people.who_see(subject).exclude(name="").filter(name__icontains=words).order_by("name", "pk")
    return render(request, "activities/_people.html", {"people": found[:8]})


@require_safe
def suggest_records(request: UserRequest) -> HttpResponse:
    """What an activity may be about."""
    require(entries.may_write(request.user))
    form = WordsForm(request.GET)
    found = lookup.suggestions(form.cleaned_data["q"], request.user) if form.is_valid() else []
    return render(request, "activities/_records.html", {"options": [lookup.shown(row) for row in found]})
