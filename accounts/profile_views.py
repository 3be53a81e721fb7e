"""What everybody may see and change of themselves."""

from __future__ import annotations

from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.calendar_views import own_absences
from accounts.forms import ProfileForm, ThemeForm
from accounts.models import User
from accounts.views import show_access
from crm import editing, htmx
from crm.errors import BadInput
from crm.http import UserRequest
from crm.moments import today, zone_names


def settings(request: UserRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, user=request.user, instance=_fresh(request.user))

    def done(changed: User) -> HttpResponse:
        return htmx.go(request, "accounts:settings", say=_("Saved."))

    context = {
        "zones": sorted(zone_names()),
        "submit_label": _("Save"),
        "absences": own_absences(request),
        "today": today(),
    }
    return editing.answer(
        request, form, page="accounts/settings.html", fragment="forms/_form.html", context=context, done=done
    )


def _fresh(user: User) -> User:
    """The row apart from request.user: a refused form must not change the page around it."""
    return User._base_manager.get(pk=user.pk)


@require_safe
def own_access(request: UserRequest) -> HttpResponse:
    return show_access(request, request.user, back_url=reverse("accounts:settings"), back_label=_("Settings"))


@require_POST
def theme(request: UserRequest) -> HttpResponse:
    form = ThemeForm(request.POST)
    if not form.is_valid():
        raise BadInput(_("There is no theme of that name."))
    request.user.choose_theme(form.cleaned_data["theme"])
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    # Not redirect(), which takes a word for the name of a page.
    return HttpResponseRedirect(target if safe else resolve_url("accounts:settings"))


@require_POST
def end_sessions(request: UserRequest) -> HttpResponse:
    request.user.end_sessions(by=request.user)
    update_session_auth_hash(request, request.user)
    return htmx.go(request, "accounts:settings", say=_("Signed out everywhere else."))
