from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm import export as exports
from crm import lists
from crm.access import get_writable, require
from crm.deleted import find, with_deleted
from crm.http import UserRequest
from crm.navigation import ORDERS, WRITERS
from crm.shares import panels_of
from customers import purchases
from customers.deleted_tables import DeletedCompanies
from customers.models import Company, Customer
from customers.tables import CompanyList
from customers.views import editing
from customers.views.editing import COMPANIES

SHOWN = 20


@require_safe
def index(request: UserRequest) -> HttpResponse:
    return lists.answer(request, CompanyList, page="customers/index.html")


@require_safe
def deleted(request: UserRequest) -> HttpResponse:
    require(request.user.effective_role in WRITERS)
    return lists.answer(request, DeletedCompanies, page="customers/index.html")


@require_POST
def export(request: UserRequest) -> HttpResponseBase:
    return exports.answer(request, CompanyList)


@require_http_methods(["GET", "POST"])
def create(request: UserRequest) -> HttpResponse:
    require(request.user.effective_role in WRITERS)
    return editing.create(request, COMPANIES, title=_("New company"), initial={})


def _in_full(request: UserRequest, pk: int) -> Company:
    """The company with all that its head and its facts show."""
    return find(with_deleted(Company).select_related("owner", "created_by"), request.user, pk)


@require_safe
def detail(request: UserRequest, pk: int) -> HttpResponse:
    company = _in_full(request, pk)
    people = _people(request, company)
    about = _head(request, company)
    sees_orders = request.user.effective_role in ORDERS
    context = {
        **about,
        **editing.facts_card(COMPANIES, company, request.user, writable=about["may_edit"]),
        "panels": panels_of(company, request.user),
        "people": people[:SHOWN],
        "sees_orders": sees_orders,
        "more_people": len(people[: SHOWN + 1]) > SHOWN,
        "figures": purchases.of_company(people, sees_orders=sees_orders),
    }
    return render(request, "companies/detail.html", context)


def _people(request: UserRequest, company: Company) -> QuerySet[Customer]:
    return Customer.objects.visible_to(request.user).filter(company=company).order_by("sort_key", "pk")


@require_safe
def head(request: UserRequest, pk: int) -> HttpResponse:
    return render(request, "companies/_head.html", _head(request, _in_full(request, pk)))


def _head(request: UserRequest, company: Company) -> dict[str, Any]:
    may_create = request.user.effective_role in WRITERS and not company.deleted_at
    return {"company": company, "may_create": may_create, **editing.rights(company, request.user)}


@require_safe
def facts(request: UserRequest, pk: int) -> HttpResponse:
    company = _in_full(request, pk)
    writable = editing.may_edit(company, request.user)
    card = editing.facts_card(COMPANIES, company, request.user, writable=writable)
    return render(request, "companies/_facts.html", {"company": company, **card})


@require_http_methods(["GET", "POST"])
def edit(request: UserRequest, pk: int) -> HttpResponse:
    return editing.edit(request, COMPANIES, get_writable(Company, request.user, pk))


@require_POST
def delete(request: UserRequest, pk: int) -> HttpResponse:
    return editing.delete(request, COMPANIES, pk)


@require_POST
def restore(request: UserRequest, pk: int) -> HttpResponse:
    return editing.restore(request, COMPANIES, pk)


@require_safe
def history(request: UserRequest, pk: int) -> HttpResponse:
    return editing.show_history(request, COMPANIES, find(Company, request.user, pk))


@require_POST
def restore_value(request: UserRequest, pk: int) -> HttpResponse:
    return editing.restore_value(request, COMPANIES, get_writable(Company, request.user, pk))
