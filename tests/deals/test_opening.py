"""A new deal: where it begins, what it is worth, what is refused."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils.timezone import localdate

from crm.models import Event, ExchangeRate
from deals.lines import Line
from deals.models import Pipeline
from deals.moves import Lacking
from deals.opening import open_deal
from tests.factories import stage_called


def test_it_works(alice, customer):
    deal = open_deal(by=alice, title="Lanterns", owner=alice, customer=customer, amount=Decimal("12.50"))
    assert (deal.stage.name, deal.status, deal.opened_on) == ("New", "open", localdate())
    assert (deal.base_amount, deal.currency, deal.created_by) == (Decimal("12.50"), "EUR", alice)
    (visit,) = deal.visits.all()
    assert (visit.stage, visit.by, visit.left_at) == (deal.stage, alice, None)
    event = Event.objects.get()
    assert (event.kind, event.customer, event.data["title"]) == ("deal.created", customer, "Lanterns")


def test_with_nothing_but_a_title(alice):
    deal = open_deal(by=alice, title="Lanterns", opened_on=None)
    assert (deal.amount, deal.base_amount, deal.owner, deal.customer, deal.company, deal.opened_on) == (None,) * 6


def test_the_newest_stands_at_the_top(alice):
    first, second = (open_deal(by=alice, title=title, owner=alice) for title in ("One", "Two"))
    assert second.rank < first.rank


def test_in_another_currency_it_is_worth_what_the_rate_says(alice):
    ExchangeRate.objects.create(currency="USD", day=dt.date(2020, 1, 1), rate=Decimal("0.5"))
    assert open_deal(by=alice, title="Lanterns", amount=Decimal(10), currency="USD").base_amount == 5


def test_products_may_make_the_amount(alice):
    lines = [
        Line(None, "Lantern", Decimal(3), Decimal("10"), Decimal("50")),
        Line(None, "Rope", Decimal(1), Decimal(2)),
    ]
    follows = open_deal(by=alice, title="Lanterns", lines=lines, amount=Decimal(1), amount_from_lines=True)
    assert (follows.amount, follows.base_amount, follows.lines.count()) == (17, 17, 2)
    stays = open_deal(by=alice, title="Lanterns", lines=lines, amount=Decimal(1))
    assert (stays.amount, stays.base_amount) == (1, 1)
    follows.set_products([], by=alice)
    assert (follows.amount, follows.base_amount, follows.version) == (None, None, follows.version)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"amount": Decimal(-1)}, "must not be negative"),
        ({"amount": Decimal(10) ** 30}, "too large"),
        ({"amount": Decimal(1), "currency": "XXX"}, "no exchange rate"),
        ({"title": ""}, "title"),
        ({"opened_on": dt.date(2026, 5, 2), "expected_close": dt.date(2026, 5, 1)}, "before the day"),
        ({"probability": 101}, "percent"),
    ],
)
def test_nonsense_is_refused(alice, fields, sentence, nothing_changed):
    with nothing_changed, pytest.raises(ValidationError, match=sentence):
        open_deal(by=alice, **{"title": "Lanterns"} | fields)


def test_what_the_stage_asks_for_is_asked_at_the_beginning_too(alice, nothing_changed):
    with nothing_changed, pytest.raises(Lacking) as caught:
        open_deal(by=alice, title="Lanterns", stage=stage_called("Negotiation"), amount=Decimal(1))
    assert caught.value.names == ["expected_close"]


@pytest.mark.parametrize("stage", ["Won", "Lost"])
def test_no_deal_begins_closed(alice, stage, nothing_changed):
    with nothing_changed, pytest.raises(ValidationError, match="begins in an open stage"):
        open_deal(by=alice, title="Lanterns", stage=stage_called(stage))


def test_without_a_pipeline_in_use_there_is_a_sentence(alice, nothing_changed):
    Pipeline.objects.update(is_active=False)
    with nothing_changed, pytest.raises(ValidationError, match="set one up"):
        open_deal(by=alice, title="Lanterns")
