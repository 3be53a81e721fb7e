"""What is done with activities: once, told, and only while it can be done."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connection
from django.utils import timezone
from django.utils.timezone import localdate, now

from accounts.models import Holiday
from activities.models import Activity
from activities.models.verbs import at_hour
from activities.repeating import next_day
from crm.models import Event
from tests import factories

D = dt.date


def events(activity):
    return list(Event.objects.about(activity).order_by("pk").values_list("kind", flat=True))


def test_it_works(plan, alice):
    assert plan.finish(alice, "reached", duration=12) is None
    assert (plan.done_by, plan.outcome, plan.duration) == (alice, "reached", 12)
    assert events(plan) == ["activity.finished"]
    event = Event.objects.about(plan).get()
    assert (event.customer_id, event.data["outcome"], event.data["title"]) == (plan.customer_id, "reached", "Call back")


# Refusals


def test_what_is_done_is_not_done_again(plan, alice, bob, nothing_changed):
    plan.finish(alice)
    with nothing_changed:
        assert plan.finish(bob, "no_answer") is None
    assert plan.done_by == alice


def test_what_is_deleted_is_not_done(plan, alice):
    plan.delete_softly(by=alice)
    plan.finish(alice)
    assert plan.done_at is None


def test_what_is_done_is_neither_put_off_nor_moved(plan, alice, nothing_changed):
    plan.finish(alice)
    with nothing_changed:
        assert not plan.snooze(localdate() + dt.timedelta(days=9), alice)
        assert not plan.reschedule(None, alice)


def test_a_note_cannot_be_planned_again(customer, alice, nothing_changed):
    note = factories.ActivityFactory(customer=customer, created_by=alice)
    with nothing_changed:
        assert not note.reopen(alice)


def test_twice_pinned_is_once(plan, alice):
    assert plan.pin(alice)
    assert not plan.pin(alice)
    assert plan.unpin(alice)
    assert events(plan) == ["activity.pinned", "activity.unpinned"]


@pytest.mark.django_db(transaction=True)
def test_ten_finish_at_once_and_the_next_is_made_once():
    alice = factories.UserFactory()
    plan = factories.PlanFactory(owner=alice, created_by=alice, repeats="weekly")
    start, made = threading.Barrier(10), []

    def finish():
        start.wait()
        try:
            made.append(Activity.objects.get(pk=plan.pk).finish(alice))
        finally:
            connection.close()

    threads = [threading.Thread(target=finish) for _ in range(10)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len([following for following in made if following]) == 1
    assert Activity.objects.filter(done_at=None).count() == 1
    assert events(plan) == ["activity.finished"]


# Other days


def test_put_off_it_keeps_its_hour(plan, alice):
    plan.reschedule(D(2026, 3, 27), alice, at_hour(D(2026, 3, 27), dt.time(14, 30)))
    alice.time_zone = "Europe/Stockholm"
    with timezone.override("Europe/Stockholm"):
        plan.reschedule(D(2026, 3, 27), alice, at_hour(D(2026, 3, 27), dt.time(14, 30)))
        assert plan.snooze(D(2026, 3, 30), alice)  # the clocks change in between
        assert timezone.localtime(plan.due_at).strftime("%d %H:%M") == "30 14:30"
    event = Event.objects.about(plan).get(kind="activity.snoozed")
    assert (event.data["due_from"], event.data["due_to"]) == ("2026-03-27", "2026-03-30")


def test_without_a_day_nothing_repeats(alice):
    plan = factories.PlanFactory(owner=alice, created_by=alice, repeats="weekly")
    assert plan.reschedule(None, alice)
    assert (plan.due_on, plan.repeats) == (None, "")


# Repetition


@pytest.mark.parametrize(
    ("repeats", "anchor", "after", "expected"),
    [
        ("daily", D(2026, 1, 1), D(2026, 1, 5), D(2026, 1, 6)),
        ("weekly", D(2026, 1, 5), D(2026, 1, 5), D(2026, 1, 12)),
        ("weekly", D(2026, 1, 5), D(2026, 1, 14), D(2026, 1, 19)),
        ("fortnightly", D(2026, 1, 5), D(2026, 1, 12), D(2026, 1, 19)),
        ("monthly", D(2026, 1, 31), D(2026, 1, 31), D(2026, 2, 28)),
        ("monthly", D(2026, 1, 31), D(2026, 2, 28), D(2026, 3, 31)),
        ("monthly", D(2028, 1, 30), D(2028, 1, 30), D(2028, 2, 29)),
        ("monthly", D(2026, 1, 15), D(2026, 1, 20), D(2026, 2, 15)),
        ("yearly", D(2024, 2, 29), D(2024, 2, 29), D(2025, 2, 28)),
        ("yearly", D(2024, 2, 29), D(2027, 2, 28), D(2028, 2, 29)),
        ("workdays", D(2026, 1, 2), D(2026, 1, 2), D(2026, 1, 5)),
    ],
)
def test_the_next_day(db, repeats, anchor, after, expected):
    assert next_day(repeats, anchor, after) == expected


def test_working_days_leave_out_holidays(db):
    Holiday.objects.create(day=D(2026, 1, 5), name="Holiday")
    assert next_day("workdays", D(2026, 1, 2), D(2026, 1, 2)) == D(2026, 1, 6)


def test_it_ends_on_its_last_day_and_with_the_calendar(db):
    assert next_day("weekly", D(2026, 1, 5), D(2026, 1, 5), until=D(2026, 1, 11)) is None
    assert next_day("yearly", D(2199, 1, 5), D(2199, 1, 5)) is None


def test_the_next_one_has_what_the_one_before_had(alice, bob, deal, customer):
    plan = factories.PlanFactory(
        owner=bob, created_by=alice, deal=deal, customer=customer, repeats="monthly", due_on=D(2026, 1, 31)
    )
    plan.collaborators.add(alice)
    following = plan.finish(alice, at=dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC))
    assert (following.due_on, following.owner, following.deal, following.customer) == (
        D(2026, 2, 28),
        bob,
        deal,
        customer,
    )
    assert list(following.collaborators.all()) == [alice]
    after = following.finish(alice, at=dt.datetime(2026, 2, 28, 12, tzinfo=dt.UTC))
    assert after.due_on == D(2026, 3, 31)


def test_what_was_missed_is_not_made_up_for(alice):
    plan = factories.PlanFactory(owner=alice, created_by=alice, repeats="daily", due_on=D(2026, 1, 1))
    assert plan.finish(alice).due_on == localdate() + dt.timedelta(days=1)


def test_reopened_the_next_one_goes_and_comes_back_once(alice):
    plan = factories.PlanFactory(owner=alice, created_by=alice, repeats="weekly")
    following = plan.finish(alice)
    assert plan.reopen(alice)
    following.refresh_from_db()
    assert following.deleted_at
    assert plan.finish(alice)
    assert Activity.objects.filter(done_at=None).count() == 1


# Leads


def test_a_done_call_means_that_the_lead_was_contacted(lead, alice):
    call = factories.PlanFactory(owner=alice, created_by=alice, lead=lead)
    call.finish(alice)
    lead.refresh_from_db()
    assert lead.status == "contacted"
    assert lead.responded_at == call.done_at


@pytest.mark.parametrize(("kind", "outcome"), [("task", ""), ("call", "no_answer")])
def test_a_task_or_an_attempt_means_nothing(lead, alice, kind, outcome):
    factories.PlanFactory(owner=alice, created_by=alice, lead=lead, kind=kind).finish(alice, outcome)
    lead.refresh_from_db()
    assert lead.status == "new"


# What deals and leads keep of it


def figures(row):
    row.refresh_from_db()
    return row.next_due_on, row.open_activities


def test_figures_follow_bulk_changes_moves_deletion_and_return(deal, alice, customer):
    other = factories.DealFactory(owner=alice)
    soon, late = localdate() + dt.timedelta(days=1), localdate() + dt.timedelta(days=9)
    one = factories.PlanFactory(owner=alice, created_by=alice, deal=deal, due_on=late)
    two = factories.PlanFactory(owner=alice, created_by=alice, deal=deal, due_on=soon)
    assert figures(deal) == (soon, 2)
    Activity.objects.filter(pk__in=[one.pk, two.pk]).update(deal=other)
    assert (figures(deal), figures(other)) == ((None, 0), (soon, 2))
    two.delete_softly(by=alice)
    assert figures(other) == (late, 1)
    two.undelete(by=alice)
    Activity.objects.filter(deal=other).update(due_on=None)
    assert figures(other) == (None, 2)
    one.refresh_from_db()
    one.finish(alice)
    other.refresh_from_db()
    assert (other.open_activities, other.last_contact_at) == (1, one.done_at)
    assert other.version == 1


@pytest.mark.django_db(transaction=True)
def test_two_statements_over_the_same_deals_do_not_wait_for_each_other_for_ever():
    alice = factories.UserFactory()
    deals = [factories.DealFactory(owner=alice) for _ in range(20)]
    # Each has activities of its own: whoever changes the same ones in another order would wait for those.
    orders = (deals, deals[::-1], deals, deals[::-1])
    plans = [[factories.PlanFactory(owner=alice, created_by=alice, deal=deal).pk for deal in row] for row in orders]
    start, failed = threading.Barrier(4), []

    def change(pks):
        start.wait()
        try:
            for days in range(5):
                Activity.objects.filter(pk__in=pks).update(due_on=now() + dt.timedelta(days=days))
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=change, args=[pks]) for pks in plans]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert [type(error).__name__ for error in failed] == []
