"""Files of records: sent in, downloaded by whoever sees the record, never shown by the browser itself."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from activities import entries
from activities.composer_forms import FilesForm
from activities.files import keep
from activities.models import Attachment
from activities.page import files_panel
from activities.subjects import find_subject, links_of, subject_seen
from activities.views import shown
from crm import htmx
from crm.access import get_visible, require
from crm.deleted import find_removable
from crm.http import UserRequest

#: should a browser open it after all, it runs nothing and belongs to nobody
POLICY = "sandbox; default-src 'none'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"


@require_POST
def upload(request: UserRequest, kind: str, pk: int) -> HttpResponse:
    subject = find_subject(request.user, kind, pk)
    require(entries.may_write(request.user))
    form = FilesForm(request.POST, request.FILES, auto_id="files_%s")
    if form.is_valid():
        kept = keep(form.cleaned_data["files"], by=request.user, links=links_of(subject))
        say = ngettext("%(count)s file added.", "%(count)s files added.", len(kept)) % {"count": len(kept)}
        if not htmx.wants_fragment(request):
            return htmx.go(request, subject, say=say)
        panel = render(request, "activities/_files.html", {"files": files_panel(subject, request.user)})
        return htmx.trigger(htmx.toast(panel, say), **shown.CHANGED)
    context = {"files": files_panel(subject, request.user, form), "subject": subject}
    return htmx.answer(request, "activities/files.html", "activities/_files.html", context, status=422)


@require_safe
def download(request: UserRequest, pk: int) -> FileResponse:
    row = get_visible(Attachment, request.user, pk)
    if not row.file.storage.exists(row.file.name):
        raise Http404
    answer = FileResponse(row.file.open("rb"), as_attachment=True, filename=row.name, content_type=row.content_type)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = POLICY
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_POST
def delete(request: UserRequest, pk: int) -> HttpResponse:
    row = find_removable(Attachment, request.user, pk)
    row.delete_softly(by=request.user)
    say, undo = _("%(name)s was deleted.") % {"name": row}, reverse("activities:file_restore", args=[pk])
    if htmx.wants_fragment(request):
        return htmx.trigger(htmx.toast(HttpResponse(), say, undo=undo), **shown.CHANGED)
    return htmx.go(request, subject_seen(row, request.user) or reverse("home"), say=say, undo=undo)


@require_POST
def restore(request: UserRequest, pk: int) -> HttpResponse:
    row = find_removable(Attachment, request.user, pk)
    row.undelete(by=request.user)
    return htmx.go(
        request, subject_seen(row, request.user) or reverse("home"), say=_("%(name)s is back.") % {"name": row}
    )
