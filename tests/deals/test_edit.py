"""A deal is changed: whole, one fact, its products, its customer; by two at once; by whom it is refused."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import localdate

from activities import entries
from crm.history import event_model
from crm.models import Event, ExchangeRate
from deals.models import Deal, Product
from tests import factories
from tests.deals.doing import edit_url, errors, goods, in_place, opened, sent, sentences
from tests.factories import stage_called


@pytest.fixture
def as_alice(client, alice):
    client.force_login(alice)
    return client


@pytest.fixture
def as_mona(mona):
    client = Client()
    client.force_login(mona)
    return client


def change(client, deal, field="", **typed):
    url = edit_url(deal, field)
    response = client.post(url, opened(client, url) | typed)
    deal.refresh_from_db()
    return response


def test_it_works(as_alice, deal, alice):
    assert change(as_alice, deal, title="Fifty lanterns", amount="2000", probability="60").status_code == 302
    assert (deal.title, deal.amount, deal.base_amount, deal.probability) == ("Fifty lanterns", 2000, 2000, 60)
    event = Event.objects.get()
    assert (event.kind, event.data["fields"]) == ("deal.changed", ["title", "amount", "probability"])
    assert event.data["changes"] == {"amount": ["1000", "2000"]}


@pytest.mark.parametrize("mark", ["\u202e", "\u202a", "\u2066", "\u2069"])
def test_a_title_has_no_marks_that_turn_its_direction(as_alice, deal, mark):
    change(as_alice, deal, "title", title=f"Fifty {mark}lanterns{mark}")
    assert deal.title == "Fifty lanterns"


def test_opened_and_sent_unchanged_it_writes_nothing(as_alice, deal, nothing_changed):
    url = edit_url(deal)
    with nothing_changed:
        assert as_alice.post(url, opened(as_alice, url)).status_code == 302


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        ("title", "Fifty", "Fifty"),
        ("amount", "12.5", Decimal("12.5")),
        ("amount", "", None),
        ("opened_on", "2020-01-01", dt.date(2020, 1, 1)),
        ("expected_close", "2040-01-01", dt.date(2040, 1, 1)),
        ("probability", "", None),
        ("probability", "0", 0),
        ("probability", "100", 100),
        ("is_committed", "on", True),
        ("customer", "", None),
        ("company", "", None),
    ],
)
def test_one_fact_in_place(as_alice, deal, field, typed, value):
    url = edit_url(deal, field)
    data = opened(as_alice, url, **in_place(field))
    response = as_alice.post(url, data | {field: typed}, headers=in_place(field))
    assert response.status_code == 200, response.content
    deal.refresh_from_db()
    assert getattr(deal, field) == value
    assert (deal.amount is None) == (deal.base_amount is None)


def test_a_saved_fact_wakes_the_rest_of_the_page(as_alice, deal):
    url = edit_url(deal, "title")
    data = opened(as_alice, url, **in_place("title"))
    response = as_alice.post(url, data | {"title": "Fifty"}, headers=in_place("title"))
    assert "record:changed" in json.loads(response["HX-Trigger"])


@pytest.mark.parametrize(
    "field", ["stage", "status", "closed_on", "base_amount", "moves", "rank", "version", "nothing"]
)
def test_what_is_no_field_cannot_be_edited(as_alice, deal, field):
    assert as_alice.get(edit_url(deal, field)).status_code == 400


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("amount", "-1"),
        ("amount", "NaN"),
        ("amount", "1e30"),
        ("currency", "XXX"),
        ("expected_close", "1999-01-01"),
        ("opened_on", "2199-01-01"),
        ("probability", "101"),
        ("customer", "#1000000000"),
        ("company", "#1000000000"),
        ("owner", "1000000000"),
        ("title", ""),
    ],
)
def test_nonsense_in_a_fact_is_refused_and_named(as_alice, deal, field, typed, nothing_changed):
    Deal.objects.filter(pk=deal.pk).update(expected_close=localdate())
    url = edit_url(deal, field)
    data = opened(as_alice, url)
    before = Deal.objects.values().get(pk=deal.pk)
    response = as_alice.post(url, data | {field: typed})
    assert response.status_code == 422
    assert set(errors(response)) == {field}
    assert Deal.objects.values().get(pk=deal.pk) == before


def test_a_closed_deal_was_not_opened_after_its_end(as_alice, alice, nothing_changed):
    won = factories.DealFactory(at="Won", owner=alice)
    url = edit_url(won, "opened_on")
    data = opened(as_alice, url) | {"opened_on": (localdate() + dt.timedelta(days=1)).isoformat()}
    before = Deal.objects.values().get(pk=won.pk)
    assert "closed before it was opened" in sentences(as_alice.post(url, data), "opened_on")
    assert Deal.objects.values().get(pk=won.pk) == before


def test_somebody_elses_deal_is_not_there(as_alice, bob):
    other = factories.DealFactory(owner=bob)
    assert as_alice.get(edit_url(other)).status_code == 404
    assert as_alice.post(edit_url(other), {"title": "Mine"}).status_code == 404


def test_a_shared_deal_is_worked_on_but_not_taken(as_alice, alice, bob):
    shared = factories.DealFactory(owner=bob)
    shared.shared_with.add(alice)
    assert change(as_alice, shared, "title", title="Ours").status_code == 302
    assert shared.title == "Ours"
    assert as_alice.post(reverse("deals:delete", args=[shared.pk])).status_code == 403


def test_shared_with_a_colleague_she_sees_it(as_alice, deal, bob):
    url = edit_url(deal, "shared_with")
    assert as_alice.post(url, opened(as_alice, url) | {"shared_with": [str(bob.pk)]}).status_code == 302
    assert list(deal.shared_with.all()) == [bob]
    assert Deal.objects.visible_to(bob).filter(pk=deal.pk).exists()


# Money


def said(deal, user):
    """What the timeline says of all that happened to the deal: the titles, and before and after."""
    found = (entries.event_entry(event, user, deal) for event in Event.objects.order_by("pk"))
    return [(entry.title.replace("\xa0", " "), list(entry.changes)) for entry in found]


def test_an_amount_that_changes_alone_is_told_once_with_both_values(as_alice, deal, alice):
    change(as_alice, deal, "amount", amount="3333")
    assert said(deal, alice) == [("Amount changed from € 1,000.00 to € 3,333.00", [])]


@pytest.mark.parametrize(("first", "then", "words"), [("", "5", "from – to € 5.00"), ("5", "", "from € 5.00 to –")])
def test_no_amount_is_said_as_a_dash(as_alice, deal, alice, first, then, words):
    change(as_alice, deal, "amount", amount=first)
    change(as_alice, deal, "amount", amount=then)
    assert said(deal, alice)[-1] == (f"Amount changed {words}", [])


def test_an_amount_in_another_currency_was_in_the_old_one(as_alice, deal, alice):
    ExchangeRate.objects.create(currency="USD", day=dt.date(2020, 1, 1), rate=Decimal("0.5"))
    change(as_alice, deal, amount="5", currency="USD")
    ((words, _changes),) = said(deal, alice)
    assert words == "Amount changed from € 1,000.00 to $ 5.00"


def test_an_amount_that_follows_the_products_is_told_with_them(as_alice, deal, alice):
    change(as_alice, deal, "lines", amount_from_lines="on", **goods(("", "Freight", "1", "10", "")))
    ((words, changes),) = said(deal, alice)
    assert words.endswith("Amount changed")
    assert [(before[2:], after[2:]) for _label, before, after in changes] == [("1,000.00", "10.00")]


def test_a_new_owner_is_told_once(as_mona, deal, bob):
    change(as_mona, deal, "owner", owner=str(bob.pk))
    assert list(Event.objects.values_list("kind", flat=True)) == ["deal.assigned"]


def test_another_currency_is_reckoned_anew(as_alice, deal):
    ExchangeRate.objects.create(currency="USD", day=dt.date(2020, 1, 1), rate=Decimal("0.5"))
    change(as_alice, deal, "currency", currency="USD")
    assert (deal.amount, deal.base_amount) == (1000, 500)


def test_products_replace_each_other_and_the_amount_follows(as_alice, deal):
    lantern = Product.objects.create(name="Lantern", price=40)
    lines = goods((f"Lantern (#{lantern.pk})", "", "2", "", "25"), ("", "Freight", "1", "10", ""))
    change(as_alice, deal, "lines", amount_from_lines="on", **lines)
    assert (deal.amount, deal.base_amount, deal.amount_from_lines) == (70, 70, True)
    change(as_alice, deal, "lines", **goods(("", "Freight", "1", "10", ""), ("", "", "", "", "")))
    assert (deal.amount, deal.lines.count()) == (10, 1)


def test_products_are_looked_up_once_however_many_lines_name_them(as_alice, deal):
    lanterns = [Product.objects.create(name=f"Lantern {number}", price=40) for number in range(9)]
    asked = []
    for count in (2, 9):
        lines = goods(*[(f"{row} (#{row.pk})", "", "1", "", "") for row in lanterns[:count]])
        typed = opened(as_alice, edit_url(deal, "lines")) | lines
        with CaptureQueriesContext(connection) as queries:
            as_alice.post(edit_url(deal, "lines"), typed)
        asked.append(len(queries))
        assert deal.lines.count() == count
    assert asked[0] == asked[1]


def test_a_line_has_no_marks_that_turn_its_direction(as_alice, deal):
    change(as_alice, deal, "lines", **goods(("", "\u202eFreight\u2066", "1", "10", "")))
    assert deal.lines.get().description == "Freight"


def test_without_the_tick_the_amount_is_its_own(as_alice, deal):
    change(as_alice, deal, "lines", **goods(("", "Freight", "1", "10", "")))
    assert (deal.amount, deal.lines.count()) == (1000, 1)


def test_an_amount_that_is_typed_follows_nothing(as_alice, deal):
    change(as_alice, deal, "lines", amount_from_lines="on", **goods(("", "Freight", "1", "10", "")))
    change(as_alice, deal, "amount", amount="99")
    assert (deal.amount, deal.base_amount, deal.amount_from_lines) == (99, 99, False)


def test_in_the_whole_form_the_sum_wins(as_alice, deal):
    change(as_alice, deal, "lines", amount_from_lines="on", **goods(("", "Freight", "1", "10", "")))
    change(as_alice, deal, amount="99", **goods(("", "Freight", "3", "10", "")))
    assert (deal.amount, deal.amount_from_lines) == (30, True)


def test_the_amount_begins_to_follow(as_alice, deal):
    change(as_alice, deal, "lines", **goods(("", "Freight", "1", "10", "")))
    change(as_alice, deal, amount_from_lines="on")
    assert (deal.amount, deal.base_amount) == (10, 10)


# Activities


def test_activities_and_files_follow_the_customer(as_alice, deal, alice):
    plan = factories.PlanFactory(deal=deal, customer=deal.customer, created_by=alice)
    file = factories.AttachmentFactory(deal=deal, customer=deal.customer, created_by=alice)
    other = factories.CustomerFactory()
    change(as_alice, deal, "customer", customer=f"#{other.pk}")
    for row in (plan, file):
        row.refresh_from_db()
        assert row.customer == other
    change(as_alice, deal, "customer", customer="")
    plan.refresh_from_db()
    assert (plan.customer, plan.deal) == (None, deal)


# Two at once


def test_two_editors_of_different_fields_both_keep_their_change(as_alice, as_mona, deal):
    url = edit_url(deal)
    hers, his = opened(as_alice, url), opened(as_mona, url)
    assert as_alice.post(url, hers | {"title": "Fifty"}).status_code == 302
    assert as_mona.post(url, his | {"amount": "7"}).status_code == 302
    deal.refresh_from_db()
    assert (deal.title, deal.amount) == ("Fifty", 7)


@pytest.mark.parametrize("field", ["", "amount"])
def test_the_second_editor_of_a_field_is_shown_both_values(as_alice, as_mona, deal, field):
    url = edit_url(deal, field)
    hers, his = opened(as_alice, url), opened(as_mona, url)
    as_alice.post(url, hers | {"amount": "5"})
    response = as_mona.post(url, his | {"amount": "7"})
    assert response.status_code == 409
    assert "Alice Owner changed this" in response.content.decode()
    (clash,) = response.context["conflict"].clashes
    assert (clash.before, clash.theirs, clash.yours) == ("€\u00a01,000.00", "€\u00a05.00", "€\u00a07.00")
    assert as_mona.post(url, sent(response, url) | {"amount": "7"}).status_code == 302
    deal.refresh_from_db()
    assert (deal.amount, deal.base_amount) == (7, 7)


def test_products_clash_as_one_value(as_alice, as_mona, deal):
    url = edit_url(deal, "lines")
    hers, his = opened(as_alice, url), opened(as_mona, url)
    as_alice.post(url, hers | goods(("", "Rope", "1", "1", "")))
    response = as_mona.post(url, his | goods(("", "Wire", "1", "1", "")))
    assert response.status_code == 409
    (clash,) = response.context["conflict"].clashes
    assert ("Rope" in clash.theirs, "Wire" in clash.yours) == (True, True)


def test_a_move_and_an_edit_do_not_clash(as_alice, deal, alice):
    url = edit_url(deal)
    data = opened(as_alice, url)
    deal.move(stage_called("Qualified"), by=alice)
    assert as_alice.post(url, data | {"title": "Fifty"}).status_code == 302
    deal.refresh_from_db()
    assert (deal.title, deal.stage.name) == ("Fifty", "Qualified")


# History


def test_a_value_comes_back_from_the_history(as_alice, deal):
    change(as_alice, deal, "amount", amount="5")
    page = as_alice.get(reverse("deals:history", args=[deal.pk]))
    event = event_model(Deal).objects.order_by("-pgh_id").first()
    data = {"event": event.pk, "field": "amount", "base": page.context["base"]}
    assert as_alice.post(reverse("deals:restore_value", args=[deal.pk]), data).status_code == 302
    deal.refresh_from_db()
    assert (deal.amount, deal.base_amount) == (1000, 1000)


def test_the_history_says_nothing_of_what_nobody_edits(as_alice, deal, alice):
    deal.move(stage_called("Qualified"), by=alice)
    change(as_alice, deal, "amount", amount="5")
    labels = {line.label for line in as_alice.get(reverse("deals:history", args=[deal.pk])).context["changes"]}
    assert labels == {"Amount", "Stage"}


# Put away and taken back


def test_deleted_it_is_restored_by_one_click(as_alice, deal):
    as_alice.post(reverse("deals:delete", args=[deal.pk]))
    deal.refresh_from_db()
    assert deal.deleted_at
    assert "Deleted on" in as_alice.get(deal.get_absolute_url()).content.decode()
    as_alice.post(reverse("deals:restore", args=[deal.pk]))
    deal.refresh_from_db()
    assert deal.deleted_at is None
