"""Kept figures of the report are those of the rows, right after every change; and nothing else spoils them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import User
from crm.moments import organisation_zone
from dashboard import pipeline_kept
from dashboard.models import KeptFigures, PipelineStamp
from dashboard.periods import Period
from dashboard.pipeline_forms import PipelineQuery
from dashboard.pipeline_kept import figures_of
from dashboard.sales_scope import Selling
from deals.models import Deal, DealLine, LostReason, Product, Stage, StageVisit
from leads.models import Source
from tests import factories
from tests.dashboard import sales_scene

FIRST, LAST = dt.date(2025, 11, 3), dt.date(2026, 4, 9)
YEAR = Period(dt.date(2025, 5, 1), LAST)


@pytest.fixture
def world(alice, bob, mona, ada, rita):
    sales_scene.fill(owners=[alice, bob, None], first=FIRST, last=LAST, deals=40, leads=0, done=0)
    Product.objects.create(name="Lantern")
    return [alice, mona, ada, rita]


def query_of(user, period=YEAR, **scope):
    stages = list(Stage.objects.filter(pipeline__position=1).select_related("pipeline").order_by("position"))
    zone = organisation_zone()
    return PipelineQuery(Selling(user, **scope), stages[0].pipeline, stages, period, zone, timezone.now())


def is_right(users):
    """What is kept by now equals what the rows say, at the first look and at the second."""
    for query in map(query_of, users):
        counted = pipeline_kept._counted(query)
        assert figures_of(query) == counted
        assert figures_of(query) == counted


def a_visit():
    return StageVisit.objects.filter(left_at__isnull=False).first()


CHANGES = {
    "a new deal": lambda: factories.DealFactory(at="Won", amount=70),
    "an owner": lambda: Deal.objects.update(owner=User.objects.get(name__startswith="Bob")),
    "an amount": lambda: Deal.objects.filter(status="open").update(amount=9, base_amount=9),
    "a source": lambda: Deal.objects.update(source=Source.objects.create(name="Word of mouth")),
    "a chance": lambda: Deal.objects.filter(status="open").update(probability=3),
    "a reason": lambda: Deal.objects.filter(status="lost").update(lost_reason=LostReason.objects.last()),
    "no days of opening": lambda: Deal.objects.update(opened_on=None),
    "a later date": lambda: Deal.objects.filter(status="open").update(expected_close=dt.date(2031, 1, 1)),
    "deleted deals": lambda: Deal.objects.filter(status="won").update(deleted_at=timezone.now()),
    "a shorter stay": lambda: StageVisit.objects.filter(pk=a_visit().pk).update(entered_at=a_visit().left_at),
    "no history": lambda: StageVisit.objects.all().delete(),
    "a line": lambda: DealLine.objects.create(
        deal=Deal.objects.filter(status="won").first(),
        position=90,
        product=Product.objects.first(),
        quantity=1,
        unit_price=1,
    ),
    "no lines": lambda: DealLine.objects.all().delete(),
    "a person's name": lambda: User.objects.update(name="Somebody Else"),
    "a person's team": lambda: User.objects.filter(name__startswith="Alice").update(team=None),
    "a source's name": lambda: Source.objects.filter(pk=Deal.objects.exclude(source=None).first().source_id).update(
        name="Renamed"
    ),
    "a product's name": lambda: Product.objects.filter(name="Lantern").update(name="Lamp"),
    "a reason's name": lambda: LostReason.objects.filter(pk=LostReason.objects.first().pk).update(name="Renamed"),
    "a stage's chance": lambda: Stage.objects.filter(kind="open").update(probability=1),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_figures_are_right_at_once_after_a_change(world, change):
    is_right(world)
    change()
    is_right(world)


def test_what_is_not_counted_spoils_nothing(world, alice, django_assert_num_queries):
    figures_of(query_of(alice))
    Deal.objects.update(title="Another title", rank=7, next_due_on=LAST, is_committed=True)
    User.objects.update(last_login=timezone.now())
    Deal.objects.filter(pk=0).delete()
    query = query_of(alice)
    with django_assert_num_queries(1):
        figures_of(query)


def test_each_has_their_own(world, alice, bob, mona, ada):
    asked = [query_of(alice), query_of(bob), query_of(mona), query_of(ada), query_of(ada, team=alice.team_id)]
    asked += [query_of(ada, person=bob.pk), query_of(ada, person="none"), query_of(ada, Period(FIRST, FIRST))]
    for query in asked * 2:
        assert figures_of(query) == pipeline_kept._counted(query)


def test_whoever_is_moved_to_another_team_sees_its_figures(world, mona, ada):
    figures_of(query_of(mona))
    mona.team = factories.TeamFactory(name="Elsewhere")
    mona.save()
    is_right([mona])


def test_stamps_are_added_up(world, alice):
    figures_of(query_of(alice))
    total = sum(stamp.n for stamp in PipelineStamp.objects.all())
    PipelineStamp.fold()
    assert [stamp.n for stamp in PipelineStamp.objects.all()] == [total]
    PipelineStamp.fold()
    kept = KeptFigures.objects.get(key__startswith="pipeline")
    assert kept.stamp == str(total)
