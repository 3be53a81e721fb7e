"""The pages of one's own jobs: how far they are, what they made."""

from __future__ import annotations

import uuid

from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm import htmx
from crm.htmx import wants_fragment
from crm.http import UserRequest
from crm.models import JobProgress

#: htmx stops asking when an answer has this status
STOP_POLLING = 286


def index(request: UserRequest) -> HttpResponse:
    jobs = JobProgress.objects.visible_to(request.user).defer("arguments").order_by("-created_at")[:50]
    return render(request, "jobs/index.html", {"jobs": jobs})


def detail(request: UserRequest, pk: uuid.UUID) -> HttpResponse:
    """How far it is; some jobs have a `page` of their own that says more."""
    job = _own(request, pk)
    if page := job.arguments.get("page"):
        return HttpResponseRedirect(page)
    if wants_fragment(request):
        return render(request, "jobs/_progress.html", {"job": job}, status=STOP_POLLING if job.is_over else 200)
    return render(request, "jobs/detail.html", {"job": job})


@require_POST
def cancel(request: UserRequest, pk: uuid.UUID) -> HttpResponse:
    """Stop it: at once while it waits, at its next step while it runs."""
    job = _own(request, pk)
    if job.cancel():
        say = _("Cancelled.") if job.is_over else _("It stops at its next step.")
        return htmx.go(request, job.arguments.get("page") or reverse("jobs:detail", args=[job.pk]), say=say)
    late = _("It is over, or was asked to stop already: nothing was changed.")
    return render(request, "jobs/detail.html", {"job": job, "late": late}, status=409)


def file(request: UserRequest, pk: uuid.UUID) -> FileResponse:
    job = _own(request, pk)
    if job.arguments.get("role") != request.user.effective_role:
        raise Http404  # made with rights that its user no longer has
    if not job.file or not job.file.storage.exists(job.file.name):
        raise Http404
    return FileResponse(job.file.open("rb"), as_attachment=True, filename=job.file_name)


def _own(request: UserRequest, pk: uuid.UUID) -> JobProgress:
    return get_object_or_404(JobProgress.objects.visible_to(request.user), pk=pk)
