"""Long jobs: done by a real worker, shown while they run, found again, refused to strangers."""

from __future__ import annotations

import csv
import io
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import User
from crm import jobs
from crm.models import JobProgress, JobState
from customers.models import Customer
from tests import factories
from tests.crm.working import work
from tests.working import empty_the_queue

MANY = 10_001


@pytest.fixture
def committed(transactional_db):
    """Rows that other connections see; the queue is emptied before and after."""
    empty_the_queue()
    yield
    empty_the_queue()


@pytest.fixture
def many(committed):
    """One more customer than is exported at once; none of them is called in the order of the ids."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO customers_customer (name, tags) SELECT reverse(n::text) || ' =Æsop, “the” ' || n, '{}'"
            " FROM generate_series(1, %s) n",
            [MANY],
        )


@pytest.fixture
def as_mona(client, mona):
    client.force_login(mona)
    return client


def rows_of(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    response.close()
    return list(csv.reader(io.StringIO(text)))


def test_it_works(many, as_mona, mona):
    """More than 10,000 rows: a job, its page, its file, which holds exactly the rows of the list in their order."""
    started = as_mona.post("/customers/export/?sort=-name")
    job = JobProgress.objects.get()
    page = reverse("jobs:detail", args=[job.pk])
    assert (started.status_code, started.url) == (302, page)
    assert "Waiting for its turn" in as_mona.get(page).content.decode()
    assert work() == ["succeeded"]
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == (JobState.DONE, MANY, MANY)
    shown = as_mona.get(page).content.decode()
    assert f"Download {job.file_name}" in shown
    response = as_mona.get(reverse("jobs:file", args=[job.pk]))
    assert f'filename="{job.file_name}"' in response["Content-Disposition"]
    heading, *rows = rows_of(response)
    assert heading[0] == "Name"
    names = Customer.objects.order_by("-sort_key", "-pk").values_list("name", flat=True)
    assert [row[0] for row in rows] == list(names)


def test_it_is_exactly_what_is_filtered(many, as_mona, mona):
    other = factories.CustomerFactory(name="Zz", owner=mona)
    as_mona.post("/customers/export/?owner=none")
    work()
    rows = rows_of(as_mona.get(reverse("jobs:file", args=[JobProgress.objects.get().pk])))
    assert len(rows) == MANY + 1
    assert other.name not in {row[0] for row in rows}


def test_who_lost_the_right_meanwhile_gets_a_sentence_and_no_file(many, as_mona, mona):
    as_mona.post("/customers/export/")
    User.objects.filter(pk=mona.pk).update(role="agent")
    assert work() == ["succeeded"]
    job = JobProgress.objects.get()
    assert (job.state, job.error, bool(job.file)) == (JobState.FAILED, "You may no longer export this list.", False)
    page = as_mona.get(reverse("jobs:detail", args=[job.pk])).content.decode()
    assert "You may no longer export this list." in page
    assert as_mona.get(reverse("jobs:file", args=[job.pk])).status_code == 404


def test_who_left_meanwhile_gets_nothing(many, as_mona, mona):
    as_mona.post("/customers/export/")
    User.objects.filter(pk=mona.pk).update(is_active=False)
    work()
    assert JobProgress.objects.get().state == JobState.FAILED


def test_a_filter_that_is_gone_meanwhile_is_said(many, as_mona, mona):
    as_mona.post("/customers/export/")
    job = JobProgress.objects.get()
    JobProgress.objects.update(arguments=job.arguments | {"query": "lifecycle=gone"})
    assert work() == ["succeeded"]
    assert "Lifecycle" in JobProgress.objects.get().error


def test_what_breaks_is_tried_again(committed, mona):
    tries = []

    @jobs.work("test.breaks-once")
    def breaks_once(job):
        tries.append(job.state)
        if len(tries) == 1:
            raise RuntimeError("the disk was away")
        jobs.advance(job, 1, 1)

    job = jobs.start("test.breaks-once", title="Once", by=mona)
    assert work() == ["todo"]
    job.refresh_from_db()
    assert job.state == JobState.QUEUED
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now() - interval '1 second'")
    assert work() == ["succeeded"]
    job.refresh_from_db()
    assert (job.state, job.done, len(tries)) == (JobState.DONE, 1, 2)


def test_what_breaks_for_good_says_so(committed, mona):
    @jobs.work("test.breaks")
    def breaks(job):
        raise RuntimeError("never")

    job = jobs.start("test.breaks", title="Never", by=mona)
    for _try in range(jobs.ATTEMPTS + 1):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now() - interval '1 second'")
        statuses = work()
    assert statuses == ["failed"]
    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.FAILED, "It stopped with an error. Start it again.")


def test_a_job_is_there_only_if_its_request_was(committed, mona):
    from django.db import transaction

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        jobs.start("export", title="Gone", by=mona, listing="customers", query="")
        raise ZeroDivisionError
    assert work() == []
    assert not JobProgress.objects.exists()


# Pages


@pytest.fixture
def job(mona):
    return JobProgress.objects.create(user=mona, title="Export of Customers", state=JobState.RUNNING, done=30, total=60)


def test_the_page_shows_how_far_it_is_and_asks_again(as_mona, job):
    page = as_mona.get(reverse("jobs:detail", args=[job.pk])).content.decode()
    assert 'max="100" value="50"' in page
    assert 'hx-trigger="every 1s"' in page


@pytest.mark.parametrize(("state", "status"), [("queued", 200), ("running", 200), ("done", 286), ("failed", 286)])
def test_asking_again_ends_when_the_job_does(as_mona, job, state, status):
    JobProgress.objects.update(state=state)
    response = as_mona.get(reverse("jobs:detail", args=[job.pk]), headers={"HX-Request": "true"})
    assert response.status_code == status
    assert "<html" not in response.content.decode()
    assert ("every 1s" in response.content.decode()) is (status == 200)


def test_it_is_found_again_in_the_list(as_mona, job):
    page = as_mona.get("/jobs/").content.decode()
    assert job.title in page
    assert reverse("jobs:detail", args=[job.pk]) in page


def test_without_script_there_is_a_way_to_look_again(as_mona, job):
    page = as_mona.get(reverse("jobs:detail", args=[job.pk])).content.decode()
    assert "Look again" in page
    JobProgress.objects.update(state="done")
    assert "Look again" not in as_mona.get(reverse("jobs:detail", args=[job.pk])).content.decode()


def test_foreign_jobs_are_nobodys_business(job, ada, alice, rita, nothing_changed):
    clients = [Client(), Client(), Client()]
    for client, user in zip(clients, (ada, alice, rita), strict=True):
        client.force_login(user)
    with nothing_changed:
        for client in clients:
            for name in ("detail", "file"):
                assert client.get(reverse(f"jobs:{name}", args=[job.pk])).status_code == 404
            assert job.title not in client.get("/jobs/").content.decode()
        assert Client().get(reverse("jobs:detail", args=[job.pk])).status_code == 302


@pytest.mark.parametrize("name", ["detail", "file"])
def test_a_job_that_is_none(as_mona, name):
    assert as_mona.get(reverse(f"jobs:{name}", args=[uuid.uuid4()])).status_code == 404


def test_a_file_that_was_pruned_is_not_found(as_mona, job):
    JobProgress.objects.update(state="done", file="jobs/2026/01/gone.csv", file_name="gone.csv")
    assert as_mona.get(reverse("jobs:file", args=[job.pk])).status_code == 404


def test_the_list_asks_as_often_for_twenty_jobs_as_for_one(as_mona, mona, job, django_assert_num_queries):
    as_mona.get("/jobs/")
    with django_assert_num_queries(3) as first:
        as_mona.get("/jobs/")
    JobProgress.objects.bulk_create(JobProgress(user=mona, title="More") for _number in range(19))
    with django_assert_num_queries(len(first)):
        as_mona.get("/jobs/")


def test_a_file_made_with_a_right_that_is_gone_is_not_handed_out(many, as_mona, mona):
    as_mona.post("/customers/export/")
    work()
    job = JobProgress.objects.get(user=mona)
    assert rows_of(as_mona.get(reverse("jobs:file", args=[job.pk])))
    User.objects.filter(pk=mona.pk).update(role="sales")
    assert as_mona.get(reverse("jobs:file", args=[job.pk])).status_code == 404
