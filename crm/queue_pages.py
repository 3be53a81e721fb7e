"""The operators' pages on background work: what the queue holds, and what can be done about a job."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from procrastinate.contrib.django.models import ProcrastinateJob

from crm import background, htmx, lists
from crm.access import get_visible, require
from crm.http import UserRequest
from crm.queue_figures import figures, happened, runs
from crm.queue_tables import Queue
from crm.queue_words import STATES, name_of, state_of


@require_safe
def index(request: UserRequest) -> HttpResponse:
    require(request.user.effective_role == "admin")
    return lists.answer(request, Queue, page="queue/index.html", figures=figures(), runs=runs())


@require_safe
def now(request: UserRequest) -> HttpResponse:
    """The figures alone, asked again and again while somebody looks."""
    require(request.user.effective_role == "admin")
    return render(request, "queue/_figures.html", {"figures": figures()})


@require_safe
def detail(request: UserRequest, pk: int) -> HttpResponse:
    return _shown(request, _found(request, pk))


@require_POST
def retry(request: UserRequest, pk: int) -> HttpResponse:
    job = _found(request, pk)
    if not background.retry(job, by=request.user):
        return _too_late(request, pk, _("It waits or runs already, or another of its kind does: nothing was changed."))
    return htmx.go(request, _page(pk), say=_("It waits for its turn again."))


@require_POST
def cancel(request: UserRequest, pk: int) -> HttpResponse:
    job = _found(request, pk)
    if not background.cancel(job, by=request.user):
        return _too_late(request, pk, _("It is over, or was asked to stop already: nothing was changed."))
    stopped = background.is_stopped(_found(request, pk))
    say = _("Cancelled.") if stopped else _("It was asked to stop, and does at its next step.")
    return htmx.go(request, _page(pk), say=say)


def _found(request: UserRequest, pk: int) -> ProcrastinateJob:
    """404 to everybody but operators."""
    return get_visible(background.queued_jobs().with_times(), request.user, pk)


def _page(pk: int) -> str:
    return reverse("queue:detail", args=[pk])


def _too_late(request: UserRequest, pk: int, text: str) -> HttpResponse:
    return _shown(request, _found(request, pk), status=409, refused=text)


def _shown(request: UserRequest, job: ProcrastinateJob, *, status: int = 200, **more: Any) -> HttpResponse:
    progress = background.progress_of([job]).get(job.pk)
    state = state_of(job, progress)
    label, tone = STATES[state]
    context = {
        "job": job,
        "name": name_of(job, progress),
        "progress": progress,
        "state": label,
        "tone": tone,
        "may_retry": state in {"failed", "cancelled", "lost"},
        "may_cancel": state in {"waiting", "later", "running", "lost"},
        **happened(job),
        **more,
    }
    return render(request, "queue/detail.html", context, status=status)
