"""The users whom somebody manages: all of them, or the own team."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts import changes, deactivation, handover, invitations, links, rights
from accounts.forms import HandoverForm, InviteForm, UserForm
from accounts.models import Role, User
from accounts.tables import LEADERS, Users, state_cell
from crm import editing, htmx
from crm.access import get_visible, get_writable, require
from crm.checks import letters_are_printed
from crm.http import UserRequest


@require_safe
def users(request: UserRequest) -> HttpResponse:
    require(request.user.effective_role in LEADERS)
    context = {"listing": Users(request.user, request.GET), "may_see_teams": request.user.effective_role == Role.ADMIN}
    return htmx.answer(request, "accounts/users.html", "lists/_list.html", context)


def invite(request: UserRequest) -> HttpResponse:
    require(request.user.effective_role in LEADERS)
    form = InviteForm(request.POST or None, user=request.user)
    form.origin = links.origin_of(request)
    context = _around(_("Invite a colleague"), _("Invite"), back_url=reverse("accounts:users"), back_label=_("Users"))

    def done(invited: User) -> HttpResponse:
        say = _("%(name)s is invited. The letter is on its way.")
        if letters_are_printed():
            say = _("%(name)s is invited. Letters reach nobody here: pass the link on yourself.")
        say %= {"name": invited}
        return htmx.go(request, _url(invited), say=say)

    return editing.answer(
        request, form, page="forms/page.html", fragment="forms/_form.html", context=context, done=done
    )


@require_safe
def user(request: UserRequest, pk: int) -> HttpResponse:
    person = get_visible(User, request.user, pk)
    editable = _is_editable(person, request.user)
    link = ""
    if editable and invitations.may_hold_link(request.user, person):
        link = links.link_for(person, origin=links.origin_of(request))
    context = {
        "person": person,
        "state": state_cell(person),
        "editable": editable,
        "removable": editable and person != request.user,
        "link": link,
        "is_printed": letters_are_printed(),
        "link_days": links.INVITATION_LASTS.days,
        "reason": rights.reason(person),
        "lines": rights.lines_of(person),
        "changes": changes.lines_of(person, viewer=request.user),
    }
    return render(request, "accounts/user.html", context)


def edit_user(request: UserRequest, pk: int) -> HttpResponse:
    person = get_writable(User, request.user, pk)
    form = UserForm(request.POST or None, user=request.user, instance=person)
    context = _around(_("Edit %(name)s") % {"name": person}, _("Save"), back_url=_url(person), back_label=str(person))

    def done(changed: User) -> HttpResponse:
        return htmx.go(request, _url(changed), say=_("Saved."))

    return editing.answer(
        request, form, page="forms/page.html", fragment="forms/_form.html", context=context, done=done
    )


@require_safe
def access(request: UserRequest, pk: int) -> HttpResponse:
    person = get_visible(User, request.user, pk)
    return show_access(request, person, back_url=_url(person), back_label=str(person))


def show_access(request: UserRequest, person: User, *, back_url: str, back_label: str) -> HttpResponse:
    context = {
        "person": person,
        "reason": rights.reason(person),
        "lines": rights.lines_of(person),
        "proofs": rights.proofs_of(person),
        "back_url": back_url,
        "back_label": back_label,
    }
    return render(request, "accounts/access.html", context)


def deactivate(request: UserRequest, pk: int) -> HttpResponse:
    person = get_writable(User, request.user, pk)
    if person == request.user:
        raise PermissionDenied(_("You cannot deactivate yourself: ask another admin to."))
    if not person.is_active:
        return htmx.go(request, _url(person), say=_("%(name)s is deactivated already.") % {"name": person})
    owned = handover.holdings(person)
    sent = request.POST if request.method == "POST" else None
    form = HandoverForm(sent, leaver=person, user=request.user, owns_any=bool(owned))
    status = 200
    if sent is not None:
        if form.is_valid() and _leave(person, form, by=request.user):
            return htmx.go(request, _url(person), say=_left(person, form, sum(kind.count for kind in owned)))
        status = 422
    context = {"person": person, "holdings": owned, "form": form, "back_url": _url(person)}
    return render(request, "accounts/deactivate.html", context, status=status)


def _left(person: User, form: HandoverForm, count: int) -> str:
    said = _("%(name)s can no longer sign in.") % {"name": person}
    if not count:
        return said
    if successor := form.cleaned_data["successor"]:
        words = ngettext("%(count)s record went to %(who)s.", "%(count)s records went to %(who)s.", count)
    else:
        words = ngettext("%(count)s record is nobody's now.", "%(count)s records are nobody's now.", count)
    return f"{said} {words % {'count': count, 'who': successor}}"


def _leave(person: User, form: HandoverForm, *, by: User) -> bool:
    try:
        deactivation.deactivate(person, by=by, successor=form.cleaned_data.get("successor"))
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True


@require_POST
def reactivate(request: UserRequest, pk: int) -> HttpResponse:
    person = get_writable(User, request.user, pk)
    if person.reactivate(by=request.user):
        return htmx.go(request, _url(person), say=_("%(name)s can sign in again.") % {"name": person})
    return htmx.go(request, _url(person), say=_("%(name)s is active already.") % {"name": person})


@require_POST
def resend_invitation(request: UserRequest, pk: int) -> HttpResponse:
    person = get_writable(User, request.user, pk)
    require(invitations.may_hold_link(request.user, person))
    if invitations.remind(person, by=request.user, origin=links.origin_of(request)):
        printed = letters_are_printed()
        say = _("The letter is printed again, and reaches nobody.") if printed else _("The letter is on its way again.")
        return htmx.go(request, _url(person), say=say)
    return htmx.go(request, _url(person), say=_("%(name)s has chosen a password meanwhile.") % {"name": person})


def _is_editable(person: User, user: User) -> bool:
    return User.objects.editable_by(user).filter(pk=person.pk).exists()


def _url(person: User) -> str:
    return reverse("accounts:user", args=[person.pk])


def _around(title: str, submit: str, *, back_url: str, back_label: str) -> dict[str, Any]:
    """What templates/forms/page.html shows around a form."""
    return {
        "title": title,
        "submit_label": submit,
        "back_url": back_url,
        "back_label": back_label,
        "cancel_url": back_url,
    }
