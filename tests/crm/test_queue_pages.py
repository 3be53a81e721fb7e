"""Operators see what the queue holds, try again what failed, and stop what should not go on."""

from __future__ import annotations

import pytest
from django.urls import reverse
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from crm import background, bulk, jobs
from crm.masking import masked
from crm.models import Event, FailedAttempt, JobProgress
from crm.queue_words import TASKS

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def empty_queue(db, settings):
    settings.WORKER_DEAD_AFTER_SECONDS = 20
    bulk.execute("DELETE FROM procrastinate_jobs; DELETE FROM procrastinate_workers")


@pytest.fixture
def as_ada(client, ada):
    client.force_login(ada)
    return client


def queued(status="todo", *, worker=None, **changes):
    pk = jobs.run.defer(job="00000000-0000-0000-0000-000000000001")
    if status != "todo":
        bulk.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s", [worker, pk])
        bulk.execute("UPDATE procrastinate_jobs SET status = %s WHERE id = %s", [status, pk])
    for name, value in changes.items():
        bulk.execute(f"UPDATE procrastinate_jobs SET {name} = %s WHERE id = %s", [value, pk])  # noqa: S608
    return ProcrastinateJob.objects.get(pk=pk)


def worker(silent=0):
    sql = "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s * interval '1 second') RETURNING id"
    return bulk.fetch(sql, [silent])[0][0]


def long_one(user, **fields):
    """A long job of a user with its row in the queue."""

    @jobs.work("test.long")
    def long(job):
        pass

    progress = jobs.start("test.long", title="Export of Customers", by=user)
    JobProgress.objects.filter(pk=progress.pk).update(**fields)
    return progress, ProcrastinateJob.objects.get(args__job=str(progress.pk))


def act(client, verb, job):
    return client.post(reverse(f"queue:{verb}", args=[job.pk]))


def status_of(job):
    return ProcrastinateJob.objects.values_list("status", flat=True).get(pk=job.pk)


def shown(client, query=""):
    return client.get(f"/settings/jobs/{query}").content.decode()


# Looking


def test_it_works(as_ada, mona):
    worker()
    long_one(mona)
    failed = queued("failed", task_name="accounts.mail_invitation")
    FailedAttempt.objects.create(job_id=failed.pk, attempt=1, error="OSError: the mail server was away")
    page = shown(as_ada)
    assert "Export of Customers" in page
    assert "Mail invitation" in page
    assert "OSError: the mail server was away" in page
    assert "no worker is running" not in page.lower()


def test_what_is_done_regularly_does_not_hide_the_rest(as_ada):
    done = queued("succeeded", task_name="notifications.remind")
    went_wrong = queued("failed", task_name="notifications.digests")
    once = queued("succeeded", task_name="notifications.tell")
    page, asked = shown(as_ada), shown(as_ada, "?state=done") + shown(as_ada, "?task=notifications.remind")
    url = reverse("queue:detail", args=[0]).replace("/0/", "/{}/")
    assert url.format(done.pk) not in page and url.format(done.pk) in asked
    assert url.format(went_wrong.pk) in page and url.format(once.pk) in page


def test_every_task_of_the_product_has_a_name():
    ours = {name for name in app.tasks if not name.startswith(("builtin:", "procrastinate."))}
    assert {name for name in ours if not name.startswith("test")} == set(TASKS)


def test_without_a_worker_it_says_so(as_ada):
    worker(silent=21)
    assert "No worker is running" in shown(as_ada)


def test_what_waits_for_long_is_said(as_ada):
    worker()
    queued(scheduled_at="2020-01-01T00:00:00Z")
    assert "A job has waited for" in shown(as_ada)


def test_the_figures_are_fetched_alone(as_ada):
    queued("failed")
    response = as_ada.get(reverse("queue:now"))
    page = response.content.decode()
    assert "<html" not in page
    assert "?state=failed" in page
    assert 'data-tick="5"' in shown(as_ada)


@pytest.mark.parametrize(
    ("state", "label"),
    [
        ("waiting", "Waiting"),
        ("later", "Scheduled"),
        ("running", "Running"),
        ("failed", "Failed"),
        ("cancelled", "Cancelled"),
        ("done", "Done"),
    ],
)
def test_each_state_is_found(as_ada, state, label):
    alive = worker()
    made = {
        "waiting": queued(),
        "later": queued(scheduled_at="2150-01-01T00:00:00Z"),
        "running": queued("doing", worker=alive),
        "failed": queued("failed"),
        "cancelled": queued("cancelled"),
        "done": queued("succeeded"),
    }
    listing = as_ada.get(f"/settings/jobs/?state={state}").context["listing"]
    assert [row.key for row in listing.rows] == [made[state].pk]
    assert listing.rows[0].cells[1].value == label


def test_it_is_narrowed_by_task(as_ada):
    queued()
    invitation = queued(task_name="accounts.mail_invitation")
    listing = as_ada.get("/settings/jobs/?task=accounts.mail_invitation").context["listing"]
    assert [row.key for row in listing.rows] == [invitation.pk]
    assert "accounts.mail_invitation" in shown(as_ada, "?panel=open")
    assert as_ada.get("/settings/jobs/?state=odd").status_code == 400


def test_the_newest_come_first_in_pages(as_ada):
    made = [queued().pk for _number in range(60)]
    first = as_ada.get("/settings/jobs/").context["listing"]
    assert [row.key for row in first.rows] == made[:9:-1]
    second = as_ada.get(first.next_url).context["listing"]
    assert [row.key for row in second.rows] == made[9::-1]
    assert [row.key for row in as_ada.get(second.previous_url).context["listing"].rows] == made[:9:-1]


def test_the_list_asks_as_often_for_twenty_as_for_one(as_ada, mona, django_assert_num_queries):
    long_one(mona)
    shown(as_ada)
    with django_assert_num_queries(10) as first:
        shown(as_ada)
    for _number in range(19):
        long_one(mona)
    with django_assert_num_queries(len(first)):
        shown(as_ada)


def test_its_page_tells_what_happened_and_no_secrets(as_ada):
    job = queued(
        "failed", args='{"email": "ann@example.com", "token": "nobody-may-read", "link": "x7Fq0PZk2mVt9RbW3sLdY8aH"}'
    )
    FailedAttempt.objects.create(job_id=job.pk, attempt=1, error="OSError: away")
    page = as_ada.get(reverse("queue:detail", args=[job.pk])).content.decode()
    for text in ("ann@example.com", "OSError: away", "Attempt 1", "Put into the queue", "Begun", "Failed", "Try again"):
        assert text in page
    assert "nobody-may-read" not in page
    assert "x7Fq0PZk2mVt9RbW3sLdY8aH" not in page


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ({"password": "x"}, {"password": "•••"}),
        ({"api_key": "x", "user": 7}, {"api_key": "•••", "user": 7}),
        ({"deep": [{"access_token": "x"}]}, {"deep": [{"access_token": "•••"}]}),
        ({"job": "0b6bcf34-9a4b-4d5e-8a55-0d8d2a7d8f10"}, {"job": "0b6bcf34-9a4b-4d5e-8a55-0d8d2a7d8f10"}),
        ({"url": "https://a:b@example.com/"}, {"url": "https://•••@example.com/"}),
        ({"text": "eyJhbGciOiJIUzI1NiIsInR5cCI6.eyJzdWIiOiIx.SflKxw"}, {"text": "•••"}),
        ({"text": "a plain sentence of several words"}, {"text": "a plain sentence of several words"}),
    ],
)
def test_what_looks_like_a_secret_is_masked(given, seen):
    assert masked(given) == seen


# Trying again


@pytest.mark.parametrize("status", ["failed", "cancelled", "aborted"])
def test_what_has_ended_badly_is_tried_again(as_ada, ada, status):
    job = queued(status)
    response = act(as_ada, "retry", job)
    assert (response.status_code, response.url) == (302, reverse("queue:detail", args=[job.pk]))
    assert status_of(job) == "todo"
    event = Event.objects.get(kind="job.retried")
    assert (event.actor, event.subject_id) == (ada, job.pk)


def test_what_was_lost_with_its_worker_is_tried_again(as_ada):
    job = queued("doing", worker=worker(silent=21))
    assert "Worker lost" in as_ada.get(reverse("queue:detail", args=[job.pk])).content.decode()
    assert act(as_ada, "retry", job).status_code == 302
    assert status_of(job) == "todo"


def test_what_a_living_worker_does_is_not_begun_twice(as_ada, nothing_changed):
    job = queued("doing", worker=worker())
    with nothing_changed:
        response = act(as_ada, "retry", job)
    assert (response.status_code, status_of(job)) == (409, "doing")
    assert "nothing was changed" in response.content.decode()


@pytest.mark.parametrize("status", ["todo", "succeeded"])
def test_somebody_was_quicker(as_ada, status, nothing_changed):
    job = queued(status)
    with nothing_changed:
        assert act(as_ada, "retry", job).status_code == 409
    assert status_of(job) == status


def test_one_that_may_wait_only_once_stays_while_another_waits(as_ada, nothing_changed):
    job = queued("failed", queueing_lock="crm.prune")
    queued(queueing_lock="crm.prune")
    with nothing_changed:
        assert act(as_ada, "retry", job).status_code == 409
    assert status_of(job) == "failed"


@pytest.mark.parametrize("state", ["failed", "cancelled"])
def test_a_long_job_waits_again_for_its_user_too(as_ada, mona, state):
    progress, job = long_one(mona, state=state, error="It stopped with an error. Start it again.")
    bulk.execute("UPDATE procrastinate_jobs SET status = 'doing'")
    bulk.execute("UPDATE procrastinate_jobs SET status = 'failed'")
    act(as_ada, "retry", job)
    progress.refresh_from_db()
    assert (progress.state, progress.error, progress.finished_at) == ("queued", "", None)


# Cancelling


def test_what_waits_is_cancelled(as_ada, ada):
    job = queued()
    assert act(as_ada, "cancel", job).status_code == 302
    assert status_of(job) == "cancelled"
    assert Event.objects.get(kind="job.cancelled").actor == ada
    assert act(as_ada, "cancel", job).status_code == 409


def test_what_runs_is_asked_to_stop_once(as_ada):
    job = queued("doing", worker=worker())
    assert act(as_ada, "cancel", job).status_code == 302
    job.refresh_from_db()
    assert (job.status, job.abort_requested) == ("doing", True)
    assert "Stopping" in as_ada.get(reverse("queue:detail", args=[job.pk])).content.decode()
    assert act(as_ada, "cancel", job).status_code == 409


@pytest.mark.parametrize("status", ["succeeded", "failed", "aborted"])
def test_what_is_over_is_not_cancelled(as_ada, status, nothing_changed):
    job = queued(status)
    with nothing_changed:
        assert act(as_ada, "cancel", job).status_code == 409
    assert status_of(job) == status


def test_a_long_job_that_waits_is_cancelled_for_its_user(as_ada, mona):
    progress, job = long_one(mona)
    act(as_ada, "cancel", job)
    progress.refresh_from_db()
    assert (progress.state, status_of(job)) == ("cancelled", "cancelled")


def test_a_long_job_that_runs_is_asked_through_its_progress(as_ada, mona):
    progress, job = long_one(mona, state="running")
    bulk.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s", [worker()])
    act(as_ada, "cancel", job)
    progress.refresh_from_db()
    assert (progress.state, progress.is_stopping, status_of(job)) == ("running", True, "doing")
    assert act(as_ada, "cancel", job).status_code == 409


def test_a_long_job_that_was_lost_is_over_for_its_user(as_ada, mona):
    progress, job = long_one(mona, state="running")
    bulk.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = NULL")
    act(as_ada, "cancel", job)
    progress.refresh_from_db()
    assert (progress.state, status_of(job)) == ("cancelled", "aborted")


def test_nobody_but_admins_sees_a_row(mona, alice, gus, rita, charlie):
    queued()
    assert background.queued_jobs().visible_to(alice).count() == 0
    assert [background.queued_jobs().editable_by(user).count() for user in (mona, gus, rita, charlie)] == [0] * 4


def test_periodic_tasks_are_listed_with_their_last_run(as_ada):
    pk = queued("succeeded", task_name="crm.prune").pk
    bulk.execute(
        "INSERT INTO procrastinate_periodic_defers (task_name, defer_timestamp, job_id)"
        " VALUES ('crm.prune', extract(epoch FROM now())::bigint, %s)",
        [pk],
    )
    runs = as_ada.get("/settings/jobs/").context["runs"]
    assert runs[0].task == "crm.prune"
    assert (runs[0].cron, str(runs[0].state), runs[0].url) == ("17 3 * * *", "Done", f"/settings/jobs/{pk}/")
    assert {"crm.tell_of_deaths", "leads.rescore_nightly", "accounts.clear_sessions"} <= {run.task for run in runs}
    assert runs[-1].shown is None
