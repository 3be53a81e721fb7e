"""Chosen deals are moved, lost, or given to somebody else; and taken back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from crm import boards, htmx
from crm.access import editable, require, visible
from crm.errors import BadInput
from crm.http import UserRequest
from crm.jobs import JobError
from crm.jobs_pages import STOP_POLLING
from crm.models import JobProgress
from crm.navigation import WRITERS
from deals import bulk as deeds
from deals.board_forms import LostForm
from deals.models import Deal, Stage
from deals.tables import DealList
from deals.views.moving import came_from

DEEDS = ("move", "lose", "assign")


class ChosenForm(forms.Form):
    """The chosen rows, or everything that the list of this query holds; and what is to be done."""

    deed = forms.ChoiceField(choices=[(name, name) for name in DEEDS])
    to: forms.ModelChoiceField[Stage] = forms.ModelChoiceField(None, required=False, label=gettext_lazy("Stage"))
    everything = forms.BooleanField(required=False)
    query = forms.CharField(required=False, max_length=4000)

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        self.user, self.chosen = user, data.getlist("chosen")
        to = self.fields["to"]
        assert isinstance(to, forms.ModelChoiceField)  # noqa: S101 - declared above
        to.queryset = visible(Stage, user).select_related("pipeline")

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("deed") == "move" and not data.get("to") and "to" not in self.errors:
            self.add_error("to", _("Choose the stage to move to."))
        self.pks = self._everything(data.get("query", "")) if data.get("everything") else self._chosen()
        if not self.pks:
            raise ValidationError(_("Choose at least one deal that you may change."))
        if len(self.pks) > deeds.MOST:
            raise ValidationError(
                _("At most %(most)s deals at one go: narrow the list first."), params={"most": deeds.MOST}
            )
        return data

    def _chosen(self) -> list[int]:
        given = self.chosen[: deeds.MOST + 1]
        pks = {int(text) for text in given if text.isascii() and text.isdigit() and len(text) < 19}
        found = list(editable(Deal, self.user).filter(pk__in=pks).values_list("pk", flat=True))
        if len(found) < len(set(given)):
            raise ValidationError(_("Some of the chosen deals are not there any more. Choose again."))
        return found

    def _everything(self, query: str) -> list[int]:
        try:
            rows = DealList(self.user, QueryDict(query)).rows_in_scope
        except BadInput as error:
            raise ValidationError(str(error)) from error
        own = editable(Deal, self.user).filter(pk__in=rows.values("pk"))
        return list(own.values_list("pk", flat=True)[: deeds.MOST + 1])

    @property
    def repeated(self) -> list[tuple[str, Any]]:
        """What a further form sends again."""
        kept = [(name, self.data[name]) for name in ("deed", "everything", "query") if self.data.get(name)]
        if self.cleaned_data.get("to"):
            kept.append(("to", self.data["to"]))
        return [*kept, *(("chosen", pk) for pk in self.chosen), ("asked", "1")]


class OwnerForm(forms.Form):
    owner: forms.ModelChoiceField[User] = forms.ModelChoiceField(
        None,
        label=gettext_lazy("New owner"),
        required=False,
        empty_label=gettext_lazy("Nobody"),
    )

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ModelChoiceField)  # noqa: S101 - declared above
        owner.queryset = User.objects.assignable_by(user).order_by("name", "pk")
        if user.effective_role == "sales":
            owner.required, owner.empty_label = True, None


@require_POST
def bulk(request: UserRequest) -> HttpResponse:
    require(request.user.effective_role in WRITERS)
    form = ChosenForm(request.POST, user=request.user)
    if not form.is_valid():
        return _refused(request, form)
    deed, sent = form.cleaned_data["deed"], request.POST if "asked" in request.POST else None
    if deed == "move" and form.cleaned_data["to"].kind != "lost":
        to = form.cleaned_data["to"]
        return _do(request, form, deeds.Deed("move", to=to.pk), _("moved to “%(stage)s”") % {"stage": to})
    further = OwnerForm(sent, user=request.user) if deed == "assign" else LostForm(sent, user=request.user)
    if not further.is_valid():
        return _ask(request, form, further)
    given = further.cleaned_data
    if deed == "assign":
        to = given["owner"]
        return _do(
            request, form, deeds.Deed("assign", to=to and to.pk), _("given to %(to)s") % {"to": to or _("nobody")}
        )
    lost = deeds.Deed("lose", reason=given["reason"].pk, note=given["note"])
    return _do(request, form, lost, _("marked as lost"))


def _do(request: UserRequest, form: ChosenForm, deed: deeds.Deed, what: str) -> HttpResponse:
    """At once, or by the worker: then to the page that shows how far it is, and takes it back."""
    if len(form.pks) > deeds.AT_ONCE:
        job = deeds.start(deed, form.pks, what, by=request.user)
        return htmx.go(request, reverse("deals:bulk_job", args=[job.pk]))
    try:
        return _done(request, deeds.do(deed, form.pks, by=request.user), what)
    except JobError as problem:
        form.add_error(None, str(problem))
        return _refused(request, form)


def _back(request: UserRequest) -> str:
    return came_from(request) or reverse("deals:list")


def _done(request: UserRequest, result: deeds.Result, what: str) -> HttpResponse:
    undo = reverse("deals:bulk_undo", args=[result.key]) if result.key else ""
    return htmx.go(request, _back(request), say=result.sentence(deeds.sentence(len(result.done), what)), undo=undo)


def _refused(request: UserRequest, form: ChosenForm) -> HttpResponse:
    sentence = " ".join(str(error) for errors in form.errors.values() for error in errors)
    if htmx.wants_fragment(request):
        return htmx.trigger(HttpResponse(status=422), toast={"text": sentence, "level": "error"})
    context = {"title": _("Deals"), "text": sentence, "back_url": reverse("deals:list"), "back_label": _("Deals")}
    return render(request, "deals/refused.html", context, status=422)


def _ask(request: UserRequest, form: ChosenForm, further: forms.Form) -> HttpResponse:
    lost, count = form.cleaned_data["deed"] != "assign", len(form.pks)
    title = ngettext("%(count)s deal is lost", "%(count)s deals are lost", count)
    if not lost:
        title = ngettext("A new owner for %(count)s deal", "A new owner for %(count)s deals", count)
    context = {
        "title": title % {"count": count},
        "forms": [further],
        "hidden": form.repeated,
        "action": reverse("deals:bulk"),
        "submit_label": _("Mark as lost") if lost else _("Give"),
        "danger": lost,
        "back_url": reverse("deals:list"),
        "back_label": _("Deals"),
    }
    if htmx.wants_fragment(request):
        return boards.ask(request, context)
    return render(request, "boards/move.html", context, status=422)


@require_POST
def undo(request: UserRequest, key: UUID) -> HttpResponse:
    require(request.user.effective_role in WRITERS)
    back = deeds.undo(str(key), by=request.user)
    if isinstance(back, JobProgress):
        return htmx.go(request, reverse("jobs:detail", args=[back.pk]))
    if back is None:
        say = _("That can no longer be taken back.")
    else:
        say = ngettext("%(count)s deal is as it was.", "%(count)s deals are as they were.", back) % {"count": back}
    return htmx.go(request, _back(request), say=say)


@require_safe
def job(request: UserRequest, key: UUID) -> HttpResponse:
    """How far it is; then what came of it, and the way back. Asked again and again until it is over."""
    require(request.user.effective_role in WRITERS)
    shown = get_object_or_404(JobProgress.objects.visible_to(request.user), pk=key)
    context = {"job": shown, "undo_url": deeds.undo_url(shown), "said": shown.arguments.get("said", "")}
    if htmx.wants_fragment(request):
        return render(request, "deals/_bulk_job.html", context, status=STOP_POLLING if shown.is_over else 200)
    return render(request, "deals/bulk_job.html", context)
