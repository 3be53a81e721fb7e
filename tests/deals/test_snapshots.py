"""Forecasts are kept: once a day, as everybody would see it, whatever becomes of the deals afterwards."""

from __future__ import annotations

import datetime as dt
import threading
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from crm.access import visible
from deals import jobs, snapshots
from deals.forecast import Line, Open, Scope, read_forecast
from deals.models import Deal, ForecastLine, ForecastSnapshot, LostReason, Pipeline, Stage, Target
from deals.setting_up import remove
from tests import factories
from tests.factories import DealFactory, stage_called

TODAY = dt.date(2026, 11, 20)
OCTOBER, NOVEMBER = dt.date(2026, 10, 1), dt.date(2026, 11, 1)
WITHOUT = Line(NOVEMBER, NOVEMBER)


@pytest.fixture(autouse=True)
def _in_november(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_args, **_more: TODAY)


def due(day, **more):
    return DealFactory(expected_close=day, opened_on=None, **more)


def won(day, **more):
    return DealFactory(at="Won", closed_on=day, opened_on=None, **more)


@pytest.fixture
def season(alice, bob):
    """Deals of all kinds, of a team, of a stranger and of nobody, in two pipelines, over four months."""
    other = Stage.objects.create(
        pipeline=Pipeline.objects.create(name="Partners", position=2), name="First", position=1, probability=5
    )
    owners = (alice, bob, factories.UserFactory(), None)
    for number in range(48):
        day = dt.date(2026, 10, 25) + dt.timedelta(days=number * 2)
        at = ("New", "Proposal", "Negotiation", "Won", "Lost", "New")[number % 6]
        more = {"owner": owners[number % 4], "amount": Decimal(100 + number) / 3}
        if at in {"Won", "Lost"}:
            DealFactory(at=at, opened_on=None, closed_on=min(day, TODAY), expected_close=day, **more)
        else:
            more["stage"] = other if number % 5 == 0 else stage_called(at)
            due(None if number % 7 == 0 else day, is_committed=number % 3 == 0, **more)


def scope(user, months=6, first=NOVEMBER, **more):
    return Scope(user, first, months, owner=user if user.role == "sales" else None, **more)


def kept(whose):
    """What was kept, month by month, as the forecast has it."""
    found = dict.fromkeys(whose.all_months, WITHOUT)
    for line in whose.kept().order_by("month"):
        before = found[line.month]
        found[line.month] = Line(
            line.month,
            line.month,
            before.open + Open(line.open_count, line.total, line.weighted, line.committed),
            before.won_count + line.won_count,
            before.won + line.won,
        )
    return [(line.open, line.won_count, line.won) for line in found.values()]


def forecast(whose):
    return [(line.open, line.won_count, line.won) for line in read_forecast(whose, today=TODAY).lines]


# Refusals


@pytest.mark.parametrize("who", ["gus", "charlie"])
def test_who_does_not_sell_sees_nothing_that_was_kept(request, who, season):
    snapshots.take(TODAY)
    user = request.getfixturevalue(who)
    assert not visible(ForecastSnapshot, user).exists()
    assert not visible(ForecastLine, user).exists()


def test_managers_see_their_team_and_what_is_nobodys_and_sales_their_own(season, alice, bob, mona, rita, ada):
    snapshots.take(TODAY)
    owners = {who: set(visible(ForecastLine, who).values_list("owner", flat=True)) for who in (alice, mona, rita, ada)}
    assert owners[alice] == {alice.pk}
    assert owners[mona] == {alice.pk, bob.pk, None}
    assert owners[rita] == owners[ada] > owners[mona]


@pytest.mark.parametrize("who", ["alice", "mona", "rita", "ada"])
def test_nobody_changes_what_was_kept(request, who, season):
    snapshots.take(TODAY)
    user = request.getfixturevalue(who)
    assert not ForecastSnapshot.objects.editable_by(user).exists()
    assert not ForecastLine.objects.editable_by(user).exists()


@pytest.mark.parametrize(
    "wrong",
    [{"month": TODAY}, *({"month": OCTOBER, name: -1} for name in ("open_count", "total", "weighted", "won")), {}],
    ids=str,
)
def test_the_database_refuses_nonsense_and_a_second_line(db, wrong):
    snapshot = ForecastSnapshot.objects.create(day=TODAY)
    line = {"snapshot": snapshot, "month": NOVEMBER, "pipeline": Pipeline.objects.first()}
    ForecastLine.objects.create(**line)
    with pytest.raises(IntegrityError), transaction.atomic():
        ForecastLine.objects.create(**line | wrong)


def test_taken_twice_it_stays_as_it_was_at_first(season, ada):
    assert snapshots.take(TODAY)
    before = kept(scope(ada))
    due(dt.date(2026, 11, 25), owner=ada)
    assert not snapshots.take(TODAY)
    assert kept(scope(ada)) == before
    assert ForecastSnapshot.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_take_it_at_once_make_one():
    due(dt.date(2026, 11, 25))
    found, start = [], threading.Barrier(4)

    def take():
        start.wait()
        try:
            found.append(snapshots.take(TODAY))
        finally:
            connection.close()

    threads = [threading.Thread(target=take) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(found) == [False, False, False, True]
    assert (ForecastSnapshot.objects.count(), ForecastLine.objects.count()) == (1, 1)


# What is kept


@pytest.mark.parametrize("who", ["ada", "rita", "mona", "alice"])
@pytest.mark.parametrize("narrowed", ["", "pipeline", "team"])
def test_it_is_what_everybody_sees_at_that_moment(request, who, narrowed, season, team):
    snapshots.take(TODAY)
    chosen = {"": {}, "pipeline": {"pipeline": Pipeline.objects.get(name="Partners")}, "team": {"team": team}}
    whose = scope(request.getfixturevalue(who), **chosen[narrowed])
    found = forecast(whose)
    assert kept(whose) == found
    assert any(line != found[-1] for line in found)


def test_overdue_undated_lost_and_deleted_deals_are_not_kept(ada):
    due(TODAY - dt.timedelta(days=1))
    due(None)
    won(dt.date(2026, 10, 31))
    DealFactory(at="Lost", closed_on=TODAY, opened_on=None, expected_close=TODAY)
    due(TODAY).delete_softly(by=ada)
    won(TODAY).delete_softly(by=ada)
    assert snapshots.take(TODAY)
    assert not ForecastLine.objects.exists()


def test_sums_have_more_digits_than_an_amount(db, alice):
    for _time in range(2):
        due(TODAY, owner=alice, amount=Decimal("99999999999999.99"))
    snapshots.take(TODAY)
    assert ForecastLine.objects.get().total == Decimal("199999999999999.98")


def test_what_becomes_of_the_deals_changes_nothing_of_it(season, ada, bob):
    snapshots.take(TODAY)
    before = list(ForecastLine.objects.order_by("pk").values())
    open_ones = list(Deal.objects.filter(status="open", expected_close__gte=TODAY).order_by("pk"))
    open_ones[0].delete_softly(by=ada)
    open_ones[1].move(stage_called("Won"), by=ada, moves=open_ones[1].moves, today=TODAY)
    open_ones[2].lose(LostReason.objects.filter(for_deals=True).first(), by=ada)
    Deal.objects.filter(pk=open_ones[3].pk).update(owner=bob, expected_close=None, amount=1, base_amount=1)
    deal = Deal.objects.filter(status="won").first()
    deal.reopen(by=ada)
    assert list(ForecastLine.objects.order_by("pk").values()) == before


def test_stages_can_still_be_removed(ada):
    first, second = Stage.objects.filter(kind="open", pipeline__position=1).order_by("position")[:2]
    deal = due(TODAY, stage=first)
    snapshots.take(TODAY)
    deal.move(second, by=ada, moves=0, today=TODAY)
    remove(first, second, by=ada)
    assert ForecastLine.objects.get().open_count == 1


def test_targets_are_no_part_of_it(alice):
    Target.objects.create(person=alice, month=NOVEMBER, amount=9)
    snapshots.take(TODAY)
    assert not ForecastLine.objects.exists()


# Every night


def test_the_worker_takes_it_once_a_day(db, monkeypatch):
    monkeypatch.setattr(jobs, "today", lambda: TODAY)
    for hour in range(3):
        jobs.keep_forecast(hour)
    assert list(ForecastSnapshot.objects.values_list("day", flat=True)) == [TODAY]


def test_after_a_hundred_days_the_firsts_of_months_and_mondays_are_left(db, monkeypatch, ada):
    ForecastSnapshot.objects.bulk_create(
        ForecastSnapshot(day=TODAY - dt.timedelta(days=number)) for number in range(1, 401)
    )
    old = ForecastSnapshot.objects.get(day=dt.date(2026, 3, 3))
    ForecastLine.objects.create(snapshot=old, month="2026-03-01", pipeline=Pipeline.objects.first(), owner=ada)
    monkeypatch.setattr(jobs, "today", lambda: TODAY)
    jobs.keep_forecast(0)
    days = set(ForecastSnapshot.objects.values_list("day", flat=True))
    young = {day for day in days if (TODAY - day).days <= 100}
    assert len(young) == 101
    assert days - young == {
        day
        for day in (TODAY - dt.timedelta(days=number) for number in range(101, 401))
        if day.day == 1 or day.weekday() == 0
    }
    assert not ForecastLine.objects.exists()
    assert snapshots.thin(TODAY) == 0
