"""One box for everything: what it finds, says and hides; straight to what can only be meant, and back."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import factories


@pytest.fixture
def as_alice(client, alice):
    client.force_login(alice)
    return client


def labels(response):
    return [(group.label, [option.label for option in group.options]) for group in response.context["groups"]]


def test_it_works(as_alice, customer, company, order):
    response = as_alice.get("/search/?q=angstrom")
    assert labels(response) == [("Customers", ["Zoë Ångström"]), ("Companies", ["Ångström Interiör"])]
    page = response.content.decode()
    assert f'href="/customers/{customer.pk}/"' in page
    assert f'href="/companies/{company.pk}/"' in page


def test_each_hit_says_why(as_alice, customer):
    factories.PhoneFactory(customer=customer, number="+442079460018")
    factories.PhoneFactory(number="+442079470018")
    page = as_alice.get("/search/?q=0018").content.decode()
    assert "Phone +44 20 7946 0018" in page


@pytest.mark.parametrize("typed", ["+44 20 7946 0018", "17850", "zoe@example.com"])
def test_one_exact_hit_is_opened_at_once_with_a_way_back(as_alice, customer, typed):
    factories.PhoneFactory(customer=customer, number="+442079460018")
    factories.ExternalIdFactory(customer=customer, value="17850")
    factories.EmailFactory(customer=customer, address="zoe@example.com")
    response = as_alice.get("/search/", {"q": typed}, follow=True)
    assert response.redirect_chain == [(f"/customers/{customer.pk}/", 302)]
    page = response.content.decode()
    assert "Found by" in page
    back = page.split('<a href="/search/?')[1].split('"')[0].replace("&amp;", "&")
    assert labels(as_alice.get(f"/search/?{back}")) == [("Customers", ["Zoë Ångström"])]


def test_an_order_is_opened_by_its_number(as_alice, order):
    assert as_alice.get("/search/", {"q": order.number}).url == f"/orders/{order.pk}/"


def test_two_exact_hits_are_for_the_searcher_to_choose_from(as_alice, customer):
    factories.ExternalIdFactory(customer=customer, value="17850")
    factories.OrderFactory(customer=customer, number="17850")
    response = as_alice.get("/search/?q=17850")
    assert labels(response) == [("Orders", ["17850"]), ("Customers", ["Zoë Ångström"])]


def test_while_typing_nobody_is_taken_away(as_alice, order):
    response = as_alice.get("/search/", {"q": order.number}, headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert response.content.decode().lstrip().startswith('<div class="stack" id="results"')


def test_a_name_is_no_exact_hit(as_alice, customer):
    assert as_alice.get("/search/?q=Zoë Ångström").status_code == 200


def test_nothing_typed_teaches_and_no_match_says_so(as_alice, customer):
    assert "Who is it?" in as_alice.get("/search/").content.decode()
    page = as_alice.get("/search/?q=qwxzvk").content.decode()
    assert "No match" in page
    assert 'href="/customers/new/"' in page


def test_readers_are_not_offered_what_they_may_not_do(client, rita):
    client.force_login(rita)
    assert 'href="/customers/new/"' not in client.get("/search/?q=qwxzvk").content.decode()


@pytest.mark.parametrize(
    "typed", ["<script>alert(1)</script>", "%", "' OR 1=1", "\u202e", "x" * 200, "x" * 201, "9" * 5000]
)
def test_any_text_is_only_text(as_alice, customer, typed):
    for page in ("/search/", "/search/palette/"):
        response = as_alice.get(page, {"q": typed})
        assert response.status_code == 200
        assert "<script>alert" not in response.content.decode()


def test_text_that_cannot_be_read_is_refused(as_alice):
    assert as_alice.get("/search/?q=%00").status_code == 400


def test_the_name_in_the_toast_is_only_text(as_alice, alice):
    factories.ExternalIdFactory(customer=factories.CustomerFactory(name="<b>x</b>"), source="<i>shop</i>", value="7")
    page = as_alice.get("/search/?q=7", follow=True).content.decode()
    assert "<i>shop" not in page
    assert "&lt;i&gt;shop" in page


def test_the_palette_shows_records_only(as_alice, customer, order):
    page = as_alice.get("/search/palette/?q=zoe").content.decode()
    assert page.count('role="option"') == 1
    assert f'href="/customers/{customer.pk}/"' in page
    assert "<html" not in page
    assert as_alice.get("/search/palette/?q=").content.strip() == b""


def beside(response):
    options = [option for group in response.context["groups"] for option in group.options]
    return {option.label: option.beside and (option.beside.label, option.beside.url) for option in options}


def test_whoever_is_found_leads_to_the_open_deals_that_one_may_see(as_alice, customer, company, alice, bob):
    mine = factories.DealFactory(customer=customer, company=company, owner=alice)
    factories.DealFactory(customer=customer, owner=bob)
    factories.DealFactory(customer=customer, owner=alice, at="Won")
    only = ("1 open deal", f"/deals/{mine.pk}/")
    for page in ("/search/", "/search/palette/"):
        response = as_alice.get(page, {"q": "angstrom"})
        assert beside(response) == {"Zoë Ångström": only, "Ångström Interiör": only}
        assert f'href="/deals/{mine.pk}/"' in response.content.decode()


def test_several_open_deals_are_one_list(as_alice, customer, alice):
    factories.DealFactory(customer=customer, owner=alice, title="Lanterns")
    factories.DealFactory(customer=customer, owner=alice, title="Lamps")
    ((label, url),) = beside(as_alice.get("/search/?q=zoe")).values()
    assert label == "2 open deals"
    page = as_alice.get(url).content.decode()
    assert "Lanterns" in page
    assert "Lamps" in page


def test_agents_find_people_without_their_deals(client, gus, customer):
    customer.call_eligible = True
    customer.save(update_fields=["call_eligible"])
    factories.DealFactory(customer=customer)
    client.force_login(gus)
    assert beside(client.get("/search/?q=zoe")) == {"Zoë Ångström": None}


def test_masks_hold(customer, company, order, gus, charlie, client):
    """Agents find no orders and nobody whom they may not call; who has no role finds nothing; strangers sign in."""
    for user in (gus, charlie):
        browser = Client()
        browser.force_login(user)
        for typed in (order.number, "Zoë", "Interiör", str(customer.pk)):
            for page in ("/search/", "/search/palette/"):
                response = browser.get(page, {"q": typed})
                assert response.status_code == 200
                assert response.context["groups"] == []
    assert client.get("/search/?q=zoe").url.startswith("/accounts/login/")
    assert client.get("/search/palette/?q=zoe").status_code == 302


@pytest.mark.parametrize(
    "typed", ["zoe", "Zoee Angstrm", "+44 20 7946 0018", "0018", "17850", "z@example.com", "R17", "x"]
)
def test_the_page_asks_at_most_thirteen_questions(as_alice, customer, order, typed, django_assert_max_num_queries):
    factories.PhoneFactory(customer=customer, number="+442079460018")
    factories.PhoneFactory(number="+442079470018")
    factories.DealFactory(customer=customer, owner=customer.owner)
    for page in ("/search/?stay=1", "/search/palette/"):
        as_alice.get(page)
        with django_assert_max_num_queries(13):
            as_alice.get(page, {"q": typed, "stay": "1"})
