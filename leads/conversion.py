"""A lead becomes a customer, with a company and a deal, in one transaction; and back, while nothing else has happened.

The lead's row is locked: of many who convert it at once one does it, and the others get what that one made.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce
from django.utils.timezone import now
from django.utils.translation import gettext as _

from activities.models import Activity, Attachment
from crm import phones
from crm.access import editable, visible
from crm.events import record
from crm.models import Record
from customers.models import Company, Customer, Email, Lifecycle, Phone
from deals.models import Deal, Stage
from deals.opening import open_deal
from leads import afterwards
from leads.models import Conversion, Lead, LeadStatus

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class NewDeal:
    """The deal that the conversion opens."""

    title: str
    amount: Decimal | None = None
    currency: str = ""
    stage: Stage | None = None
    expected_close: dt.date | None = None


@dataclass(frozen=True)
class NextStep:
    """What is to be done next, planned with the conversion."""

    kind: str
    title: str
    due_on: dt.date


class NotOpen(Exception):
    """The lead is lost or deleted: it is taken up again before it is converted."""


@dataclass
class Made:
    """What one conversion makes, while it makes it."""

    lead: Lead
    by: User
    customer: Customer
    company: Company | None = None
    deal: Deal | None = None
    step: Activity | None = None
    made_customer: bool = False
    made_company: bool = False
    #: the version of a customer who was there before, without a company, and has got it; else 0
    linked: int = 0


def of(lead: Lead, user: User) -> Conversion | None:
    """The conversion that holds, with what of it `user` may see."""
    if lead.status != LeadStatus.CONVERTED:
        return None
    seen = Exists(visible(Deal, user).filter(pk=OuterRef("deal")))
    rows = Conversion.objects.filter(lead=lead, undone_at=None).annotate(sees_deal=seen)
    found: Any = rows.select_related("customer", "company", "deal", "by").first()
    if found and not found.sees_deal:
        found.deal = None
    conversion: Conversion | None = found
    return conversion


def convert(
    *,
    lead: Lead,
    by: User,
    customer: Customer | None = None,
    company: Company | None = None,
    deal: NewDeal | None = None,
    step: NextStep | None = None,
    make_company: bool = True,
) -> Conversion:
    """Make what is not given. A lead that is converted already gives the conversion that did it."""
    with transaction.atomic():
        row = Lead.everything.select_for_update().select_related(None).get(pk=lead.pk)
        if done := Conversion.objects.filter(lead=row, undone_at=None).first():
            return done
        if row.deleted_at or not row.is_open:
            raise NotOpen
        made = _people(row, by, customer, company, make_company=make_company)
        before, at = row.status, now()
        answers = at if row.responded_at is None else None
        carried = _carry_to_customer(made)
        if deal:
            made.deal = _open(made, deal)
            _carry_to_deal(made, carried)
        if step:
            made.step = _plan(made, step)
        Lead.everything.filter(pk=row.pk).update(
            status=LeadStatus.CONVERTED,
            closed_at=at,
            customer=made.customer,
            responded_at=Coalesce("responded_at", at),
        )
        row.refresh_from_db()
        record("lead.converted", on=row, by=by, deal=made.deal, company=made.company)
        return _remember(made, before, carried, answers)


def _people(lead: Lead, by: User, customer: Customer | None, company: Company | None, *, make_company: bool) -> Made:
    made_company = company is None and make_company and bool(lead.company_name)
    if made_company:
        company = _make_company(lead, by)
    made = Made(lead, by, customer or _make_customer(lead, by, company), company)
    made.made_customer, made.made_company = customer is None, made_company
    if customer and company and editable(Customer, by).filter(pk=customer.pk).exists():
        made.linked = _set_company(customer, by, after=company, company=None)
    return made


def _set_company(customer: Customer, by: User, *, after: Company | None, **still: Any) -> int:
    """The customer's version then; 0, and nothing is written, when the customer is not as in `still` any more."""
    if not Customer.objects.filter(pk=customer.pk, **still).update(company=after):
        return 0
    record("customer.changed", on=customer, by=by, fields=["company"])
    customer.refresh_from_db()
    return customer.version


def _make_company(lead: Lead, by: User) -> Company:
    row = Company(
        name=lead.company_name,
        website=lead.website,
        industry=lead.industry,
        city=lead.city,
        country=lead.country,
        owner=lead.owner or by,
        created_by=by,
    )
    row.save(force_insert=True)
    record("company.created", on=row, by=by, lead=lead)
    return row


def _make_customer(lead: Lead, by: User, company: Company | None) -> Customer:
    row = Customer(
        name=lead.name,
        job_title=lead.job_title,
        company=company,
        city=lead.city,
        country=lead.country,
        lifecycle=Lifecycle.PROSPECT,
        owner=lead.owner or by,
        created_by=by,
    )
    row.save(force_insert=True)
    if lead.phone:
        Phone.objects.create(customer=row, number=lead.phone, national=_at_home(lead.phone))
    if lead.email:
        Email.objects.create(customer=row, address=lead.email)
    record("customer.created", on=row, by=by, lead=lead)
    return row


def _at_home(number: str) -> str:
    try:
        return phones.parse(number).national
    except ValidationError:
        return ""  # an imported number that no country has


def _open(made: Made, wish: NewDeal) -> Deal:
    """The deal is whose the lead is; with whom the lead is shared, the deal is."""
    lead = made.lead
    fields: dict[str, Any] = {"currency": wish.currency} if wish.currency else {}
    return open_deal(
        by=made.by,
        title=wish.title,
        stage=wish.stage,
        owner=lead.owner or made.by,
        shared_with=list(lead.shared_with.all()),
        customer=made.customer,
        company=made.company,
        lead=lead,
        source=lead.source,
        campaign=lead.campaign,
        amount=wish.amount,
        expected_close=wish.expected_close,
        **fields,
    )


def _plan(made: Made, step: NextStep) -> Activity:
    lead = made.lead
    row = Activity(
        kind=step.kind,
        title=step.title,
        due_on=step.due_on,
        owner=lead.owner or made.by,
        created_by=made.by,
        customer=made.customer,
        lead=lead,
        deal=made.deal,
    )
    row.save(force_insert=True)
    record("activity.created", on=row, by=made.by)
    return row


# What was done with the lead goes with it

CARRIED: dict[str, Any] = {"activities": Activity, "attachments": Attachment}


def _carry_to_customer(made: Made) -> dict[str, list[int]]:
    """What is about the lead alone is about the customer too. The ids, to be taken back when it is undone."""
    carried = {}
    for name, model in CARRIED.items():
        rows = model.everything.filter(lead=made.lead, customer=None, deal=None)
        carried[name] = sorted(rows.values_list("pk", flat=True))
        model.everything.filter(pk__in=carried[name]).update(customer=made.customer)
    return carried


def _carry_to_deal(made: Made, carried: dict[str, list[int]]) -> None:
    for name, model in CARRIED.items():
        model.everything.filter(pk__in=carried[name]).update(deal=made.deal)


def _remember(made: Made, before: str, carried: dict[str, list[int]], answers: dt.datetime | None) -> Conversion:
    """The conversion, with how everything was right after it: what differs later has happened since. `answers`: the
    moment which it gave the lead as that of its first answer."""
    row = Conversion(
        lead=made.lead,
        status_before=before,
        customer=made.customer,
        company=made.company,
        deal=made.deal,
        made_customer=made.made_customer,
        made_company=made.made_company,
        by=made.by,
    )
    step = made.step.pk if made.step else None
    given = {"carried": carried, "step": step, "linked": made.linked, "answers": answers and answers.isoformat()}
    row.versions = {**given, **afterwards.snapshot(row)}
    row.save(force_insert=True)
    return row


def undo(conversion: Conversion, *, by: User) -> None:
    """Take away what the conversion made and give the lead back. Changed, and nothing is written, if more happened."""
    with transaction.atomic():
        row = Conversion.objects.select_for_update(of=("self",)).get(pk=conversion.pk)
        if row.undone_at:
            raise afterwards.Changed(_("The conversion has been undone already."))
        afterwards.lock(row)
        afterwards.check(row)
        for name, model in CARRIED.items():
            model.everything.filter(pk__in=row.versions["carried"][name]).update(customer=None, deal=None)
        if linked := row.versions.get("linked"):
            _set_company(row.customer, by, after=None, company=row.company, version=linked)
        for made in _things_made(row):
            made.delete_softly(by=by)
        lead = Lead.everything.get(pk=row.lead_id)
        Lead.everything.filter(pk=lead.pk).update(status=row.status_before, closed_at=None, customer=None)
        if answers := row.versions.get("answers"):  # nobody had answered, and unless somebody has, the clock runs on
            Lead.everything.filter(pk=lead.pk, responded_at=answers).update(responded_at=None)
        Conversion.objects.filter(pk=row.pk).update(undone_at=now(), undone_by=by)
        lead.refresh_from_db()
        record("lead.conversion_undone", on=lead, by=by)


def _things_made(row: Conversion) -> list[Record]:
    """The outermost first: a deal before its customer, a customer before their company."""
    step = Activity.everything.filter(pk=row.versions["step"]).first() if row.versions["step"] else None
    customer = row.customer if row.made_customer else None
    company = row.company if row.made_company else None
    return [made for made in (step, row.deal, customer, company) if made]
