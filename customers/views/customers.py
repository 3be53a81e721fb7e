from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm import export as exports
from crm import lists
from crm.access import get_writable, require
from crm.deleted import find
from crm.http import UserRequest
from crm.navigation import WRITERS
from customers.deleted_tables import DeletedCustomers
from customers.duplicates import CompanyInQuery
from customers.models import Customer
from customers.tables import CustomerList
from customers.views import editing
from customers.views.editing import CUSTOMERS


@require_safe
def index(request: UserRequest) -> HttpResponse:
    return lists.answer(request, CustomerList, page="customers/index.html")


@require_safe
def deleted(request: UserRequest) -> HttpResponse:
    require(request.user.effective_role in WRITERS)
    return lists.answer(request, DeletedCustomers, page="customers/index.html")


@require_POST
def export(request: UserRequest) -> HttpResponseBase:
    return exports.answer(request, CustomerList)


@require_http_methods(["GET", "POST"])
def create(request: UserRequest) -> HttpResponse:
    require(request.user.effective_role in WRITERS)
    chosen = CompanyInQuery(request.GET, user=request.user)
    return editing.create(request, CUSTOMERS, title=_("New customer"), initial=chosen.initial_values)


@require_http_methods(["GET", "POST"])
def edit(request: UserRequest, pk: int) -> HttpResponse:
    return editing.edit(request, CUSTOMERS, get_writable(Customer, request.user, pk))


@require_POST
def delete(request: UserRequest, pk: int) -> HttpResponse:
    return editing.delete(request, CUSTOMERS, pk)


@require_POST
def restore(request: UserRequest, pk: int) -> HttpResponse:
    return editing.restore(request, CUSTOMERS, pk)


@require_safe
def history(request: UserRequest, pk: int) -> HttpResponse:
    return editing.show_history(request, CUSTOMERS, find(Customer, request.user, pk))


@require_POST
def restore_value(request: UserRequest, pk: int) -> HttpResponse:
    return editing.restore_value(request, CUSTOMERS, get_writable(Customer, request.user, pk))
