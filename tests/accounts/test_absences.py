"""Absences: everybody keeps their own, managers those of the team, admins all."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from accounts.models import Absence
from crm.moments import today
from tests import factories
from tests.accounts.doing import filled, submit
from tests.rows import all_rows

NEW = "/settings/absences/new/"
PAGE = "/settings/working-time/"


def days(first, last):
    return {
        "first_day": (today() + dt.timedelta(first)).isoformat(),
        "last_day": (today() + dt.timedelta(last)).isoformat(),
    }


def absence(person, first=1, last=3, **more):
    return Absence.objects.create(person=person, **days(first, last), **more)


@pytest.fixture
def as_alice(client, alice):
    client.force_login(alice)
    return client


@pytest.fixture
def as_mona(client, mona):
    client.force_login(mona)
    return client


def test_it_works(as_alice, alice):
    assert submit(as_alice, NEW, **days(1, 5), reason="Holiday").status_code == 302
    mine = Absence.objects.get()
    assert (mine.person, mine.reason) == (alice, "Holiday")
    assert "Holiday" in as_alice.get("/settings/").content.decode()
    url = reverse("accounts:absence", args=[mine.pk])
    assert submit(as_alice, url, **days(1, 6)).status_code == 302
    mine.refresh_from_db()
    assert mine.last_day == today() + dt.timedelta(6)
    as_alice.post(reverse("accounts:remove_absence", args=[mine.pk]))
    assert not Absence.objects.exists()


def test_a_manager_enters_that_of_a_member_of_the_team(as_mona, bob):
    assert submit(as_mona, NEW, person=bob.pk, **days(0, 0)).status_code == 302
    assert Absence.objects.get().person == bob
    assert "Away now" in as_mona.get(PAGE).content.decode()


def test_of_whom_a_manager_does_not_lead_none_is_entered(as_mona, nothing_changed):
    stranger = factories.UserFactory()
    with nothing_changed:
        response = submit(as_mona, NEW, person=stranger.pk, **days(0, 0))
        assert response.status_code == 422
        assert "person" in response.context["form"].errors


def test_nobody_enters_that_of_a_colleague(as_alice, alice, bob):
    """There is no field for it: what is sent all the same is not read."""
    submit(as_alice, NEW, person=bob.pk, **days(1, 2))
    assert Absence.objects.get().person == alice


@pytest.mark.parametrize(
    "sent",
    [
        days(3, 1),
        days(0, 4000),
        {"first_day": "", "last_day": "2026-01-01"},
        {"first_day": "0001-01-01", "last_day": "0001-01-02"},
        {"first_day": "x", "last_day": "y"},
        {**days(1, 2), "reason": "x" * 101},
    ],
    ids=str,
)
def test_absences_that_are_refused(as_alice, sent, nothing_changed):
    with nothing_changed:
        assert submit(as_alice, NEW, **sent).status_code == 422


@pytest.mark.parametrize(("first", "last"), [(1, 3), (3, 9), (-5, 1), (2, 2)])
def test_two_absences_of_one_person_do_not_overlap(as_alice, alice, first, last):
    absence(alice)
    before = all_rows()
    response = submit(as_alice, NEW, **days(first, last))
    assert response.status_code == 422
    assert "overlap" in response.content.decode()
    assert all_rows() == before


def test_those_of_two_people_do(as_alice, bob):
    absence(bob)
    assert submit(as_alice, NEW, **days(1, 3)).status_code == 302


def test_an_absence_may_be_moved_within_itself(as_alice, alice):
    mine = absence(alice)
    assert submit(as_alice, reverse("accounts:absence", args=[mine.pk]), **days(2, 5)).status_code == 302


def test_two_who_change_the_same(as_alice, alice):
    url = reverse("accounts:absence", args=[absence(alice).pk])
    stale = filled(as_alice, url, **days(1, 8))
    submit(as_alice, url, **days(1, 9))
    before = all_rows()
    assert as_alice.post(url, stale).status_code == 409
    assert all_rows() == before


def test_the_reason_is_nobody_elses_business(client, alice, bob, mona, ada, gus):
    absence(bob, reason="Surgery")
    for person, sees in ((bob, True), (mona, True), (ada, True), (alice, False), (gus, False)):
        client.force_login(person)
        assert ("Surgery" in client.get(PAGE).content.decode()) == sees, person


def test_one_that_is_long_over_is_no_longer_listed(as_alice, alice):
    absence(alice, -60, -50, reason="Long ago")
    absence(alice, -10, -9, reason="Just now")
    page = as_alice.get(PAGE).content.decode()
    assert "Just now" in page
    assert "Long ago" not in page


def test_removed_by_mistake_it_is_put_back(as_mona, bob):
    away = absence(bob, reason="Holiday")
    response = as_mona.post(reverse("accounts:remove_absence", args=[away.pk]), follow=True)
    (message,) = list(response.context["messages"])
    as_mona.post(message.extra_tags)
    back = Absence.objects.get()
    assert (back.person, back.first_day, back.reason) == (
        bob,
        away.first_day if isinstance(away.first_day, dt.date) else dt.date.fromisoformat(away.first_day),
        "Holiday",
    )
