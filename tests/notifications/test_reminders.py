"""Reminders come once, at the right hour by the clock on the wall, whatever crashes, and whoever runs twice."""

from __future__ import annotations

import datetime as dt
import threading
import zoneinfo

import pytest
from django.db import connection, connections

from activities.models import Reminder
from notifications import reminders
from notifications.choosing import attend
from notifications.models import Delivery, Notification, Reminded
from tests import factories

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
NOW = dt.datetime(2026, 5, 4, 9, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


def planned(owner, at, **fields):
    day = at.astimezone(BERLIN).date()
    return factories.PlanFactory(owner=owner, created_by=owner, due_at=at, due_on=day, **fields)


def usual(user, *minutes):
    Delivery.objects.update_or_create(user=user, defaults={"remind_before": list(minutes)})


def every_minute(start, end):
    """When somebody was told, if the job runs each minute."""
    told, now = [], start
    while now <= end:
        if reminders.remind(now):
            told.append(now)
        now += MINUTE
    return told


def test_it_comes_a_quarter_of_an_hour_before_unless_somebody_chose_otherwise(alice):
    plan = planned(alice, NOW + dt.timedelta(minutes=30))
    assert every_minute(NOW, NOW + dt.timedelta(hours=1)) == [NOW + dt.timedelta(minutes=15)]
    row = Notification.objects.get()
    assert (row.user, row.kind, row.subject_id) == (alice, "reminder", plan.pk)


def test_several_offsets_come_each_at_their_time(alice):
    usual(alice, 60, 5)
    planned(alice, NOW + dt.timedelta(hours=2))
    hours = [NOW + dt.timedelta(minutes=60), NOW + dt.timedelta(minutes=115)]
    assert every_minute(NOW, NOW + dt.timedelta(hours=3)) == hours


@pytest.mark.parametrize(
    ("chosen", "after"), [(Reminder.NEVER, []), (Reminder.WHEN_DUE, [30]), (Reminder.MINUTES_5, [25])]
)
def test_what_is_chosen_for_the_one_activity_counts_more_than_what_is_usual(alice, chosen, after):
    planned(alice, NOW + dt.timedelta(minutes=30), remind_before=chosen)
    expected = [NOW + dt.timedelta(minutes=minutes) for minutes in after]
    assert every_minute(NOW, NOW + dt.timedelta(hours=1)) == expected


def test_who_helps_is_reminded_too_and_who_sees_it_no_more_is_not(alice, bob, mona, customer):
    plan = planned(alice, NOW + 15 * MINUTE, customer=customer)
    plan.collaborators.set([bob, mona])
    type(bob).objects.filter(pk=bob.pk).update(team=None)
    reminders.remind(NOW)
    assert set(Notification.objects.values_list("user__name", flat=True)) == {"Alice Owner", "Mona Manager"}


def test_what_is_muted_done_or_deleted_reminds_nobody(alice, customer):
    muted, done, gone = (planned(alice, NOW + 15 * MINUTE, customer=customer) for _ in range(3))
    attend(muted, alice, "muted")
    done.finish(alice)
    gone.delete_softly(by=alice)
    assert reminders.remind(NOW) == 0


def test_what_was_to_be_done_about_a_deleted_record_reminds_nobody(alice, deal):
    planned(alice, NOW + 15 * MINUTE, deal=deal, customer=deal.customer)
    deal.delete_softly(by=alice)
    assert reminders.remind(NOW) == 0


def test_what_is_moved_reminds_anew(alice):
    plan = planned(alice, NOW + 15 * MINUTE)
    assert reminders.remind(NOW) == 1
    later = NOW + dt.timedelta(hours=3)
    plan.reschedule(later.date(), alice, later)
    assert every_minute(NOW, later) == [later - 15 * MINUTE]


def test_what_came_due_while_nothing_ran_is_made_up_once(alice):
    reminders.remind(NOW)
    planned(alice, NOW + dt.timedelta(hours=1))
    assert reminders.remind(NOW + dt.timedelta(hours=2)) == 1
    assert reminders.remind(NOW + dt.timedelta(hours=2)) == 0


def test_of_several_that_are_late_only_the_last_comes(alice):
    usual(alice, 60, 30, 15)
    reminders.remind(NOW)
    planned(alice, NOW + dt.timedelta(hours=2))
    assert reminders.remind(NOW + dt.timedelta(hours=2)) == 1


def test_a_plan_made_within_its_offset_does_not_remind_at_once(alice):
    usual(alice, 1440)
    reminders.remind(NOW)
    planned(alice, NOW + dt.timedelta(hours=3))
    assert every_minute(NOW + MINUTE, NOW + dt.timedelta(hours=4)) == []


def test_the_clock_that_goes_back_reminds_nobody_twice(alice):
    planned(alice, NOW + 15 * MINUTE)
    assert reminders.remind(NOW) == 1
    assert reminders.remind(NOW - dt.timedelta(hours=1)) == 0
    assert reminders.remind(NOW) == 0
    assert Reminded.objects.get(label="activities.activity").until == NOW


@pytest.mark.parametrize(
    ("due", "reminded"),
    [
        # Summer time begins on 29 March 2026 at two o'clock, and ends on 25 October at three.
        ("2026-03-29 10:00", "2026-03-28 10:00"),
        ("2026-10-25 10:00", "2026-10-24 10:00"),
        ("2026-03-30 10:00", "2026-03-29 10:00"),
        ("2026-10-26 02:30", "2026-10-25 02:30"),
        ("2026-03-30 02:30", "2026-03-29 03:30"),  # that day has no half past two
    ],
)
def test_a_day_before_is_the_same_hour_of_the_wall_across_a_clock_change(alice, due, reminded):
    alice.time_zone = "Europe/Berlin"
    alice.save(update_fields=["time_zone"])
    usual(alice, 1440)
    at, expected = (dt.datetime.fromisoformat(text).replace(tzinfo=BERLIN) for text in (due, reminded))
    planned(alice, at.astimezone(dt.UTC))
    expected = expected.astimezone(dt.UTC)
    assert every_minute(expected - dt.timedelta(hours=2), expected + dt.timedelta(hours=2)) == [expected]


def test_minutes_before_are_minutes_that_pass_also_over_a_clock_change(alice):
    alice.time_zone = "Europe/Berlin"
    alice.save(update_fields=["time_zone"])
    usual(alice, 60)
    due = dt.datetime(2026, 3, 29, 3, 30, tzinfo=BERLIN).astimezone(dt.UTC)
    planned(alice, due)
    assert every_minute(due - dt.timedelta(hours=3), due) == [due - dt.timedelta(hours=1)]


@pytest.mark.django_db(transaction=True)
def test_two_schedulers_at_once_remind_once():
    alice = factories.UserFactory(role="sales")
    for _ in range(20):
        planned(alice, NOW + 15 * MINUTE)
    told, gate = [], threading.Barrier(4)

    def run():
        try:
            gate.wait()
            told.append(reminders.remind(NOW))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sum(told) == 20
    assert Notification.objects.count() == 20


def test_a_crash_before_the_commit_reminds_nobody_and_the_next_run_everybody(alice):
    planned(alice, NOW + 15 * MINUTE)

    def crash(execute, sql, params, many, context):
        if sql.startswith('UPDATE "notifications_reminded"'):
            raise KeyboardInterrupt
        return execute(sql, params, many, context)

    with pytest.raises(KeyboardInterrupt), connection.execute_wrapper(crash):
        reminders.remind(NOW)
    assert Notification.objects.count() == 0
    assert reminders.remind(NOW + MINUTE) == 1
