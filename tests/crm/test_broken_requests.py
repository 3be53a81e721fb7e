"""What no browser sends is refused in a sentence: never a traceback, whoever sends it."""

from __future__ import annotations

import pytest
from django.conf import settings


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
