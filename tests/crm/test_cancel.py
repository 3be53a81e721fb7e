"""Long jobs are cancelled by whoever started them: at once while they wait, at the next step while they run."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from crm import bulk, jobs
from crm.models import JobProgress
from customers.models import Company
from tests import factories
from tests.crm.working import work

STEPS = 4


@pytest.fixture
def committed(transactional_db):
    bulk.execute("TRUNCATE procrastinate_jobs CASCADE")
    yield
    bulk.execute("TRUNCATE procrastinate_jobs CASCADE")


@pytest.fixture
def as_mona(client, mona):
    client.force_login(mona)
    return client


@pytest.fixture
def job(mona):
    return JobProgress.objects.create(user=mona, title="Export of Customers", arguments={"work": "export"})


def cancel(client, job):
    return client.post(reverse("jobs:cancel", args=[job.pk]))


def page_of(client, job):
    return client.get(reverse("jobs:detail", args=[job.pk])).content.decode()


def test_it_works(as_mona, job):
    assert "Cancel" in page_of(as_mona, job)
    response = cancel(as_mona, job)
    assert (response.status_code, response.url) == (302, reverse("jobs:detail", args=[job.pk]))
    job.refresh_from_db()
    assert (job.state, job.finished_at is not None) == ("cancelled", True)
    assert "Cancelled before it began." in page_of(as_mona, job)
    assert "Cancelled" in as_mona.get("/jobs/").content.decode()


@pytest.mark.parametrize("state", ["done", "failed", "cancelled"])
def test_what_is_over_cannot_be_cancelled(as_mona, job, state, nothing_changed):
    JobProgress.objects.update(state=state)
    with nothing_changed:
        response = cancel(as_mona, job)
    assert response.status_code == 409
    assert "nothing was changed" in response.content.decode()


def test_twice_is_once(as_mona, job):
    JobProgress.objects.update(state="running")
    assert cancel(as_mona, job).status_code == 302
    assert "It stops at its next step." in page_of(as_mona, job)
    assert cancel(as_mona, job).status_code == 409


def test_nobody_else_cancels_it(job, ada, alice, bob, nothing_changed):
    clients = [Client(), Client(), Client()]
    for client, user in zip(clients, (ada, alice, bob), strict=True):
        client.force_login(user)
    with nothing_changed:
        for stranger in clients:
            assert cancel(stranger, job).status_code == 404
        assert cancel(Client(), job).status_code == 302


def test_by_htmx_one_is_led_to_the_page(as_mona, job):
    response = as_mona.post(reverse("jobs:cancel", args=[job.pk]), headers={"HX-Request": "true"})
    assert (response.status_code, response["HX-Redirect"]) == (204, reverse("jobs:detail", args=[job.pk]))


@pytest.fixture
def adding():
    """Adds a company a step, and is cancelled while the third is added: each in a transaction, or all in one."""

    def begin(mona, *, whole):
        @jobs.work("test.adding")
        def add(job):
            for step in range(STEPS):
                with transaction.atomic():
                    factories.CompanyFactory()
                    if step == 2:
                        JobProgress.objects.get(pk=job.pk).cancel()
                if not whole:
                    jobs.advance(job, step + 1, STEPS)
            if whole:
                jobs.advance(job, STEPS - 1, STEPS)

        if whole:

            @jobs.work("test.adding")
            def add_whole(job):
                with transaction.atomic():
                    add(job)

        return jobs.start("test.adding", title="Add", by=mona)

    return begin


def test_a_running_one_stops_at_its_next_step_and_says_how_far_it_came(committed, adding, as_mona, mona):
    job = adding(mona, whole=False)
    assert work() == ["succeeded"]
    job.refresh_from_db()
    assert (job.state, job.done, job.total, Company.objects.count()) == ("cancelled", 3, STEPS, 3)
    assert "Cancelled after 3 of 4." in page_of(as_mona, job)


def test_what_one_transaction_did_is_taken_back(committed, adding, as_mona, mona):
    job = adding(mona, whole=True)
    assert work() == ["succeeded"]
    job.refresh_from_db()
    assert (job.state, Company.objects.count()) == ("cancelled", 0)


def test_the_worker_leaves_a_cancelled_one_alone(committed, mona):
    @jobs.work("test.untouched")
    def untouched(job):
        raise AssertionError("it was begun")

    job = jobs.start("test.untouched", title="Never", by=mona)
    assert job.cancel()
    assert work() == ["succeeded"]
    job.refresh_from_db()
    assert job.state == "cancelled"


def test_one_whose_worker_died_after_it_was_asked_is_not_begun_again(committed, mona):
    @jobs.work("test.asked")
    def asked(job):
        raise AssertionError("it was begun again")

    job = jobs.start("test.asked", title="Never", by=mona)
    JobProgress.objects.update(state="running")
    assert job.cancel()
    assert work() == ["succeeded"]
    job.refresh_from_db()
    assert (job.state, job.finished_at is not None) == ("cancelled", True)


def test_what_is_done_to_the_end_stays_done(committed, mona):
    @jobs.work("test.late")
    def late(job):
        JobProgress.objects.get(pk=job.pk).cancel()
        jobs.advance(job, 7, 7)

    job = jobs.start("test.late", title="Late", by=mona)
    work()
    job.refresh_from_db()
    assert (job.state, job.done) == ("done", 7)


def test_a_cancelled_export_leaves_no_file(committed, as_mona, mona, monkeypatch):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO customers_customer (name, tags) SELECT 'Customer ' || n, '{}' FROM generate_series(1, 10001) n"
        )
    as_mona.post("/customers/export/")
    job, advance = JobProgress.objects.get(), jobs.advance

    def cancelled_on_the_way(row, done, total):
        if done:
            row.cancel()
        advance(row, done, total)

    monkeypatch.setattr(jobs, "advance", cancelled_on_the_way)
    work()
    job.refresh_from_db()
    assert (job.state, job.done, bool(job.file)) == ("cancelled", jobs.STEP, False)
    assert as_mona.get(reverse("jobs:file", args=[job.pk])).status_code == 404


def test_it_is_found_again_where_it_was_left(committed, as_mona, mona):
    """Progress survives leaving the page: it is in a row, and every look at the page reads it."""
    seen = []

    @jobs.work("test.looked-at")
    def looked_at(job):
        for step in range(1, 3):
            jobs.advance(job, step, 2)
            fresh = Client()
            fresh.force_login(mona)
            seen.append(f"{step} / 2" in page_of(fresh, job))

    job = jobs.start("test.looked-at", title="Slow", by=mona)
    assert "Waiting for its turn" in page_of(as_mona, job)
    as_mona.get("/customers/")
    work()
    assert seen == [True, True]
    assert "Done." in page_of(as_mona, job)
