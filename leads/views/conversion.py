"""Converting a lead, and taking that back."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm import htmx
from crm.access import get_writable, require
from crm.deleted import may_remove
from crm.http import UserRequest
from deals.moves import Lacking
from leads import conversion
from leads.afterwards import Changed
from leads.conversion_forms import ConvertForm
from leads.models import Conversion, Lead
from leads.views.verbs import stale


@require_http_methods(["GET", "POST"])
def convert(request: UserRequest, pk: int) -> HttpResponse:
    lead = get_writable(Lead, request.user, pk)
    if done := conversion.of(lead, request.user):
        return _already(request, done)
    if not lead.is_open:
        return stale(request, lead)
    form = ConvertForm(request.POST if request.method == "POST" else None, lead=lead, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            made = conversion.convert(lead=lead, by=request.user, **form.chosen)
            return _converted(request, made)
        except conversion.NotOpen:
            lead.refresh_from_db()
            return stale(request, lead)
        except ValidationError as problem:
            _explain(form, problem)
    status = 422 if request.method == "POST" else 200
    context = converting(request, lead, form)
    return htmx.answer(request, "leads/convert.html", "leads/_convert.html", context, status=status)


def converting(request: UserRequest, lead: Lead, form: ConvertForm | None = None) -> dict[str, Any]:
    """What the drawer needs."""
    form = form or ConvertForm(None, lead=lead, user=request.user)
    return {"lead": lead, "form": form, "action": reverse("leads:convert", args=[lead.pk])}


def _explain(form: ConvertForm, problem: ValidationError) -> None:
    """What the stage of the deal asks for, at the fields that lack it."""
    names = problem.names if isinstance(problem, Lacking) else []
    known = [name for name in names if name in form.fields]
    for name in known:
        form.add_error(name, problem.messages[0])
    if not known:
        form.add_error(None, problem.messages)


def _converted(request: UserRequest, made: Conversion) -> HttpResponse:
    if made.by_id != request.user.pk:
        return _already(request, conversion.of(made.lead, request.user) or made)
    undo = reverse("leads:convert_undo", args=[made.lead_id])
    say = _("%(name)s was converted.") % {"name": made.lead}
    return htmx.go(request, made.deal or made.customer, say=say, undo=undo)


def _already(request: UserRequest, made: Conversion) -> HttpResponse:
    """Whoever comes second goes to what the first has made."""
    say = _("%(name)s was converted already, by %(who)s.") % {"name": made.lead, "who": made.by or _("Rapport")}
    return htmx.go(request, made.deal or made.customer, say=say)


@require_POST
def undo(request: UserRequest, pk: int) -> HttpResponse:
    lead = get_writable(Lead, request.user, pk)
    done = Conversion.objects.visible_to(request.user).filter(lead=lead, undone_at=None).first()
    if done is None:
        raise Http404
    require(done.by_id == request.user.pk or may_remove(lead, request.user))
    try:
        conversion.undo(done, by=request.user)
    except Changed as problem:
        context = {"lead": lead, "sentence": problem.sentence}
        return htmx.answer(request, "leads/stale.html", "leads/_stale.html", context, status=409)
    return htmx.go(request, lead, say=_("%(name)s is a lead again.") % {"name": lead})
