"""Forms, facts and histories of records differ in their model alone: what they share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from crm import editing, htmx
from crm.access import allows, hidden_fields
from crm.deleted import find_removable, may_remove, with_deleted
from crm.errors import BadInput
from crm.http import UserRequest
from crm.models import Record
from crm.topics import topic
from customers import company_forms, history
from customers.company_forms import CompanyForm
from customers.customer_forms import CustomerForm
from customers.facts import Fact, facts_of
from customers.models import Company, Customer

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Kind(Generic[R]):
    """A kind of record: its namespace of URLs (and folder of templates), its model, its form."""

    space: str
    model: type[R]
    form: type[editing.RecordForm[R]]
    #: the names of the fields that a user may edit, when the form can tell without being made
    offered: Callable[[User], list[str]] | None = None

    def url(self, verb: str, *args: Any) -> str:
        return reverse(f"{self.space}:{verb}", args=args)


#: Facts with a place of their own even when nobody knows them.
ALWAYS = frozenset({"name", "phones", "emails", "owner"})
CUSTOMERS = Kind("customers", Customer, CustomerForm, CustomerForm.offered)
COMPANIES = Kind("companies", Company, CompanyForm, lambda _user: company_forms.FIELDS)


def may_edit(row: Record, user: User) -> bool:
    return row.deleted_at is None and allows(with_deleted(type(row)).editable_by(user), row)


def rights(row: Record, user: User) -> dict[str, bool]:
    """`may_edit` and `may_remove`, for a page. Whoever may take a record away may edit it: mostly one question."""
    removable = may_remove(row, user)
    return {"may_edit": row.deleted_at is None and (removable or may_edit(row, user)), "may_remove": removable}


def facts(kind: Kind[R], row: R, user: User, *, writable: bool, only: str = "") -> list[Fact]:
    names: list[str] = []
    if writable:
        names = kind.offered(user) if kind.offered else kind.form(user=user).names
    return facts_of(row, editable=names, hidden=hidden_fields(kind.model, user), only=only)


def facts_card(kind: Kind[R], row: R, user: User, *, writable: bool) -> dict[str, list[Fact]]:
    """The facts for the card: those without a value apart, and not at all for whoever could not fill them in."""
    known = facts(kind, row, user, writable=writable)
    shown = [fact for fact in known if fact.value or fact.name in ALWAYS]
    return {"facts": shown, "empty_facts": [fact for fact in known if fact.editable and fact not in shown]}


def create(request: UserRequest, kind: Kind[R], *, title: str, initial: dict[str, Any]) -> HttpResponse:
    form = kind.form(request.POST or None, user=request.user, initial=initial)
    context = {
        "title": title,
        "back_url": kind.url("index"),
        "back_label": kind.model._meta.verbose_name_plural.capitalize(),  # type: ignore[union-attr]  # set on both
        "cancel_url": kind.url("index"),
    }
    return editing.answer(
        request,
        form,
        page="customers/form.html",
        fragment="forms/_form.html",
        context=context,
        done=lambda row: htmx.go(request, row, say=_("%(name)s was added.") % {"name": row}),
    )


def edit(request: UserRequest, kind: Kind[R], row: R) -> HttpResponse:
    """The full form, or with ?field= the one of a fact."""
    if only := request.GET.get("field", ""):
        return edit_fact(request, kind, row, only)
    form = kind.form(request.POST or None, user=request.user, instance=row)
    return editing.answer(
        request,
        form,
        page="customers/form.html",
        fragment="forms/_form.html",
        context=back_to(row),
        done=lambda row: htmx.go(request, row, say=_("Saved.")),
    )


def edit_fact(
    request: UserRequest, kind: Kind[R], row: R, only: str, form: editing.RecordForm[R] | None = None
) -> HttpResponse:
    """The form of one fact; `form` when it is filled already (with a value of the past)."""
    form = form or kind.form(request.POST or None, user=request.user, instance=row, only=only)
    fact = next(iter(facts(kind, row, request.user, writable=True, only=only)), None)
    if fact is None:
        raise BadInput(_("There is no field of that name to edit."))
    context = back_to(row) | {"action": fact.edit_url}
    in_place = htmx.wants_fragment(request) and request.htmx.target == f"fact-{only}"
    return editing.answer(
        request,
        form,
        page="customers/form.html",
        fragment="records/_fact_form.html" if in_place else "forms/_form.html",
        context=context | ({"fact": fact, "record_url": row.get_absolute_url()} if in_place else {}),
        done=lambda row: _fact_saved(request, kind, row, only, in_place=in_place),
    )


def back_to(row: Record) -> dict[str, Any]:
    url = row.get_absolute_url()
    title = _("Edit %(name)s") % {"name": row}
    return {"title": title, "back_url": url, "back_label": str(row), "cancel_url": url, "record_topic": topic(row)}


def _fact_saved(request: UserRequest, kind: Kind[R], row: R, only: str, *, in_place: bool) -> HttpResponse:
    if not in_place:
        return htmx.go(request, row, say=_("Saved."))
    fact = facts(kind, row, request.user, writable=True, only=only)[0]
    response = render(request, "records/_fact.html", {"fact": fact, "saved": True})
    return htmx.trigger(response, **{"record:changed": {}})


def delete(request: UserRequest, kind: Kind[R], pk: int) -> HttpResponse:
    row = find_removable(kind.model, request.user, pk)
    row.delete_softly(by=request.user)
    return htmx.go(
        request, kind.url("index"), say=_("%(name)s was deleted.") % {"name": row}, undo=kind.url("restore", pk)
    )


def restore(request: UserRequest, kind: Kind[R], pk: int) -> HttpResponse:
    row = find_removable(kind.model, request.user, pk)
    row.undelete(by=request.user)
    return htmx.go(request, row, say=_("%(name)s is back.") % {"name": row})


def show_history(request: UserRequest, kind: Kind[R], row: R, *, unsaid: frozenset[str] = frozenset()) -> HttpResponse:
    """`unsaid`: columns that follow from others."""
    writable = may_edit(row, request.user)
    form = kind.form(user=request.user, instance=row)
    lines = history.lines(row, viewer=request.user, restorable=form.names if writable else [])
    context = {
        "object": row,
        "changes": [line for line in lines if line.field not in unsaid],
        "restore_url": kind.url("restore_value", row.pk) if writable else "",
        "base": form.token(row) if writable else "",
        "may_restore": row.deleted_at and may_remove(row, request.user),
    }
    return render(request, "customers/history.html", context)


def restore_value(request: UserRequest, kind: Kind[R], row: R) -> HttpResponse:
    """Put back what a field held before one event of the history; a list gets back the entry it lost."""
    only = request.POST.get("field", "")
    if isinstance(row, Customer) and only in history.LISTS:
        form: Any = history.with_entry_back(row, only, request.POST.get("event", ""), user=request.user)
    else:
        form = editing.restoring(kind.form, row, user=request.user, data=request.POST)
    return edit_fact(request, kind, row, only, form)
