"""A lead becomes a customer, with a company and a deal, once; and back, while nothing else has happened."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connection
from django.utils.timezone import localdate, localtime

from activities.models import Activity
from crm.models import Event
from customers.models import Company, Customer
from deals.models import Deal, LostReason
from leads.afterwards import Changed
from leads.conversion import NewDeal, NextStep, NotOpen, convert, undo
from leads.models import Campaign, Conversion, Lead
from tests import factories


@pytest.fixture
def lead(alice):
    return factories.LeadFactory(
        name="Nils Holm",
        job_title="Buyer",
        email="nils@holm.example",
        phone="+46701234567",
        company_name="Holm Lanterns AB",
        industry="Lighting",
        city="Lund",
        country="SE",
        owner=alice,
        source=factories.SourceFactory(name="Fair"),
        campaign=Campaign.objects.create(name="Autumn"),
        value=Decimal("1200"),
        base_value=Decimal("1200"),
    )


DEAL = NewDeal("Forty lanterns", Decimal("1200"), "EUR")


def counts():
    return Customer.objects.count(), Company.objects.count(), Deal.objects.count()


def test_it_works(lead, alice, bob):
    lead.shared_with.add(bob)
    made = convert(lead=lead, by=alice, deal=DEAL)
    lead.refresh_from_db()
    assert (lead.status, lead.customer, bool(lead.closed_at), bool(lead.responded_at)) == (
        "converted",
        made.customer,
        True,
        True,
    )
    customer, company, deal = made.customer, made.company, made.deal
    assert (customer.name, customer.job_title, customer.owner, customer.company) == (
        "Nils Holm",
        "Buyer",
        alice,
        company,
    )
    assert [phone.number for phone in customer.phones.all()] == ["+46701234567"]
    assert [email.address for email in customer.emails.all()] == ["nils@holm.example"]
    assert (company.name, company.industry, company.owner) == ("Holm Lanterns AB", "Lighting", alice)
    assert (deal.title, deal.amount, deal.owner, deal.lead) == ("Forty lanterns", Decimal("1200"), alice, lead)
    assert (deal.customer, deal.company) == (customer, company)
    assert (deal.source.name, deal.campaign.name) == ("Fair", "Autumn")
    assert list(deal.shared_with.all()) == [bob]
    kinds = set(Event.objects.filter(customer=customer).values_list("kind", flat=True))
    assert {"customer.created", "deal.created", "lead.converted"} <= kinds


def test_what_is_chosen_is_not_made(lead, alice, customer, company):
    made = convert(lead=lead, by=alice, customer=customer, company=company, deal=DEAL)
    assert (made.customer, made.company, made.made_customer, made.made_company) == (customer, company, False, False)
    assert counts() == (1, 1, 1)


def test_a_customer_without_a_company_gets_it_and_loses_it_when_that_is_undone(lead, alice, customer):
    made = convert(lead=lead, by=alice, customer=customer)
    customer.refresh_from_db()
    assert customer.company == made.company
    assert customer.company.name == "Holm Lanterns AB"
    undo(made, by=alice)
    customer.refresh_from_db()
    assert customer.company is None
    told = Event.objects.filter(kind="customer.changed", subject_id=customer.pk)
    assert [event.data["fields"] for event in told] == [["company"], ["company"]]


def test_a_customer_who_has_a_company_keeps_it(lead, alice, customer, company):
    Customer.objects.filter(pk=customer.pk).update(company=company)
    convert(lead=lead, by=alice, customer=customer)
    customer.refresh_from_db()
    assert customer.company == company


def test_the_customer_of_a_colleague_stays_as_it_is(lead, alice, bob):
    theirs = factories.CustomerFactory(owner=bob)
    convert(lead=lead, by=alice, customer=theirs)
    theirs.refresh_from_db()
    assert theirs.company is None


def test_a_company_that_was_changed_since_stays_when_the_conversion_is_undone(lead, alice, customer, company):
    other = factories.CompanyFactory()
    made = convert(lead=lead, by=alice, customer=customer, company=company)
    Customer.objects.filter(pk=customer.pk).update(company=other)
    undo(made, by=alice)
    customer.refresh_from_db()
    assert customer.company == other


def test_a_company_that_was_set_again_by_hand_stays_when_the_conversion_is_undone(lead, alice, customer, company):
    made = convert(lead=lead, by=alice, customer=customer, company=company)
    for value in (None, company):
        Customer.objects.filter(pk=customer.pk).update(company=value)
    undo(made, by=alice)
    customer.refresh_from_db()
    assert customer.company == company


def test_without_a_deal_and_without_a_company(lead, alice):
    made = convert(lead=lead, by=alice, make_company=False)
    assert (made.company, made.deal) == (None, None)
    assert counts() == (1, 0, 0)


def test_a_lead_without_anything_but_a_number_becomes_a_customer(alice):
    nameless = factories.LeadFactory(name="", email="", owner=alice)
    made = convert(lead=nameless, by=alice)
    assert made.customer.name == ""
    assert made.company is None


def test_what_nobody_owns_is_the_converters(lead, mona):
    Lead.objects.filter(pk=lead.pk).update(owner=None)
    made = convert(lead=lead, by=mona, deal=DEAL)
    assert (made.customer.owner, made.deal.owner) == (mona, mona)


def test_activities_and_files_go_along(lead, alice):
    call = factories.ActivityFactory(lead=lead, customer=None, created_by=alice, kind="call")
    plan = factories.PlanFactory(lead=lead, created_by=alice)
    file = factories.AttachmentFactory(lead=lead, customer=None, created_by=alice)
    made = convert(lead=lead, by=alice, deal=DEAL, step=NextStep("call", "Ask", localdate()))
    for row in (call, plan, file):
        row.refresh_from_db()
        assert (row.lead, row.customer, row.deal) == (lead, made.customer, made.deal)
    made.deal.refresh_from_db()
    assert (made.deal.open_activities, made.deal.next_due_on) == (2, localdate())


def test_what_was_about_a_customer_already_stays_there(lead, alice, customer):
    call = factories.ActivityFactory(lead=lead, customer=customer, created_by=alice)
    convert(lead=lead, by=alice, deal=DEAL)
    call.refresh_from_db()
    assert (call.customer, call.deal) == (customer, None)


@pytest.mark.parametrize("how", ["lost", "deleted"])
def test_who_is_lost_or_deleted_is_not_converted(lead, alice, how, nothing_changed):
    if how == "lost":
        lead.lose(LostReason.objects.first(), by=alice)
    else:
        lead.delete_softly(by=alice)
    with nothing_changed, pytest.raises(NotOpen):
        convert(lead=lead, by=alice, deal=DEAL)


def test_what_the_stage_asks_for_is_lacking_and_nothing_is_made(lead, alice, nothing_changed):
    from deals.moves import Lacking

    wish = NewDeal("Forty lanterns", stage=factories.stage_called("Proposal"))
    with nothing_changed, pytest.raises(Lacking):
        convert(lead=lead, by=alice, deal=wish)


def test_the_second_answer_is_what_the_first_made(lead, alice, mona):
    first = convert(lead=lead, by=alice, deal=DEAL)
    assert convert(lead=lead, by=mona, deal=DEAL) == first
    assert counts() == (1, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_make_one_of_each(lead, alice):
    def press(_number):
        try:
            return convert(lead=Lead.objects.get(pk=lead.pk), by=alice, deal=DEAL).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(press, range(20)))
    assert len(set(answers)) == 1
    assert counts() == (1, 1, 1)
    assert Conversion.objects.count() == 1
    assert Event.objects.filter(kind="lead.converted").count() == 1


# Back


def test_undone_it_is_as_before(lead, alice):
    plan = factories.PlanFactory(lead=lead, created_by=alice)
    file = factories.AttachmentFactory(lead=lead, customer=None, created_by=alice)
    Lead.objects.filter(pk=lead.pk).update(status="qualified")
    made = convert(lead=lead, by=alice, deal=DEAL, step=NextStep("call", "Ask", localdate()))
    undo(made, by=alice)
    lead.refresh_from_db()
    assert (lead.status, lead.customer, lead.closed_at) == ("qualified", None, None)
    assert counts() == (0, 0, 0)
    for row in (plan, file):
        row.refresh_from_db()
        assert (row.lead, row.customer, row.deal, row.deleted_at) == (lead, None, None, None)
    assert list(Activity.objects.filter(lead=lead)) == [plan]
    assert Event.objects.filter(kind="lead.conversion_undone").count() == 1


def test_undone_the_clock_of_the_first_answer_runs_as_before(lead, alice):
    due = localtime() + dt.timedelta(hours=1)
    Lead.everything.filter(pk=lead.pk).update(response_due_at=due)
    undo(convert(lead=lead, by=alice, deal=DEAL), by=alice)
    lead.refresh_from_db()
    assert (lead.responded_at, lead.response_due_at) == (None, due)


def test_undone_an_answer_from_before_stays(lead, alice):
    answered = localtime() - dt.timedelta(hours=1)
    Lead.everything.filter(pk=lead.pk).update(responded_at=answered)
    undo(convert(lead=lead, by=alice, deal=DEAL), by=alice)
    lead.refresh_from_db()
    assert lead.responded_at == answered


def test_only_what_was_made_is_taken_away(lead, alice, customer, company):
    undo(convert(lead=lead, by=alice, customer=customer, company=company, deal=DEAL), by=alice)
    assert counts() == (1, 1, 0)


def test_after_undoing_it_can_be_converted_again(lead, alice):
    undo(convert(lead=lead, by=alice, deal=DEAL), by=alice)
    again = convert(lead=lead, by=alice, deal=DEAL)
    assert again.customer.deleted_at is None
    assert counts() == (1, 1, 1)


def test_undone_twice_is_refused(lead, alice):
    made = convert(lead=lead, by=alice)
    undo(made, by=alice)
    with pytest.raises(Changed, match="already"):
        undo(made, by=alice)


def _edit_customer(made, by):
    Customer.objects.filter(pk=made.customer_id).update(city="Malmö")


def _edit_lead(made, by):
    Lead.objects.filter(pk=made.lead_id).update(city="Malmö")


def _edit_company(made, by):
    Company.objects.filter(pk=made.company_id).update(city="Malmö")


def _move_deal(made, by):
    made.deal.move(factories.stage_called("Qualified"), by=by, moves=0)


def _order(made, by):
    factories.OrderFactory(customer=made.customer)


def _another_deal(made, by):
    factories.DealFactory(customer=made.customer)


def _colleague(made, by):
    factories.CustomerFactory(company=made.company)


def _activity(made, by):
    factories.PlanFactory(deal=made.deal, created_by=by)


def _note(made, by):
    factories.ActivityFactory(customer=made.customer, created_by=by)


def _finish(made, by):
    Activity.objects.filter(lead=made.lead_id).update(body="Said more.")


def _file(made, by):
    factories.AttachmentFactory(deal=made.deal, customer=made.customer, created_by=by)


SINCE = [
    _edit_customer,
    _edit_lead,
    _edit_company,
    _move_deal,
    _order,
    _another_deal,
    _colleague,
    _activity,
    _note,
    _finish,
    _file,
]


@pytest.mark.parametrize("happened", SINCE, ids=lambda happened: happened.__name__)
def test_what_happened_since_forbids_it_with_a_sentence(lead, alice, happened, nothing_changed):
    factories.ActivityFactory(lead=lead, customer=None, created_by=alice, kind="call")
    made = convert(lead=lead, by=alice, deal=DEAL)
    happened(made, alice)
    with nothing_changed, pytest.raises(Changed, match="too late") as refusal:
        undo(made, by=alice)
    assert len(refusal.value.sentence) > 40


def test_the_sentence_says_who_did_what(lead, alice):
    made = convert(lead=lead, by=alice, deal=DEAL)
    made.deal.move(factories.stage_called("Qualified"), by=alice, moves=0)
    with pytest.raises(Changed, match="Alice Owner"):
        undo(made, by=alice)


def test_a_chosen_customer_may_live_on_meanwhile(lead, alice, customer):
    made = convert(lead=lead, by=alice, customer=customer, make_company=False)
    factories.OrderFactory(customer=customer)
    Customer.objects.filter(pk=customer.pk).update(city="Lund")
    undo(made, by=alice)
    assert counts() == (1, 0, 0)
