"""Teams: admins name them."""

from __future__ import annotations

from django.db.models import Count, Q
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.forms import TeamForm
from accounts.models import Role, Team
from crm import editing, htmx
from crm.access import get_writable, require
from crm.http import UserRequest


def teams(request: UserRequest) -> HttpResponse:
    """The teams, and below them the form for one more."""
    require(request.user.effective_role == Role.ADMIN)
    form = TeamForm(request.POST or None, user=request.user)
    counted = Team.objects.visible_to(request.user).annotate(members=Count("users", Q(users__is_active=True)))
    context = {"teams": counted, "submit_label": _("Add the team")}

    def done(created: Team) -> HttpResponse:
        return htmx.go(request, "accounts:teams", say=_("Team %(name)s is there.") % {"name": created})

    return editing.answer(
        request, form, page="accounts/teams.html", fragment="forms/_form.html", context=context, done=done
    )


def team(request: UserRequest, pk: int) -> HttpResponse:
    """Rename a team."""
    renamed = get_writable(Team, request.user, pk)
    form = TeamForm(request.POST or None, user=request.user, instance=renamed)
    context = {
        "title": _("Rename team %(name)s") % {"name": renamed},
        "back_url": reverse("accounts:teams"),
        "back_label": _("Teams"),
        "cancel_url": reverse("accounts:teams"),
    }

    def done(changed: Team) -> HttpResponse:
        return htmx.go(request, "accounts:teams", say=_("Saved."))

    return editing.answer(
        request, form, page="forms/page.html", fragment="forms/_form.html", context=context, done=done
    )
