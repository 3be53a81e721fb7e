"""The outbox for admins: what is to be sent, what was sent, and what the mail server said instead."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crm import htmx, lists
from crm.access import get_visible, get_writable, require
from crm.checks import letters_are_printed
from crm.http import UserRequest
from crm.models import Mail
from crm.outbox_tables import Outbox, state_cell


@require_safe
def index(request: UserRequest) -> HttpResponse:
    require(request.user.effective_role == "admin")
    return lists.answer(request, Outbox, page="outbox/index.html", is_printed=letters_are_printed())


@require_safe
def detail(request: UserRequest, pk: int) -> HttpResponse:
    mail = get_visible(Mail.objects.visible_to(request.user).select_related("user"), request.user, pk)
    return render(request, "outbox/detail.html", {"mail": mail, "state": state_cell(mail)})


@require_POST
def cancel(request: UserRequest, pk: int) -> HttpResponse:
    mail = get_writable(Mail, request.user, pk)
    done = mail.cancel(by=request.user)
    say = _("It will not be sent.") if done else _("It is being sent, or has left the queue already.")
    return htmx.go(request, mail, say=say)


@require_POST
def send_again(request: UserRequest, pk: int) -> HttpResponse:
    mail = get_writable(Mail, request.user, pk)
    done = mail.send_again(by=request.user)
    say = _("It is queued again.") if done else _("It is neither failed nor cancelled: nothing to send again.")
    return htmx.go(request, mail, say=say)


urls = [
    path("", index, name="index"),
    path("<int:pk>/", detail, name="detail"),
    path("<int:pk>/cancel/", cancel, name="cancel"),
    path("<int:pk>/send-again/", send_again, name="send_again"),
]
