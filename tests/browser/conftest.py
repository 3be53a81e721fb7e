"""A real Chromium against a real server on the test database; whatever the browser complains of fails the test."""

from __future__ import annotations

import os
import shutil
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from playwright.sync_api import Page, sync_playwright

from crm.lanes import Lanes, Pages
from crm.live import Live
from tests import factories
from tests.serving import serving

# Playwright's synchronous interface runs a loop in this thread; the ORM calls of the tests are none of its business.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or ""
#: Debian's browser without windows: a quarter quicker, where it is installed
SHELL = (not os.environ.get("CHROMIUM") and shutil.which("chromium-headless-shell")) or CHROMIUM
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: seconds that every answer for a part of a page takes longer: on a slow line nothing may break
SLOW = float(os.environ.get("RAPPORT_SLOW", "0"))
#: of the console: what was forbidden, and selectors of htmx that find nothing
COMPLAINTS = ("Content Security Policy", "htmx:evalDisallowedError", "returned no matches!")
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if not CHROMIUM and not os.environ.get("RAPPORT_CHECK"):
                item.add_marker(pytest.mark.skip(reason="Chromium is not installed: apt-get install chromium"))


@contextmanager
def launched(executable):
    """A browser. While it is open its loop runs, and tests that run a loop of their own could not."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def chromium():
    """One a module."""
    with launched(SHELL) as browser:
        yield browser


def late(application):
    def answer(environ, start_response):
        if environ.get("HTTP_HX_REQUEST"):
            time.sleep(SLOW)
        return application(environ, start_response)

    return answer if SLOW else application


@pytest.fixture
def server(transactional_db):
    with serving(Lanes(pages=Pages(late(WSGIHandler()), threads=2), live=Live())) as port:
        yield f"http://127.0.0.1:{port}"


def press(page, *keys):
    """Keys, once the page listens: its text is there before its modules have run."""
    page.wait_for_load_state("domcontentloaded")
    for key in keys:
        page.keyboard.press(key)


def until(page, condition):
    """Wait for what happens outside the page: in the service worker, in the database, or on the line."""
    for _turn in range(150):
        if condition():
            return
        page.wait_for_timeout(100)
    raise AssertionError("waited in vain")


@dataclass
class Tab:
    """A page of the browser and what it complained of."""

    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)

    def watch(self):
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("console", self._console)
        self.page.on("request", self._request)

    def _console(self, message):
        if any(words in message.text for words in COMPLAINTS):
            self.complaints.append(message.text)

    def _request(self, request):
        if not request.url.startswith((self.base, "data:", "blob:")):
            self.complaints.append(f"asked elsewhere: {request.url}")

    def go(self, path):
        self.page.goto(self.base + path)

    def sign_in(self, user, path=""):
        """With a session of its own, as the form gives one; on to `path`, or nowhere yet."""
        key = factories.SessionFactory(user=user).session_key
        self.page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": self.base}])
        if path:
            self.go(path)

    def sign_in_by_form(self, user, password=factories.PASSWORD):
        self.go("/accounts/login/")
        self.page.get_by_label("E-mail").fill(user.email)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(lambda url: "/accounts/login" not in url)

    def until(self, condition):
        until(self.page, condition)

    def violations(self, only=AXE_TAGS):
        """What axe finds on the page as it is, once all that is fading or sliding in has come."""
        self.page.emulate_media(reduced_motion="reduce")
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE)
        found = self.page.evaluate(
            "only => axe.run(document, {runOnly: only, resultTypes: ['violations']}).then(r => r.violations)", only
        )
        self.page.emulate_media(reduced_motion="no-preference")
        return [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in found]

    def problems(self):
        """What is wrong with how the page looks: what axe finds, in the dark too, and what sticks out of the window.

        A page that goes dark while it is shown changes its colours alone: only their contrast is looked at again.
        """
        found = self.violations()
        self.page.emulate_media(color_scheme="dark")
        found += [f"in the dark: {violation}" for violation in self.violations(only=["color-contrast"])]
        self.page.emulate_media(color_scheme="light")
        wide = self.overflow()
        return found + ([f"too wide by {wide}"] if wide > 0 else [])

    def overflow(self):
        return self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


@pytest.fixture
def open_tab(chromium, server):
    """Opens tabs, each a browser of its own (own cookies); at the end none may have complained."""
    tabs, contexts = [], []

    def opened(*, size=None, dark=False, touch=False):
        context = chromium.new_context(
            viewport=size or DESKTOP, color_scheme="dark" if dark else "light", has_touch=touch, locale="en-GB"
        )
        context.set_default_timeout(10_000)
        tab = Tab(context.new_page(), server)
        tab.watch()
        tabs.append(tab)
        contexts.append(context)
        return tab

    yield opened
    for context in contexts:
        context.close()
    assert [complaint for tab in tabs for complaint in tab.complaints] == []


@pytest.fixture
def someone(transactional_db):
    """A user who can sign in with the test password."""

    def made(role, **fields):
        user = factories.UserFactory(role=role, **fields)
        user.set_password(factories.PASSWORD)
        user.save(update_fields=["password"])
        return user

    return made
