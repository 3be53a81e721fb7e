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
