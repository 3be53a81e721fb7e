"""An admin looks after the mail: what failed is sent again, and a letter is seen before anybody gets it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from crm.models import Mail
from tests import factories
from tests.browser.conftest import PHONE

#: a folder for pictures of what is looked at, for whoever wants to see it
PICTURES = os.environ.get("PICTURES", "")


@pytest.fixture
def ada(server, someone):
    return someone("admin", name="Ada Admin", team=None)


@pytest.fixture
def mails(ada):
    bob = factories.UserFactory(name="Bob Teammate", email="bob@example.com")
    facts = {"kind": "accounts.invitation", "user": bob, "address": bob.email}
    Mail.objects.create(**facts, state="sent", subject="Your invitation to Rapport", sent_at=ada.created_at, attempts=1)
    Mail.objects.create(**facts, error="The mail server refuses connections.", attempts=4)
    said = "The address was refused: 550 5.1.1 No such user here"
    return Mail.objects.create(**facts, state="failed", error=said, subject="A new password for Rapport", attempts=1)


def picture(tab, name):
    if PICTURES:
        tab.page.screenshot(path=Path(PICTURES) / f"{name}.png")


@pytest.mark.parametrize("size", [None, PHONE], ids=["desktop", "phone"])
def test_what_failed_is_sent_again(open_tab, ada, mails, size):
    tab = open_tab(size=size)
    tab.sign_in(ada, "/settings/")
    tab.page.get_by_role("link", name="Outbox").click()
    expect(tab.page.get_by_role("heading", name="Outbox")).to_be_visible()
    assert tab.problems() == []
    picture(tab, f"outbox-{size is PHONE}")
    tab.go(f"/settings/outbox/{mails.pk}/")
    expect(tab.page.get_by_text("550 5.1.1 No such user here")).to_be_visible()
    assert tab.problems() == []
    picture(tab, f"mail-{size is PHONE}")
    tab.page.get_by_role("button", name="Send again").click()
    expect(tab.page.get_by_text("It is queued again.")).to_be_visible()
    tab.page.get_by_role("button", name="Do not send").click()
    expect(tab.page.get_by_text("It will not be sent.")).to_be_visible()
    assert Mail.objects.get(pk=mails.pk).state == "cancelled"


@pytest.mark.parametrize("size", [None, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_letter_is_seen_as_text_and_as_html(open_tab, ada, size, dark):
    tab = open_tab(size=size, dark=dark)
    tab.sign_in(ada, "/admin/")
    tab.page.get_by_role("link", name="Letters").first.click()
    tab.page.get_by_role("link", name="Invitation").click()
    expect(tab.page.locator("pre")).to_contain_text("Choose your password here")
    letter = tab.page.frame_locator("iframe")
    expect(letter.get_by_role("heading", name="Your invitation to")).to_be_visible()
    button = letter.get_by_role("link", name="Choose a password")
    expect(button).to_have_css("background-color", "rgba(0, 0, 0, 0)")
    expect(letter.locator("td.sheet, table.sheet")).to_have_css(
        "background-color", "rgb(30, 33, 41)" if dark else "rgb(255, 255, 255)"
    )
    picture(tab, f"letter-{size is PHONE}-{dark}")
