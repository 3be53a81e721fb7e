"""What colleagues say to an activity."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from activities import entries
from activities.forms import CommentForm
from activities.models import Activity, Comment
from activities.views import shown
from crm import editing, htmx
from crm.access import get_visible, get_writable, require
from crm.deleted import find_removable
from crm.http import UserRequest


@require_http_methods(["GET", "POST"])
def create(request: UserRequest, pk: int) -> HttpResponse:
    activity = shown.seen(request, pk)
    require(entries.may_write(request.user))
    sent = request.POST if request.method == "POST" else None
    blank = Comment(activity=activity, created_by=request.user)
    form = CommentForm(sent, user=request.user, instance=blank)
    form.auto_id = f"comment_{pk}_%s"
    action = reverse("activities:comment", args=[pk])
    context = {"action": action, "title": _("New comment"), "cancel_url": activity.get_absolute_url()}
    return editing.answer(
        request,
        form,
        page="forms/page.html",
        fragment="activities/_comments.html",
        context=context | {"entry": _entry(request, activity)},
        done=lambda _comment: _said(request, shown.seen(request, pk)),
    )


def _said(request: UserRequest, activity: Activity) -> HttpResponse:
    """All comments again, with an empty box."""
    if not htmx.wants_fragment(request):
        return htmx.go(request, activity, say=_("Comment saved."))
    return render(request, "activities/_comments.html", {"entry": _entry(request, activity)})


def _entry(request: UserRequest, activity: Activity) -> entries.Entry:
    return entries.activity_entry(entries.prepare([activity])[0], request.user)


@require_safe
def detail(request: UserRequest, pk: int) -> HttpResponse:
    """In place for htmx; others go to the activity."""
    comment = get_visible(Comment, request.user, pk)
    return _shown(request, comment)


@require_http_methods(["GET", "POST"])
def edit(request: UserRequest, pk: int) -> HttpResponse:
    comment = get_writable(Comment, request.user, pk)
    sent = request.POST if request.method == "POST" else None
    form = CommentForm(sent, user=request.user, instance=comment)
    form.auto_id = f"edit_comment_{pk}_%s"
    return editing.answer(
        request,
        form,
        page="forms/page.html",
        fragment="activities/_comment_form.html",
        context={"comment": comment, "title": _("Edit comment"), "cancel_url": comment.activity.get_absolute_url()},
        done=lambda row: _shown(request, row),
    )


def _shown(request: UserRequest, comment: Comment) -> HttpResponse:
    if not htmx.wants_fragment(request):
        return htmx.go(request, comment.activity)
    return render(request, "activities/_comment.html", {"remark": entries.remark_of(comment, request.user)})


@require_POST
def delete(request: UserRequest, pk: int) -> HttpResponse:
    comment = find_removable(Comment, request.user, pk)
    comment.delete_softly(by=request.user)
    say, undo = _("The comment was deleted."), reverse("activities:comment_restore", args=[pk])
    if htmx.wants_fragment(request):
        return htmx.toast(HttpResponse(), say, undo=undo)
    return htmx.go(request, comment.activity, say=say, undo=undo)


@require_POST
def restore(request: UserRequest, pk: int) -> HttpResponse:
    comment = find_removable(Comment, request.user, pk)
    comment.undelete(by=request.user)
    return htmx.go(request, comment.activity, say=_("The comment is back."))
