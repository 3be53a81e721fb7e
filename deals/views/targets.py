"""Targets by person and month."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from crm import htmx
from crm.access import require
from crm.errors import BadInput
from crm.http import UserRequest
from crm.navigation import LEADERS
from deals.targets import FIRST_YEAR, LAST_YEAR, Changed, Targets


class YearForm(forms.Form):
    year = forms.IntegerField(label=gettext_lazy("Year"), min_value=FIRST_YEAR, max_value=LAST_YEAR, required=False)


@require_http_methods(["GET", "POST"])
def targets(request: UserRequest) -> HttpResponse:
    require(request.user.effective_role in LEADERS)
    form = YearForm(request.GET)
    if not form.is_valid():
        raise BadInput(_("Choose a year between %(first)s and %(last)s.") % {"first": FIRST_YEAR, "last": LAST_YEAR})
    year = form.cleaned_data["year"] or timezone.localdate().year
    table, status, problem = Targets(request.user, year, request.POST or None), 200, ""
    if request.method == "POST":
        try:
            table.data = request.POST
            table.store()
            return htmx.go(request, f"{reverse('deals:targets')}?year={year}", say=_("The targets are saved."))
        except Changed:
            status, problem = 409, _("Somebody has set one of these targets in the meantime. Reload the page first.")
        except ValidationError as error:
            status, problem = 422, " ".join(error.messages)
    context = {"table": table, "problem": problem, "year": year, "before": year - 1, "after": year + 1}
    return htmx.answer(request, "deals/targets.html", "deals/_targets.html", context, status=status)
