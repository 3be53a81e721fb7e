"""Who did what, and what the queue holds, in the browser: filters, what is new, phone and dark; axe finds nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from crm import bulk, jobs
from crm.events import record
from crm.models import FailedAttempt
from tests import factories
from tests.browser.conftest import DESKTOP, PHONE, press


@pytest.fixture
def ada(server, someone):
    return someone("admin", name="Ada Admin", team=None)


@pytest.fixture
def happened(transactional_db):
    team = factories.TeamFactory(name="North")
    alice = factories.UserFactory(name="Alice Owner", team=team)
    company = factories.CompanyFactory(name="Ångström Interiör", owner=alice)
    customer = factories.CustomerFactory(name="Zoë Ångström", owner=alice, company=company)
    deal = factories.DealFactory(title="Forty lanterns", owner=alice, customer=customer)
    gone = factories.CustomerFactory(name="Wolfeschlegelsteinhausenbergerdorff" * 3, owner=alice)
    record("customer.created", on=customer, by=alice)
    record("deal.changed", on=deal, by=alice, fields=["title"], changes={"title": ["Forty lamps", "Forty lanterns"]})
    deal.win(by=alice)
    record("user.changed", on=alice, by=None, fields=["name"])
    gone.delete_softly(by=alice)
    return alice, customer


@pytest.fixture
def queue(transactional_db):
    bulk.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")
    pks = [jobs.run.defer(job="00000000-0000-0000-0000-000000000001") for _number in range(3)]
    bulk.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = NULL WHERE id = %s", [pks[0]])
    bulk.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE id = %s", [pks[0]])
    FailedAttempt.objects.create(job_id=pks[0], attempt=1, error="OSError: the mail server was away for a long time")
    yield pks
    bulk.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")


def test_from_the_keyboard_to_what_one_colleague_did(open_tab, ada, happened):
    tab = open_tab()
    tab.sign_in(ada, "/")
    press(tab.page, "g", "a")
    tab.page.wait_for_url("**/activity/")
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Activity")
    tab.page.get_by_text("Filter", exact=True).click()
    tab.page.get_by_label("Who").select_option(label="Alice Owner")
    tab.page.get_by_label("What happened").select_option(label="Won")
    tab.page.get_by_role("button", name="Show", exact=True).click()
    expect(tab.page.locator(".audit li")).to_have_count(1)
    expect(tab.page.locator(".chip", has_text="Deals: Won")).to_be_visible()
    tab.page.get_by_role("link", name="Forty lanterns").click()
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Forty lanterns")
    tab.page.get_by_label("More actions").click()
    tab.page.get_by_role("link", name="Activity log").click()
    expect(tab.page.locator(".chip", has_text="Forty lanterns")).to_be_visible()
    expect(tab.page.locator(".audit li")).to_have_count(2)


def test_what_is_new_is_announced_where_one_reads(open_tab, ada, happened):
    alice, customer = happened
    tab = open_tab()
    tab.page.clock.install()
    tab.sign_in(ada, "/activity/")
    before = tab.page.locator(".audit li").count()
    record("customer.changed", on=customer, by=alice, fields=["city"])
    tab.page.clock.run_for(31_000)
    announced = tab.page.get_by_role("link", name="1 new – show")
    expect(announced).to_be_visible()
    expect(tab.page.locator(".audit li")).to_have_count(before)
    announced.click()
    expect(tab.page.locator(".audit li")).to_have_count(before + 1)


def test_a_failed_job_is_tried_again_without_a_script(chromium, server, ada, queue):
    context = chromium.new_context(java_script_enabled=False)
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto(f"{server}/accounts/login/")
    page.get_by_label("E-mail").fill(ada.email)
    page.get_by_label("Password", exact=True).fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto(f"{server}/settings/jobs/{queue[0]}/")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("Waiting", exact=True)).to_be_visible()
    page.get_by_role("button", name="Cancel it").click()
    expect(page.get_by_text("Cancelled", exact=True).first).to_be_visible()
    context.close()


def test_the_figures_of_the_queue_follow(open_tab, ada, queue):
    tab = open_tab()
    tab.page.clock.install()
    tab.sign_in(ada, "/settings/jobs/")
    waiting = tab.page.locator(".queue-figures dl", has_text="Waiting").locator("dd").first
    expect(waiting).to_have_text("2")
    jobs.run.defer(job="00000000-0000-0000-0000-000000000001")
    tab.page.clock.run_for(6_000)
    expect(waiting).to_have_text("3")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_pages_are_accessible_and_fit(open_tab, ada, happened, queue, size):
    tab = open_tab(size=size)
    tab.sign_in(ada)
    job = f"/settings/jobs/{queue[0]}/"
    for path in ("/activity/", "/activity/?kind=deal.won", "/activity/?since=2150-01-01", "/settings/jobs/", job):
        tab.go(path)
        assert tab.problems() == [], path
