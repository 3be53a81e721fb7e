"""The leads, deals and activities of the demo data: something of everything that the pages show."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import pairwise

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Trunc
from django.utils.timezone import localdate, now

from accounts.models import Absence, Holiday, User
from activities.models import OUTCOMES, Activity, Comment
from crm.models import Event
from deals.forecast import Scope, read_forecast
from deals.forecast_filter import next_month
from deals.models import Deal, ForecastLine, ForecastSnapshot, StageVisit, Target
from deals.past_forecast import read_past
from leads.models import Campaign, Conversion, Lead

# The test database is made only for tests that say they need one.
pytestmark = pytest.mark.django_db
IS_OPEN = Q(status__in=["new", "contacted", "qualified"])


@pytest.fixture(scope="module")
def seeded(django_db_setup, django_db_blocker):
    """Seeded once for all tests of this module, which only look."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("seed", verbosity=0)
        yield
        transaction.set_rollback(True)


def test_leads_stand_in_every_status_and_some_wait_too_long(seeded):
    statuses = Counter(Lead.objects.values_list("status", flat=True))
    assert min(statuses[status] for status in ("new", "contacted", "qualified")) >= 20
    assert statuses["converted"] == 170 and statuses["lost"] > 250
    waiting = Lead.objects.filter(status="new", responded_at=None)
    assert waiting.filter(owner=None).count() >= 3
    assert waiting.filter(response_due_at__lt=now()).count() >= 3
    assert not Lead.objects.filter(response_due_at=None).exists()
    assert not Lead.objects.filter(created_at__gt=now()).exists()
    answered = Lead.objects.exclude(responded_at=None)
    assert 0.1 < answered.filter(responded_at__gt=F("response_due_at")).count() / answered.count() < 0.4
    assert Lead.objects.values("source").distinct().count() == 6
    assert Lead.objects.exclude(campaign=None).count() > 20 and Campaign.objects.count() == 4
    assert Lead.objects.filter(IS_OPEN).values("score").distinct().count() >= 8


def test_converted_leads_lead_to_their_customer_and_often_a_deal(seeded):
    assert Conversion.objects.count() == Lead.objects.filter(status="converted").count()
    assert not Conversion.objects.exclude(customer=F("lead__customer")).exists()
    assert 80 < Conversion.objects.exclude(deal=None).count() < 130
    assert not Conversion.objects.exclude(deal=None).exclude(deal__lead=F("lead")).exists()
    assert not Deal.objects.exclude(lead=None).filter(opened_on__lt=F("lead__created_at__date")).exists()


def test_deals_are_spread_over_all_stages_and_months(seeded):
    today = localdate()
    stages = Counter(Deal.objects.values_list("stage__name", flat=True))
    assert len(stages) == 7 and min(stages.values()) >= 5
    closed = Deal.objects.exclude(closed_on=None)
    assert 0.3 < closed.filter(status="won").count() / closed.count() < 0.6
    assert len(set(closed.values_list("closed_on__year", "closed_on__month"))) >= 12
    assert not closed.filter(closed_on__gte=today).exists()
    assert Deal.objects.filter(status="lost").values("lost_reason").distinct().count() > 5
    open_ones = Deal.objects.filter(status="open")
    assert open_ones.filter(expected_close=None).count() >= 5
    assert open_ones.filter(expected_close__lt=today).count() >= 5
    assert open_ones.filter(expected_close__gte=today).count() >= 30
    assert open_ones.filter(is_committed=True).count() >= 5
    assert open_ones.exclude(probability=None).count() >= 4
    assert open_ones.filter(amount=None).count() >= 4


def test_each_deal_is_in_the_stage_of_its_last_visit(seeded):
    last = StageVisit.objects.filter(left_at=None)
    assert last.count() == 260
    assert not last.exclude(stage=F("deal__stage"), entered_at=F("deal__stage_entered_at")).exists()
    assert not Deal.objects.alias(n=Count("visits")).exclude(n=F("moves") + 1).exists()
    for deal in Deal.objects.prefetch_related("visits"):
        visits = list(deal.visits.all())
        assert all(one.left_at == other.entered_at for one, other in pairwise(visits))


def test_amounts_follow_the_products(seeded):
    by_lines = Deal.objects.filter(amount_from_lines=True)
    assert by_lines.count() > 120
    share = 1 - F("lines__discount") / 100
    assert (
        not by_lines.alias(total=Sum(F("lines__quantity") * F("lines__unit_price") * share))
        .exclude(amount=F("total"))
        .exists()
    )
    assert not Deal.objects.exclude(base_amount=F("amount")).exclude(amount=None).exists()
    assert not Deal.objects.filter(amount=None, status="won").exists()


def test_what_is_next_is_overdue_today_tomorrow_later_undated_or_missing(seeded):
    today = localdate()
    open_ones = Deal.objects.filter(status="open")
    assert open_ones.filter(open_activities=0).count() >= 5
    assert open_ones.filter(open_activities__gt=0, next_due_on=None).count() >= 2
    for days in (Q(next_due_on__lt=today), Q(next_due_on=today), Q(next_due_on__gt=today)):
        assert open_ones.filter(days).count() >= 5
    assert not Deal.objects.exclude(status="open").filter(open_activities__gt=0).exists()
    quiet = [deal for deal in open_ones.select_related("stage") if rots(deal)]
    assert len(quiet) >= 5


def rots(deal):
    since = deal.last_contact_at or deal.created_at
    return (now() - since).days > (deal.stage.rotting_days or 10_000)


def test_the_logins_have_a_full_day(seeded):
    today = localdate()
    for login, least in (("sales", 5), ("manager", 1)):
        user = User.objects.get(email=f"{login}@demo.test")
        planned = Activity.objects.filter(done_at=None).filter(owner=user)
        assert planned.filter(due_on__lte=today).count() >= least
        assert planned.count() >= 3 * least
        assert Deal.objects.filter(status="open").filter(owner=user).count() >= 3
        assert Target.objects.filter(person=user, month=today.replace(day=1)).exists()


def test_what_was_done_lies_in_the_past_with_an_outcome_that_fits(seeded):
    done = Activity.objects.exclude(done_at=None)
    assert not done.filter(done_at__gt=now()).exists()
    for kind, outcomes in OUTCOMES.items():
        assert not done.filter(kind=kind).exclude(outcome__in=["", *outcomes]).exists()
    assert Activity.objects.exclude(pinned_at=None).count() >= 5
    assert Comment.objects.count() >= 30
    assert Activity.objects.exclude(repeats="").count() >= 5
    deals = Activity.objects.exclude(deal=None)
    assert not deals.exclude(Q(customer=F("deal__customer")) | Q(customer=None, deal__customer=None)).exists()


def test_timelines_tell_what_happened(seeded):
    kinds = Counter(Event.objects.values_list("kind", flat=True))
    assert kinds["lead.created"] == 700 and kinds["deal.created"] == 260
    assert kinds["deal.won"] == Deal.objects.filter(status="won").count()
    assert kinds["deal.lost"] == Deal.objects.filter(status="lost").count()
    assert kinds["deal.moved"] > 200
    lost = Event.objects.filter(kind="deal.lost").first()
    assert lost.data["reason"]["text"] and lost.data["stage_to"]["text"] == "Lost"


def test_somebody_is_away_and_holidays_are_known(seeded):
    assert Absence.objects.on(localdate()).count() == 1
    year = localdate().year
    assert Holiday.objects.filter(day=dt.date(year, 12, 25)).exists()
    assert not Holiday.objects.filter(name="Easter Monday").exclude(day__week_day=2).exists()


def test_what_was_forecast_is_kept_for_a_year_and_day_by_day_of_late(seeded):
    today = localdate()
    days = set(ForecastSnapshot.objects.values_list("day", flat=True))
    assert {next_month(today, -number) for number in range(13)} <= days
    assert {today - dt.timedelta(days=number) for number in range(14)} <= days
    assert not ForecastSnapshot.objects.filter(taken_at__gt=now()).exists()
    assert not ForecastLine.objects.filter(month__lt=Trunc("snapshot__day", "month")).exists()


def test_what_came_is_near_what_was_forecast(seeded):
    scope = Scope(User.objects.get(email="admin@demo.test"), next_month(localdate(), -12), 13)
    past = read_past(scope, "", today=localdate())
    assert len(past.complete) == 12
    assert sum(bool(month.won and month.forecast.weighted) for month in past.complete) >= 11
    assert past.total.forecast.committed > 0
    assert 0.5 < past.reached < 2
    assert len(read_past(scope, "halfway", today=localdate()).complete) == 12


def test_the_forecast_of_today_is_as_the_page_has_it(seeded):
    admin, today = User.objects.get(email="admin@demo.test"), localdate()
    lines = read_forecast(Scope(admin, today.replace(day=1), 6), today=today).lines
    kept = ForecastLine.objects.filter(snapshot__day=today).order_by().values("month")
    sums = kept.annotate(n=Sum("open_count"), total_=Sum("total"), by_chance=Sum("weighted"), won_=Sum("won"))
    found = {month: rest for month, *rest in sums.values_list("month", "n", "total_", "by_chance", "won_")}
    assert [found.get(line.first, [0, 0, 0, 0]) for line in lines] == [
        [line.open.count, line.open.total, line.open.weighted, line.won] for line in lines
    ]
