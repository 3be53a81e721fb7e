from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from activities.forms import NoteForm
from activities.models import Activity
from activities.timeline import may_write, note_entry
from crm import editing, htmx
from crm.access import get_visible, get_writable, require
from crm.deleted import find_removable
from crm.http import UserRequest


@require_POST
def create(request: UserRequest, pk: int) -> HttpResponse:
    """A note about the customer `pk`."""
    customer = get_visible(_customers(), request.user, pk)
    require(may_write(request.user))
    form = NoteForm(request.POST, user=request.user, instance=_blank(request.user, pk))
    action = reverse("activities:create", args=[pk])
    return editing.answer(
        request,
        form,
        page="activities/page.html",
        fragment="records/_composer.html",
        context={"action": action, "customer": customer, "title": _("New note")},
        done=lambda note: _noted(request, note, action),
    )


def _blank(user: User, customer: int) -> Activity:
    return Activity(customer_id=customer, owner=user, done_at=now(), done_by=user)


def _customers() -> type[models.Model]:
    """This app knows customers by their relation alone."""
    model = Activity._meta.get_field("customer").related_model
    assert isinstance(model, type)  # noqa: S101 - resolved when all apps are loaded
    return model


def _noted(request: UserRequest, note: Activity, action: str) -> HttpResponse:
    if not htmx.wants_fragment(request):
        return htmx.go(request, note.customer, say=_("Note saved."))
    response = render(request, "records/_composer.html", {"action": action, "form": NoteForm(user=request.user)})
    return htmx.trigger(response, **{"record:changed": {}})


@require_safe
def detail(request: UserRequest, pk: int) -> HttpResponse:
    """The note in its timeline; htmx gets it alone."""
    note = get_visible(Activity, request.user, pk)
    if htmx.wants_fragment(request):
        return _shown(request, note)
    return redirect(f"{_page_of(note)}#note-{pk}")


def _page_of(note: Activity) -> str:
    customer: Any = note.customer
    return str(customer.get_absolute_url())


def _shown(request: UserRequest, note: Activity) -> HttpResponse:
    return render(request, "activities/_note.html", {"entry": note_entry(note, request.user)})


@require_http_methods(["GET", "POST"])
def edit(request: UserRequest, pk: int) -> HttpResponse:
    note = get_writable(Activity, request.user, pk)
    form = NoteForm(request.POST or None, user=request.user, instance=note)
    return editing.answer(
        request,
        form,
        page="activities/page.html",
        fragment="activities/_note_form.html",
        context={"note": note, "customer": note.customer, "title": _("Edit note"), "cancel_url": _page_of(note)},
        done=lambda note: _changed(request, note),
    )


def _changed(request: UserRequest, note: Activity) -> HttpResponse:
    if htmx.wants_fragment(request):
        return _shown(request, note)
    return htmx.go(request, note.customer, say=_("Note saved."))


@require_POST
def delete(request: UserRequest, pk: int) -> HttpResponse:
    note = find_removable(Activity, request.user, pk)
    note.delete_softly(by=request.user)
    undo = reverse("activities:restore", args=[pk])
    if htmx.wants_fragment(request):
        return htmx.toast(HttpResponse(), _("The note was deleted."), undo=undo)
    return htmx.go(request, note.customer, say=_("The note was deleted."), undo=undo)


@require_POST
def restore(request: UserRequest, pk: int) -> HttpResponse:
    note = find_removable(Activity, request.user, pk)
    note.undelete(by=request.user)
    return htmx.go(request, note.customer, say=_("The note is back."))
