"""The figures of pipelines against their definitions, counted row by row, and against figures known beforehand."""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter, defaultdict
from decimal import Decimal

import pytest
from django.db.models import Q

from dashboard import pipeline_figures as figures
from dashboard.pipeline_pushes import pushes
from dashboard.pipeline_stages import has_reached
from deals.models import Deal, DealLine, Product, Stage, StageVisit
from tests import factories
from tests.dashboard import sales_scene

FIRST, LAST = dt.date(2025, 11, 3), dt.date(2026, 4, 9)


@pytest.fixture
def stages(db):
    return list(Stage.objects.filter(pipeline__position=1).order_by("position"))


@pytest.fixture
def world(alice, bob):
    sales_scene.fill(owners=[alice, bob, None], first=FIRST, last=LAST, deals=150, leads=0, done=0)


def rows():
    return Deal.objects.all()


# Known figures


def test_velocity():
    parts = figures.Velocity(40, Decimal(25_000), Decimal("0.25"), Decimal(90))
    assert round(parts.per_day, 2) == Decimal("2777.78")


def test_velocity_of_a_whole_year_of_sales():
    parts = figures.Velocity(2089, Decimal("2360.9094"), Decimal("0.631501"), Decimal("47.985"))
    assert round(parts.per_day / 100) == 649


@pytest.mark.parametrize(("average", "rate", "days"), [(None, 1, 9), (9, None, 9), (9, 1, None), (9, 1, Decimal(0))])
def test_no_velocity_without_all_its_parts(average, rate, days):
    assert figures.Velocity(3, average, rate, days).per_day is None


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        (8, 10, "0.4902", "0.9433"),
        (0, 10, "0.0000", "0.2775"),
        (10, 10, "0.7225", "1.0000"),
        (15, 30, "0.3315", "0.6685"),
    ],
)
def test_wilson(hits, of, low, high):
    assert [f"{end:.4f}" for end in figures.wilson(hits, of)] == [low, high]


def test_nothing_tells_nothing():
    assert figures.wilson(0, 0) is None
    assert figures.Rate(1, "x").rate is None
    assert not figures.Rate(1, "x").is_few


def test_few_are_flagged():
    assert figures.Rate(1, "x", won=20, lost=9).is_few
    assert not figures.Rate(1, "x", won=20, lost=10).is_few


def test_a_cohort_is_immature_from_five_in_a_hundred_on():
    assert figures.Cohort(FIRST, won=60, lost=35, open=5).is_immature
    assert not figures.Cohort(FIRST, won=60, lost=36, open=4).is_immature
    assert figures.Cohort(FIRST, won=60, lost=36, open=4).rate == Decimal("0.625")


# Against the rows


def slowly(keys):
    counts = defaultdict(lambda: [0, 0, Decimal(0), Decimal(0)])
    for deal in Deal.objects.exclude(status="open"):
        for key in keys(deal):
            place = 0 if deal.status == "won" else 1
            counts[key][place] += 1
            counts[key][place + 2] += deal.base_amount or 0
    return {key: tuple(found) for key, found in counts.items()}


KEYS = {
    "owner": lambda deal: [deal.owner_id],
    "manager": lambda deal: [deal.owner and deal.owner.team_id],
    "source": lambda deal: [deal.source_id],
    "product": lambda deal: {line.product_id for line in deal.lines.all() if line.product_id} or {None},
}


@pytest.mark.parametrize("by", KEYS)
def test_win_rates(world, by, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = figures.win_rates(by, rows())
    assert {rate.key: (rate.won, rate.lost, rate.won_value, rate.lost_value) for rate in found} == slowly(KEYS[by])
    assert [rate.closed for rate in found] == sorted((rate.closed for rate in found), reverse=True)


def test_a_deal_with_two_lines_of_one_product_counts_once(alice):
    deal = factories.DealFactory(owner=alice, at="Won", amount=500)
    lantern, lamp = Product.objects.create(name="Lantern"), Product.objects.create(name="Lamp")
    for position, product in enumerate((lantern, lamp, lantern)):
        DealLine.objects.create(deal=deal, position=position, product=product, quantity=1, unit_price=1)
    found = {rate.label: (rate.won, rate.won_value) for rate in figures.win_rates("product", rows())}
    assert found == {"Lantern": (1, Decimal(500)), "Lamp": (1, Decimal(500))}


def test_the_total_is_the_same_whoever_owns_what(world, alice, django_assert_num_queries):
    with django_assert_num_queries(1):
        before = figures.total_rate(rows())
    assert before == sum(figures.win_rates("owner", rows()), figures.Rate(None, ""))
    Deal.objects.update(owner=alice)
    assert figures.total_rate(rows()) == before


def test_won_by_month(world, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = figures.won_by_month(rows())
    assert list(found) == sorted(found)
    expected = slowly(lambda deal: [deal.closed_on.replace(day=1)])
    assert {month: (r.won, r.lost, r.won_value, r.lost_value) for month, r in found.items()} == expected


def test_days_to_win(world, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = figures.days_to_win(rows())
    for name, statuses in (("won", {"won"}), ("lost", {"lost"}), ("closed", {"won", "lost"})):
        deals = [deal for deal in rows() if deal.status in statuses and deal.opened_on]
        days = [(deal.closed_on - deal.opened_on).days for deal in deals]
        assert found[name].count == len(days)
        assert abs(found[name].mean - Decimal(statistics.mean(days))) < Decimal("0.000001")
        assert found[name].median == Decimal(statistics.median(days))


def test_totals(world, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = figures.totals(rows(), Q(closed_on__gte=dt.date(2026, 1, 1)))
    open_ones = [deal for deal in rows().select_related("stage") if deal.status == "open"]
    assert found.open_deals == len(open_ones)
    assert found.open_value == sum(deal.base_amount or 0 for deal in open_ones)
    assert found.weighted <= found.open_value
    assert found.closed == figures.total_rate(rows().filter(closed_on__gte=dt.date(2026, 1, 1)))
    spells = found.spells["closed"]
    parts = (found.closed.average_won, found.closed.rate, spells.mean)
    assert found.velocity.per_day == found.open_deals * parts[0] * parts[1] / parts[2]


def furthest(deal, ladder):
    been = [visit.stage for visit in deal.visits.all() if visit.stage in ladder]
    been += [deal.stage] if deal.stage in ladder else []
    return max((stage.position for stage in been), default=ladder[0].position)


def test_funnel(world, stages, django_assert_num_queries):
    ladder = stages[:-1]
    with django_assert_num_queries(1):
        steps = figures.funnel(rows(), stages)
    deals = list(rows().select_related("stage").prefetch_related("visits__stage"))
    came = Counter((furthest(deal, ladder), deal.status) for deal in deals)
    for step in steps:
        at = step.stage.position
        assert step.entered == sum(n for (place, _status), n in came.items() if place >= at)
        assert (step.lost, step.open) == (came[at, "lost"], came[at, "open"])
        condition = has_reached(step.stage, stages)
        assert rows().filter(condition).count() == step.entered
        beyond = rows().filter(has_reached(step.stage, stages, further=True)).count()
        assert beyond == (step.further if step.stage.kind != "won" else 0)
    assert [step.stage for step in steps] == ladder
    assert steps[0].entered == len(deals)
    assert all(step.further <= step.entered for step in steps)


def test_a_skipped_stage_counts_as_entered_and_going_back_takes_nothing_away(alice, stages):
    deal = factories.DealFactory(owner=alice, at="New", visit=None)
    StageVisit.objects.all().delete()
    moment = sales_scene.at(FIRST)
    for stage in (stages[0], stages[3], stages[0]):
        StageVisit.objects.create(deal=deal, stage=stage, entered_at=moment, left_at=moment)
    assert [step.entered for step in figures.funnel(rows(), stages)] == [1, 1, 1, 1, 0, 0]
    assert [step.open for step in figures.funnel(rows(), stages)] == [0, 0, 0, 1, 0, 0]


def test_a_deal_without_history_is_where_it_is(alice, stages):
    factories.DealFactory(owner=alice, at="Won")
    factories.DealFactory(owner=alice, at="Lost")
    StageVisit.objects.all().delete()
    assert [step.entered for step in figures.funnel(rows(), stages)] == [2, 1, 1, 1, 1, 1]


def test_stage_times(world, stages, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = figures.stage_times(rows(), stages, Q(left_at__isnull=False))
    stays = defaultdict(lambda: defaultdict(float))
    for visit in StageVisit.objects.filter(left_at__isnull=False, deal__deleted_at=None):
        stays[visit.stage_id][visit.deal_id] += (visit.left_at - visit.entered_at).total_seconds() / 86_400
    assert set(found) == {stage.pk for stage in stages if stage.kind == "open"}
    for pk, spell in found.items():
        days = list(stays[pk].values())
        assert spell.count == len(days)
        assert abs(float(spell.mean) - statistics.mean(days)) < 1e-6
        assert abs(float(spell.median) - statistics.median(days)) < 1e-6


def test_cohorts(world, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = figures.cohorts(rows())
    expected = Counter((deal.opened_on.replace(day=1), deal.status) for deal in rows() if deal.opened_on)
    for cohort in found:
        counted = tuple(expected[cohort.month, status] for status in ("won", "lost", "open"))
        assert (cohort.won, cohort.lost, cohort.open) == counted
    assert sum(cohort.opened for cohort in found) == expected.total()


def test_lost_reasons(world, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = figures.lost_reasons(rows())
    expected = Counter(deal.lost_reason_id for deal in rows() if deal.status == "lost")
    assert {reason.key: reason.count for reason in found} == expected


# Dates moved back


def move(deal, *days):
    for day in days:
        Deal.objects.filter(pk=deal.pk).update(expected_close=day)


def test_a_later_date_is_a_push_and_an_earlier_one_is_none(alice, django_assert_num_queries):
    first, second = (factories.DealFactory(owner=alice, opened_on=None) for _ in range(2))
    day = dt.date(2026, 3, 1)
    move(first, day, day + dt.timedelta(days=10), day, day + dt.timedelta(days=4))
    move(second, day, None, day - dt.timedelta(days=3))
    Deal.objects.filter(pk=first.pk).update(title="Another name")
    with django_assert_num_queries(1):
        found = pushes(rows())
    assert (found["open"].deals, found["open"].times, found["open"].days) == (1, 2, Decimal(14))
    assert found["won"].times == found["lost"].times == 0


def test_a_date_taken_away_and_set_later_is_one_push(alice):
    deal = factories.DealFactory(owner=alice, opened_on=None)
    move(deal, dt.date(2026, 3, 1), None, dt.date(2026, 3, 21))
    assert pushes(rows())["open"].days == 20
    assert pushes(rows())["open"].times == 1


def test_nothing_at_all(db, stages):
    assert figures.win_rates("owner", rows()) == figures.win_rates("product", rows()) == []
    assert figures.cohorts(rows()) == figures.lost_reasons(rows()) == []
    assert figures.won_by_month(rows()) == {}
    assert figures.days_to_win(rows())["won"] == figures.Spell(0, None, None)
    assert {step.entered for step in figures.funnel(rows(), stages)} == {0}
    assert figures.totals(rows(), Q(closed_on__isnull=False)).velocity.per_day is None
    assert pushes(rows())["open"].mean_days is None
