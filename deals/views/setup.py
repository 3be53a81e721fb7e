"""What admins set up for deals: pipelines with their stages, products, reasons for losing."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Count, Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm import editing, htmx, lists
from crm.access import get_writable, require
from crm.http import UserRequest
from deals import setting_up
from deals.models import LostReason, Pipeline, Product, Stage
from deals.product_tables import ProductList
from deals.setup_forms import FORMS, IntoForm, StageForm

#: by the kind of row that the URL names
MODELS: dict[str, Any] = {"pipelines": Pipeline, "stages": Stage, "products": Product, "reasons": LostReason}
NEW = {
    "pipelines": gettext_lazy("New pipeline"),
    "products": gettext_lazy("New product"),
    "reasons": gettext_lazy("New reason for losing"),
}


@require_safe
def index(request: UserRequest) -> HttpResponse:
    require(request.user.effective_role == "admin")
    here = Count("deals", filter=Q(deals__deleted_at=None))
    stages = Stage.objects.visible_to(request.user).annotate(deals_here=here).order_by("position")
    context = {
        "pipelines": Pipeline.objects.visible_to(request.user).prefetch_related(Prefetch("stages", stages)),
        "reasons": LostReason.objects.visible_to(request.user).order_by("-is_active", "name"),
    }
    return render(request, "deals/setup.html", context)


@require_safe
def products(request: UserRequest) -> HttpResponse:
    require(request.user.effective_role == "admin")
    return lists.answer(request, ProductList, page="deals/products.html")


@require_http_methods(["GET", "POST"])
def create(request: UserRequest, kind: str) -> HttpResponse:
    require(request.user.effective_role == "admin")
    form = FORMS[kind](request.POST or None, user=request.user)
    return _answer(request, form, kind, str(NEW[kind]), _("%(name)s is there."))


@require_http_methods(["GET", "POST"])
def create_stage(request: UserRequest, pk: int) -> HttpResponse:
    pipeline = get_writable(Pipeline, request.user, pk)
    form = StageForm(request.POST or None, user=request.user, pipeline=pipeline)
    title = _("New stage of %(pipeline)s") % {"pipeline": pipeline}
    return _answer(request, form, "stages", title, _("%(name)s is there."))


@require_http_methods(["GET", "POST"])
def edit(request: UserRequest, kind: str, pk: int) -> HttpResponse:
    row = get_writable(MODELS[kind], request.user, pk)
    form = FORMS[kind](request.POST or None, user=request.user, instance=row)
    return _answer(request, form, kind, str(row), _("Saved."))


def _answer(request: UserRequest, form: editing.RecordForm[Any], kind: str, title: str, say: str) -> HttpResponse:
    back = reverse("deals:products" if kind == "products" else "deals:setup")
    context = {
        "title": title,
        "action": request.path,
        "back_url": back,
        "back_label": _("Products") if kind == "products" else _("Set-up of deals"),
        "cancel_url": back,
    }
    return editing.answer(
        request,
        form,
        page="forms/page.html",
        fragment="deals/_setup_form.html" if request.method == "GET" else "forms/_form.html",
        context=context,
        done=lambda row: htmx.go(request, back, say=say % {"name": row}),
    )


@require_POST
def shift(request: UserRequest, pk: int, way: str) -> HttpResponse:
    stage = get_writable(Stage, request.user, pk)
    setting_up.shift(stage, up=way == "up", by=request.user)
    return htmx.go(request, "deals:setup")


@require_http_methods(["GET", "POST"])
def remove(request: UserRequest, pk: int) -> HttpResponse:
    """Asks for which stage its history counts; a stage with deals is refused in a sentence."""
    stage = get_writable(Stage, request.user, pk)
    form = IntoForm(request.POST if request.method == "POST" else None, stage=stage, user=request.user)
    sentence, status = setting_up.in_the_way(stage), 200
    if request.method == "POST":
        status = 422
        if not sentence and form.is_valid():
            try:
                setting_up.remove(stage, form.cleaned_data["into"], by=request.user)
                return htmx.go(request, "deals:setup", say=_("%(name)s was deleted.") % {"name": stage})
            except ValidationError as problem:
                form.add_error(None, problem)
    context = {
        "title": _("Delete the stage %(name)s") % {"name": stage},
        "stage": stage,
        "sentence": sentence,
        "form": form,
        "back_url": reverse("deals:setup"),
        "back_label": _("Set-up of deals"),
    }
    return render(request, "deals/remove_stage.html", context, status=status)
