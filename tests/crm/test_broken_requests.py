"""What no browser sends is refused in a sentence: never a traceback, whoever sends it."""

from __future__ import annotations

import io
import logging

import pytest
from django.conf import settings
from django.test import Client

from crm import errors


@pytest.mark.parametrize("path", ["/customers/", "/accounts/login/"])
def test_a_cookie_with_nul(client, db, path):
    client.cookies[settings.SESSION_COOKIE_NAME] = "\x00aaaaaaaaaaaaaaaa"
    assert client.get(path).status_code == 400


@pytest.mark.parametrize("url", ["http://[", "http://[::1", "//evil.example/", "https://evil.example/x", "\\", ""])
def test_a_page_that_htmx_could_not_have_come_from(client, db, url):
    response = client.get("/customers/", headers={"HX-Request": "true", "HX-Current-URL": url})
    assert (response.status_code, response["HX-Redirect"]) == (204, "/accounts/login/?next=%2F")


def test_the_address_of_a_verb_opened_as_a_page_says_what_it_is(client, alice, customer, nothing_changed):
    """From a bookmark, or as the place to go on to after signing in."""
    client.force_login(alice)
    url = f"/customers/{customer.pk}/delete/"
    with nothing_changed:
        response = client.get(url, headers={"Accept": "text/html,*/*"})
    assert response.status_code == 405
    assert response["Allow"] == "POST"
    assert "This address is no page" in response.content.decode()
    assert client.get(url).content == b""  # for machines the status says enough


@pytest.fixture
def log():
    """What the log of the product writes, with the handler that settings give it."""
    handlers = logging.getLogger().handlers
    handler = next(one for one in handlers if any(isinstance(each, errors.ShortOfBadInput) for each in one.filters))
    stream, before = io.StringIO(), handler.stream
    handler.setStream(stream)
    yield stream
    handler.setStream(before)


@pytest.mark.parametrize("query", ["page=-1", "after=made-up", "sort=odd"])
def test_what_an_address_asks_wrongly_is_one_line_in_the_log(client, alice, log, query):
    client.force_login(alice)
    assert client.get(f"/customers/?{query}").status_code == 400
    (line,) = log.getvalue().splitlines()
    assert "WARNING django.request" in line and line.endswith(": /customers/")


def test_what_breaks_here_keeps_its_traceback(alice, log, monkeypatch):
    def breaks(*_args, **_more):
        raise ZeroDivisionError("a fault of ours")

    monkeypatch.setattr("crm.lists.answer", breaks)
    client = Client(raise_request_exception=False)
    client.force_login(alice)
    assert client.get("/customers/").status_code == 500
    assert "Traceback (most recent call last)" in log.getvalue()
    assert "ZeroDivisionError: a fault of ours" in log.getvalue()


def test_the_refusal_of_a_query_leads_to_the_page_without_it(client, alice):
    client.force_login(alice)
    page = client.get("/customers/?page=-1").content.decode()
    assert "This list has no filter called “page”." in page
    assert '<a class="button primary" href="/customers/">Show it without filters</a>' in page


def test_a_refusal_of_something_else_leads_to_the_start(rf):
    page = errors.bad_request(rf.post("/settings/theme/?x=1"), errors.BadInput("There is no theme of that name."))
    assert "Show it without filters" not in page.content.decode()
    assert '<a class="button primary" href="/">' in page.content.decode()


TRACKED = "utm_source=mail&utm_campaign=spring%20sale&fbclid=Iw&gclid=x&gbraid=y&msclkid=z&mc_cid=1&mc_eid=2&_ga=3"


def test_what_a_mailing_hangs_on_an_address_asks_for_nothing(client, alice, customer):
    client.force_login(alice)
    response = client.get(f"/customers/?{TRACKED}&sort=-created")
    assert response.status_code == 200
    listing = response.context["listing"]
    assert [row.key for row in listing.rows] == [customer.pk]
    assert (listing.url_with(q="zoe"), listing.is_filtered) == ("/customers/?sort=-created&q=zoe", False)


@pytest.mark.parametrize("query", ["utm_=1", "utm_a-b=1", "xfbclid=1", "utm_source=mail&page=2"])
def test_what_only_looks_like_it_is_refused_as_before(client, alice, query):
    client.force_login(alice)
    assert client.get(f"/customers/?{query}").status_code == 400
