"""A new lead, and its facts: what is parsed, what is reckoned, what is refused with the field named."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils.timezone import now

from crm.models import Event, ExchangeRate
from leads.models import Campaign, Lead, Source
from tests import factories
from tests.customers.edits import in_place, opened

URL = "/leads/new/"


@pytest.fixture
def as_alice(client, alice):
    client.force_login(alice)
    return client


def test_three_boxes_are_enough(as_alice, alice):
    response = as_alice.post(URL, {"name": "Nils Holm", "reach": "+46 70 123 45 67", "company_name": "Holm AB"})
    lead = Lead.objects.get()
    assert response.url == lead.get_absolute_url()
    assert (lead.name, lead.phone, lead.company_name, lead.email) == ("Nils Holm", "+46701234567", "Holm AB", "")
    assert (lead.owner, lead.created_by, lead.status, lead.currency) == (alice, alice, "new", "EUR")
    assert Event.objects.get(kind="lead.created").actor == alice


def test_the_second_box_takes_an_address_too(as_alice):
    as_alice.post(URL, {"reach": "nils@holm.example"})
    lead = Lead.objects.get()
    assert (lead.email, lead.phone) == ("nils@holm.example", "")


def test_the_clock_starts_and_the_score_is_there_at_once(as_alice):
    source = factories.SourceFactory(kind="referral", response_minutes=30)
    as_alice.post(URL, {"name": "Nils", "reach": "+46701234567", "source": source.pk, "value": "500"})
    lead = Lead.objects.get()
    assert lead.response_due_at > now()
    assert lead.score == 25 + 10 + 10


def test_the_form_in_full(as_alice, alice, bob):
    campaign = Campaign.objects.create(name="Autumn")
    data = opened(as_alice, URL) | {"name": "Nils", "phone": "070-123 45 67", "country": "SE", "campaign": campaign.pk}
    as_alice.post(URL, data | {"website": "holm.example", "shared_with": bob.pk, "job_title": "Buyer"})
    lead = Lead.objects.get()
    assert (lead.phone, lead.country, lead.campaign, lead.website) == (
        "+46701234567",
        "SE",
        campaign,
        "https://holm.example",
    )
    assert list(lead.shared_with.all()) == [bob]


def test_a_foreign_value_is_kept_in_both_currencies(as_alice):
    ExchangeRate.objects.create(currency="SEK", day=dt.date(2020, 1, 1), rate=Decimal("0.1"))
    as_alice.post(URL, {"name": "Nils", "value": "1000", "currency": "SEK"})
    lead = Lead.objects.get()
    assert (lead.value, lead.currency, lead.base_value) == (Decimal("1000"), "SEK", Decimal("100"))


REFUSED = [
    ({}, "__all__"),
    ({"name": "\u200b"}, "name"),
    ({"company_name": "\u00ad", "name": "x"}, "company_name"),
    ({"reach": "nobody"}, "reach"),
    ({"reach": "12"}, "reach"),
    ({"reach": "nils@"}, "reach"),
    ({"reach": "+46701234567", "phone": "+46701234568"}, "reach"),
    ({"phone": "12"}, "phone"),
    ({"email": "x"}, "email"),
    ({"name": "x", "value": "-1"}, "value"),
    ({"name": "x", "value": "1" + "0" * 30}, "value"),
    ({"name": "x", "value": "NaN"}, "value"),
    ({"name": "x", "value": "Infinity"}, "value"),
    ({"name": "x", "value": "99999999999999"}, ""),
    ({"name": "x", "currency": "XXX"}, "currency"),
    ({"name": "x", "country": "ZZ"}, "country"),
    ({"name": "x", "website": "javascript:alert(1)"}, "website"),
    ({"name": "x", "source": "999999"}, "source"),
    ({"name": "x", "campaign": "abc"}, "campaign"),
    ({"name": "x" * 201}, "name"),
    ({"name": "a\x00b"}, "name"),
]


@pytest.mark.parametrize(("data", "field"), REFUSED)
def test_bad_input_is_refused_by_field(as_alice, data, field, nothing_changed):
    if not field:
        assert as_alice.post(URL, data).status_code == 302
        return
    with nothing_changed:
        response = as_alice.post(URL, data)
    assert response.status_code == 422
    assert field in response.context["form"].errors


def test_foreign_people_are_no_choice(as_alice, bob, rita, nothing_changed):
    with nothing_changed:
        for name, user in (("owner", bob), ("shared_with", rita)):
            response = as_alice.post(URL, {"name": "x", name: user.pk})
            assert (response.status_code, name in response.context["form"].errors) == (422, True)


def test_a_currency_without_a_rate_today_is_refused_at_the_field(as_alice, nothing_changed):
    ExchangeRate.objects.create(currency="SEK", day=dt.date(2199, 1, 1), rate=1)
    with nothing_changed:
        response = as_alice.post(URL, {"name": "x", "value": "10", "currency": "SEK"})
    assert "currency" in response.context["form"].errors


def test_a_source_out_of_use_is_not_offered_but_stays(as_alice, alice):
    old = factories.SourceFactory(name="Fax", is_active=False)
    lead = factories.LeadFactory(owner=alice, source=old)
    assert as_alice.post(URL, {"name": "x", "source": old.pk}).status_code == 422
    url = reverse("leads:edit", args=[lead.pk])
    assert as_alice.post(url, opened(as_alice, url) | {"city": "Lund"}).status_code == 302
    lead.refresh_from_db()
    assert (lead.city, lead.source) == ("Lund", old)


# Facts


def edit(client, lead, name, value, **more):
    url = reverse("leads:edit", args=[lead.pk]) + f"?field={name}"
    data = opened(client, url, **in_place(name))
    return client.post(url, data | {name: value}, headers=in_place(name))


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [
        ("phone", "+46 70 123 45 67", "+46701234567"),
        ("city", "Lund", "Lund"),
        ("value", "1250.50", Decimal("1250.50")),
        ("company_name", "Holm AB", "Holm AB"),
    ],
)
def test_a_fact_is_edited_in_place(as_alice, lead, name, typed, kept):
    assert edit(as_alice, lead, name, typed).status_code == 200
    lead.refresh_from_db()
    assert getattr(lead, name) == kept
    assert Event.objects.get(kind="lead.changed").data == {"fields": [name]}


def test_the_value_keeps_its_base_value_with_it(as_alice, lead):
    ExchangeRate.objects.create(currency="SEK", day=dt.date(2020, 1, 1), rate=Decimal("0.1"))
    edit(as_alice, lead, "value", "1000")
    edit(as_alice, lead, "currency", "SEK")
    lead.refresh_from_db()
    assert (lead.value, lead.currency, lead.base_value) == (Decimal("1000"), "SEK", Decimal("100"))
    edit(as_alice, lead, "value", "")
    lead.refresh_from_db()
    assert (lead.value, lead.base_value) == (None, None)


def test_a_phone_of_the_leads_country_needs_no_code(as_alice, lead):
    Lead.objects.filter(pk=lead.pk).update(country="SE")
    edit(as_alice, lead, "phone", "070-123 45 67")
    lead.refresh_from_db()
    assert lead.phone == "+46701234567"


def test_who_is_all_that_is_known_cannot_be_emptied(as_alice, lead, nothing_changed):
    with nothing_changed:
        assert edit(as_alice, lead, "name", "").status_code == 422


def test_giving_a_lead_away_is_told(client, mona, lead, bob):
    client.force_login(mona)
    edit(client, lead, "owner", bob.pk)
    lead.refresh_from_db()
    assert lead.owner == bob
    assert Event.objects.get(kind="lead.assigned").data["to"]["text"] == "Bob Teammate"


def test_nobody_gives_a_lead_out_of_their_own_reach(as_alice, lead, nothing_changed):
    with nothing_changed:
        assert edit(as_alice, lead, "owner", "").status_code == 422


def test_sharing_is_kept_and_lets_them_work_on_it(as_alice, client, lead, bob):
    assert edit(as_alice, lead, "shared_with", bob.pk).status_code == 200
    client.force_login(bob)
    assert client.get(lead.get_absolute_url()).status_code == 200
    assert client.post(reverse("leads:delete", args=[lead.pk])).status_code == 403


def test_two_who_change_the_same_get_to_choose(as_alice, lead):
    url = reverse("leads:edit", args=[lead.pk])
    data = opened(as_alice, url)
    Lead.objects.filter(pk=lead.pk).update(city="Malmö")
    response = as_alice.post(url, data | {"city": "Lund"})
    assert response.status_code == 409
    assert "Malmö" in response.content.decode()


def test_an_old_value_comes_back(as_alice, lead):
    edit(as_alice, lead, "city", "Lund")
    edit(as_alice, lead, "city", "Malmö")
    url = reverse("leads:history", args=[lead.pk])
    change = next(change for change in as_alice.get(url).context["changes"] if change.old == "Lund")
    restore = reverse("leads:restore_value", args=[lead.pk])
    data = {"event": change.event, "field": "city", "base": as_alice.get(url).context["base"]}
    assert as_alice.post(restore, data).status_code == 302
    lead.refresh_from_db()
    assert lead.city == "Lund"


def test_a_deleted_lead_comes_back_by_undo(as_alice, lead):
    as_alice.post(reverse("leads:delete", args=[lead.pk]))
    assert not Lead.objects.filter(pk=lead.pk).exists()
    as_alice.post(reverse("leads:restore", args=[lead.pk]))
    assert Lead.objects.filter(pk=lead.pk).exists()
    assert Source.objects.exists()
