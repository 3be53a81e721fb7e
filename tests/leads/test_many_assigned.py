"""More leads than a request has time for: the worker hands them out, can be stopped, and goes on where it broke."""

from __future__ import annotations

import pytest

from crm import jobs
from crm.models import Event, JobProgress
from crm.moments import today
from leads import assignment, capacity
from leads.assignment import assign, share_out, undo
from tests.leads.assigning import leads, owners, person, shares
from tests.working import work_off


@pytest.fixture
def una(team):
    return person("Una", team)


@pytest.fixture
def vic(team):
    return person("Vic", team)


def test_many_are_handed_out_by_the_worker(ada, una, vic, monkeypatch):
    monkeypatch.setattr(assignment, "AT_ONCE", 4)
    una.lead_capacity = vic.lead_capacity = 100
    for seller in (una, vic):
        seller.save(update_fields=["lead_capacity"])
    handout = share_out(leads(10), ada)
    assert handout.job is not None
    assert (handout.given, set(owners().values())) == ([], {None})
    work_off()
    handout.refresh_from_db()
    assert shares(handout) == {una.pk: 5, vic.pk: 5}
    job = JobProgress.objects.get()
    assert (job.state, job.done, job.total) == ("done", 10, 10)
    assert undo(handout)
    work_off()
    assert set(owners().values()) == {None}


def test_cancelled_on_the_way_it_says_so_and_is_taken_back(client, ada, una, monkeypatch):
    monkeypatch.setattr(assignment, "AT_ONCE", 3)
    handout, advance = assign(leads(8), una, ada), jobs.advance

    def cancelled(job, *figures):
        job.cancel()
        advance(job, *figures)

    monkeypatch.setattr(jobs, "advance", cancelled)
    work_off()
    handout.refresh_from_db()
    assert (handout.job.state, handout.dealt_with, shares(handout)) == ("cancelled", 3, {una.pk: 3})
    client.force_login(ada)
    page = client.get(handout.get_absolute_url()).content.decode()
    assert "Cancelled after 3 of 8. What was handed out until then stays with its new owners." in page
    assert "Take it back" in page
    monkeypatch.setattr(jobs, "advance", advance)
    assert undo(handout)
    assert handout.job.begin_again()
    work_off()
    assert set(owners().values()) == {None}


def test_a_job_that_broke_goes_on_where_it_stopped(ada, una, monkeypatch):
    monkeypatch.setattr(assignment, "AT_ONCE", 3)
    handout = share_out(leads(8), ada)
    assignment.deal(handout)
    assignment.hand_out(handout.job)
    handout.refresh_from_db()
    assert (handout.dealt_with, shares(handout)) == (8, {una.pk: 8})
    assert Event.objects.filter(kind="lead.assigned").count() == 8


def test_a_job_for_somebody_who_left_meanwhile_says_so(ada, una, monkeypatch):
    monkeypatch.setattr(assignment, "AT_ONCE", 1)
    pks = leads(2)
    assign(pks, una, ada)
    una.is_active = False
    una.save(update_fields=["is_active"])
    work_off()
    job = JobProgress.objects.get()
    assert (job.state, set(owners().values())) == ("failed", {None})
    assert "Choose another" in job.error


def test_the_loads_take_two_queries(una, vic, alice, django_assert_num_queries):
    with django_assert_num_queries(2):
        assert len(capacity.loads([una, vic, alice], today())) == 3
