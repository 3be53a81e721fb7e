"""The first page of each role, and the page of a day."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import formats
from django.utils.timezone import localdate, now

from crm.events import record
from deals.models import Target
from tests import factories

TODAY = "/today/"
PINNED = 15


def day(ahead=0):
    return localdate() + dt.timedelta(days=ahead)


def plan(owner, ahead=0, title="Call back", **fields):
    return factories.PlanFactory(owner=owner, created_by=owner, due_on=day(ahead), title=title, **fields)


def text(response):
    return re.sub(r"\s+", " ", response.content.decode())


def page(client, user, url="/", **headers):
    client.force_login(user)
    return client.get(url, headers=headers)


def test_sales_start_with_their_day(client, alice, deal):
    row = plan(alice, deal=deal, title="Ask for the decision")
    shown = text(page(client, alice))
    assert "<h1>Today</h1>" in shown
    assert f'id="line-{row.pk}"' in shown
    assert reverse("activities:finish", args=[row.pk]) in shown
    assert deal.get_absolute_url() in shown
    assert "€ 1,000" in shown


@pytest.mark.parametrize(("who", "heading"), [("mona", "The team’s day"), ("ada", "Everybody’s day")])
def test_who_leads_starts_with_the_day_of_the_team(client, request, who, heading):
    shown = text(page(client, request.getfixturevalue(who)))
    assert f"<h1>{heading}</h1>" in shown
    assert reverse("today") in shown, "and goes to their own from there"


def test_analysts_start_with_the_gallery_of_reports(client, rita):
    shown = text(page(client, rita))
    assert "<h1>Reports</h1>" in shown
    for name in ("dashboard:revenue", "dashboard:sales", "reports:pipeline", "deals:forecast", "deals:forecast_past"):
        assert reverse(name) in shown


@pytest.mark.parametrize("who", ["gus", "charlie"])
def test_agents_and_who_has_no_role_start_with_customers(client, request, who):
    response = page(client, request.getfixturevalue(who))
    assert (response.status_code, response["Location"]) == (302, "/customers/")


def test_an_agent_has_a_day_without_deals_and_leads(client, gus):
    customer = factories.CustomerFactory(call_eligible=True)
    row = plan(gus, customer=customer)
    shown = text(page(client, gus, TODAY))
    assert f'id="line-{row.pk}"' in shown
    assert "My month" not in shown


def test_an_analyst_plans_nothing(client, rita):
    assert page(client, rita, TODAY).status_code == 403


# Whose day


def test_a_manager_sees_the_plan_of_somebody_of_the_team(client, mona, alice, deal):
    row = plan(alice, deal=deal)
    shown = text(page(client, mona, f"{TODAY}?person={alice.pk}"))
    assert "Plan of Alice Owner" in shown
    assert f'id="line-{row.pk}"' in shown
    assert reverse("work") not in shown, "nobody works through the list of another"


def test_nobody_else_is_found(client, alice, bob, mona, ada, gus):
    stranger = factories.UserFactory()
    for user, person in ((alice, bob), (alice, mona), (mona, stranger), (gus, alice)):
        assert page(client, user, f"{TODAY}?person={person.pk}").status_code == 404
    assert page(client, mona, f"{TODAY}?person=999999999").status_code == 404
    assert page(client, ada, f"{TODAY}?person={stranger.pk}").status_code == 200


@pytest.mark.parametrize("query", ["person=x", "person=-1", f"person={10**30}", "overdue=0", "overdue=501", "today=x"])
def test_what_cannot_be_read_is_refused_in_a_sentence(client, alice, query):
    response = page(client, alice, f"{TODAY}?{query}")
    assert response.status_code == 400
    assert "This part of the day is not known." in text(response)


@pytest.mark.parametrize("name", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_the_day_is_that_of_the_zone_one_lives_in(client, alice, name):
    """Between these two there is always a midnight."""
    type(alice).objects.filter(pk=alice.pk).update(time_zone=name)
    here = now().astimezone(zoneinfo.ZoneInfo(name)).date()
    for ahead, title in ((-1, "Before"), (0, "Now"), (1, "After")):
        factories.PlanFactory(owner=alice, created_by=alice, due_on=here + dt.timedelta(days=ahead), title=title)
    shown = text(page(client, alice))
    parts = [shown.index(words) for words in ('id="section-overdue"', ">Before<", 'id="section-today"', ">Now<")]
    assert parts == sorted(parts)
    assert formats.date_format(here, "l, j F") in shown


# What is on it


def test_an_empty_day_teaches(client, alice):
    shown = text(page(client, alice))
    assert "Your day begins here" in shown
    assert reverse("activities:plan") in shown


def test_a_day_that_is_done_says_so_and_lets_one_take_it_back(client, alice, customer):
    row = plan(alice, customer=customer)
    row.finish(alice, "reached")
    shown = text(page(client, alice))
    assert "All done" in shown
    assert "Done today" in shown
    assert reverse("activities:reopen", args=[row.pk]) in shown
    client.post(reverse("activities:reopen", args=[row.pk]))
    assert 'id="section-today"' in text(client.get("/"))


def test_how_to_reach_whom_is_at_hand(client, alice, customer, deal):
    factories.PhoneFactory(customer=customer, number="+46701234567")
    factories.EmailFactory(customer=customer, address="zoe@example.com")
    lead = factories.LeadFactory(owner=alice, phone="+442079460000", email="nils@example.com")
    plan(alice, customer=customer, deal=deal)
    plan(alice, lead=lead)
    shown = text(page(client, alice))
    for address in ("tel:+46701234567", "mailto:zoe@example.com", "tel:+442079460000", "mailto:nils@example.com"):
        assert address in shown


def test_a_deleted_customer_is_not_called(client, alice, customer, deal):
    factories.PhoneFactory(customer=customer, number="+46701234567")
    plan(alice, customer=customer, deal=deal)
    type(customer).objects.filter(pk=customer.pk).update(deleted_at=now())
    shown = text(page(client, alice))
    assert "Call back" in shown
    assert "tel:" not in shown


def test_a_colleague_who_helps_sees_it_and_can_finish_it(client, alice, bob, customer):
    row = plan(bob, customer=customer)
    row.collaborators.add(alice)
    shown = text(page(client, alice))
    assert f'id="line-{row.pk}"' in shown
    assert reverse("activities:finish", args=[row.pk]) in shown
    assert reverse("activities:delete", args=[row.pk]) not in shown, "that stays the owner's"
    assert reverse("work") in shown


def test_a_long_section_is_paged_and_every_row_is_reached(client, alice):
    for number in range(55):
        plan(alice, -1, title=f"Call {number:02}")
    shown = text(page(client, alice))
    assert shown.count('class="day-line') == 50
    assert "50 of 55" in shown
    more = re.search(r'href="(/today/\?[^"]*overdue=55[^"]*)"', shown).group(1)
    shown = text(client.get(more))
    assert shown.count('class="day-line') == 55
    assert 'hx-get="/today/?overdue=55"' in shown, "a refresh shows as many"


def test_htmx_gets_the_day_alone(client, alice):
    plan(alice)
    response = page(client, alice, TODAY, **{"HX-Request": "true"})
    assert response.content.decode().count("<html") == 0
    assert 'id="day"' in text(response)


def test_a_script_in_a_title_stays_text(client, alice, customer):
    plan(alice, title="<script>alert(1)</script>", customer=customer)
    assert "<script>alert(1)" not in text(page(client, alice))


# Beside it


def test_new_leads_wait_with_their_clock(client, alice):
    factories.LeadFactory(owner=alice, name="Late One", response_due_at=now() - dt.timedelta(days=9))
    factories.LeadFactory(owner=alice, name="Answered", responded_at=now())
    factories.LeadFactory(name="Of somebody else")
    shown = text(page(client, alice))
    beside = shown[shown.index('id="new-leads"') :]
    assert "Late One" in beside
    assert "late</span>" in beside
    assert "Answered" not in shown
    assert "Of somebody else" not in shown


def test_deals_without_a_next_step_are_named(client, alice, deal):
    busy = factories.DealFactory(owner=alice, title="Has a plan")
    plan(alice, deal=busy)
    factories.DealFactory(owner=alice, title="Lost one", at="Lost")
    shown = text(page(client, alice))
    idle = shown[shown.index('id="idle-deals"') : shown.index('id="month"')]
    assert deal.title in idle
    assert "Has a plan" not in idle
    assert "Lost one" not in idle


def test_the_month_is_held_against_its_target(client, alice, bob):
    factories.DealFactory(owner=alice, at="Won", amount=3000)
    factories.DealFactory(owner=alice, at="Won", amount=500, opened_on=None, closed_on=day(-40))
    factories.DealFactory(owner=bob, at="Won", amount=7000)
    Target.objects.create(person=alice, month=day().replace(day=1), amount=4000)
    shown = text(page(client, alice))
    month = shown[shown.index('id="month"') :]
    assert "€ 3,000" in month
    assert "of € 4,000" in month
    assert "75 %" in month
    assert "€ 1,000 to go" in month


def test_a_month_without_sales_and_target_says_so(client, alice):
    month = text(page(client, alice))
    assert "no target is set" in month
    assert "0 deals won" in month


def test_records_one_worked_on_are_near_while_one_sees_them(client, alice, customer, lead, deal):
    for row in (customer, lead, deal, customer):
        record(f"{row.NOUN}.changed", on=row, by=alice)
    shown = text(page(client, alice))
    worked = shown[shown.index('id="worked-on"') :]
    assert worked.index("Zoë Ångström") < worked.index("Forty lanterns") < worked.index("Nils Holm")
    type(deal).objects.filter(pk=deal.pk).update(owner=factories.UserFactory())
    assert "Forty lanterns" not in text(client.get("/"))


# How much it asks of the database


def furnish(alice, number):
    for _ in range(number):
        customer = factories.CustomerFactory(owner=alice)
        factories.PhoneFactory(customer=customer)
        factories.EmailFactory(customer=customer)
        deal = factories.DealFactory(owner=alice, customer=customer)
        lead = factories.LeadFactory(owner=alice, response_due_at=now())
        factories.DealFactory(owner=alice, at="Won")
        for ahead in (-1, 0, 1, 3):
            plan(alice, ahead, deal=deal, customer=customer)
        plan(alice, lead=lead)
        plan(alice, customer=customer).finish(alice, "reached")
        for row in (customer, lead, deal):
            record(f"{row.NOUN}.changed", on=row, by=alice)
        factories.LeadFactory(owner=alice, response_due_at=now())
        factories.DealFactory(owner=alice)


def asked(client, url):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_the_day_asks_as_much_for_twenty_as_for_one(client, alice):
    client.force_login(alice)
    furnish(alice, 1)
    asked(client, TODAY)
    one = asked(client, TODAY)
    furnish(alice, 19)
    assert asked(client, TODAY) == one <= PINNED
