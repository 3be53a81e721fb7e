"""What admins set up: pipelines, stages, products, reasons; and targets by person and month."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from crm.models import Event
from deals.models import LostReason, Pipeline, Product, Stage, StageVisit, Target
from tests import factories
from tests.customers.edits import opened
from tests.deals.doing import errors
from tests.factories import stage_called


@pytest.fixture
def as_ada(client, ada):
    client.force_login(ada)
    return client


def url(name, *args):
    return reverse(f"deals:{name}", args=args)


def names(pipeline=None):
    stages = Stage.objects.filter(pipeline=pipeline or Pipeline.objects.first()).order_by("position")
    return list(stages.values_list("name", flat=True))


def test_a_new_pipeline_comes_with_its_stages(as_ada):
    as_ada.post(url("create_pipeline"), {"name": "Partners", "position": "2", "is_active": "on"})
    made = Pipeline.objects.get(name="Partners")
    assert list(made.stages.order_by("position").values_list("kind", flat=True)) == ["open", "open", "won", "lost"]
    assert "Partners" in as_ada.get(url("setup")).content.decode()


def test_a_new_stage_stands_before_the_end(as_ada):
    pipeline = Pipeline.objects.get()
    data = {"name": "Trial", "probability": "60", "rotting_days": "7", "required": ["owner", "amount"]}
    assert as_ada.post(url("create_stage", pipeline.pk), data).status_code == 302
    assert names()[-3:] == ["Trial", "Won", "Lost"]
    stage = Stage.objects.get(name="Trial")
    assert (stage.rotting_days, stage.required) == (7, ["amount", "owner"])


def test_a_stage_is_changed(as_ada):
    stage = stage_called("Proposal")
    page = url("stage", stage.pk)
    as_ada.post(page, opened(as_ada, page) | {"name": "Offer", "probability": "55", "required": ["lines"]})
    stage.refresh_from_db()
    assert (stage.name, stage.probability, stage.required) == ("Offer", 55, ["lines"])


def test_won_keeps_its_probability(as_ada):
    page = url("stage", stage_called("Won").pk)
    assert "probability" not in opened(as_ada, page)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "\u200b"}, "name"),
        ({"name": "won"}, "name"),
        ({"probability": "101"}, "probability"),
        ({"probability": "-1"}, "probability"),
        ({"rotting_days": "0"}, "rotting_days"),
        ({"rotting_days": "99999"}, "rotting_days"),
        ({"required": ["everything"]}, "required"),
    ],
)
def test_nonsense_in_a_stage_is_refused(as_ada, typed, field, nothing_changed):
    page = url("stage", stage_called("Proposal").pk)
    data = opened(as_ada, page) | typed
    with nothing_changed:
        response = as_ada.post(page, data)
    assert response.status_code == 422
    assert field in errors(response)


def test_stages_change_places(as_ada):
    before = names()
    as_ada.post(url("stage_down", stage_called("New").pk))
    assert names()[:2] == before[1::-1]
    as_ada.post(url("stage_up", stage_called("New").pk))
    as_ada.post(url("stage_up", Stage.objects.get(name="New").pk))
    as_ada.post(url("stage_down", Stage.objects.get(name="Negotiation").pk))
    assert names() == before


def test_a_stage_with_deals_is_not_deleted(as_ada, alice, nothing_changed):
    stage = stage_called("Qualified")
    deal = factories.DealFactory(owner=alice, at="Qualified")
    deal.delete_softly(by=alice)
    response = as_ada.post(url("delete_stage", stage.pk), {"into": stage_called("New").pk})
    assert response.status_code == 422
    assert "1 deal is in “Qualified”" in response.content.decode()
    assert Stage.objects.filter(pk=stage.pk).exists()


def test_an_empty_stage_is_deleted_and_its_days_count_elsewhere(as_ada, alice):
    stage, into = stage_called("Qualified"), stage_called("New")
    deal = factories.DealFactory(owner=alice, at="Qualified")
    deal.move(stage_called("Needs analysis"), by=alice)
    assert as_ada.post(url("delete_stage", stage.pk), {"into": into.pk}).status_code == 302
    assert "Qualified" not in names()
    assert StageVisit.objects.filter(deal=deal, stage=into).count() == 1
    assert Event.objects.filter(kind="stage.deleted").exists()


@pytest.mark.parametrize("name", ["Won", "Lost"])
def test_the_ends_of_a_pipeline_stay(as_ada, name, nothing_changed):
    with nothing_changed:
        response = as_ada.post(url("delete_stage", stage_called(name).pk), {"into": stage_called("New").pk})
    assert response.status_code == 422


def test_products_and_reasons(as_ada):
    as_ada.post(
        url("create_product"), {"name": "Rope", "sku": "R1", "price": "9.5", "currency": "EUR", "is_active": "on"}
    )
    as_ada.post(url("create_reason"), {"name": "Moved abroad", "for_deals": "on", "is_active": "on"})
    assert Product.objects.get().price == 9.5
    assert LostReason.objects.filter(name="Moved abroad", for_leads=False).exists()
    assert "Rope" in as_ada.get(url("products")).content.decode()


@pytest.mark.parametrize(
    ("page", "data"),
    [
        ("create_product", {"name": "Rope", "price": "-1", "currency": "EUR"}),
        ("create_product", {"name": "Rope", "price": "NaN", "currency": "EUR"}),
        ("create_product", {"name": "Rope", "price": "1e30", "currency": "EUR"}),
        ("create_product", {"name": "Rope", "currency": "XXX"}),
        ("create_reason", {"name": "price", "for_deals": "on"}),
        ("create_reason", {"name": ""}),
        ("create_pipeline", {"name": "SALES", "position": "1"}),
        ("create_pipeline", {"name": "Other", "position": "-1"}),
    ],
)
def test_nonsense_in_the_set_up_is_refused(as_ada, page, data, nothing_changed):
    with nothing_changed:
        assert as_ada.post(url(page), data).status_code == 422


# Targets


TARGETS = "/deals/targets/?year=2031"


def fill(client, **typed):
    return client.post(TARGETS, opened(client, TARGETS) | typed)


def test_targets_by_person_and_month(as_ada, alice):
    box = f"t-{alice.pk}-3"
    assert fill(as_ada, **{box: "25000"}).status_code == 302
    target = Target.objects.get()
    assert (target.person, target.month, target.amount) == (alice, dt.date(2031, 3, 1), 25000)
    fill(as_ada, **{box: "26 000.50"})
    target.refresh_from_db()
    assert str(target.amount) == "26000.5000"
    fill(as_ada, **{box: ""})
    assert not Target.objects.exists()
    assert list(Event.objects.order_by("pk").values_list("kind", flat=True)) == [
        "target.created",
        "target.changed",
        "target.deleted",
    ]


@pytest.mark.parametrize("typed", ["-1", "NaN", "Infinity", "1e30", "1.23456", "much", "9" * 40])
def test_targets_that_cannot_be_are_refused(as_ada, alice, typed, nothing_changed):
    with nothing_changed:
        response = fill(as_ada, **{f"t-{alice.pk}-3": typed})
    assert response.status_code == 422
    assert "Alice Owner, March 2031" in response.content.decode()


@pytest.mark.parametrize("typed", ["9" * 20, "1e30", str(10**14)])
def test_a_target_too_large_is_called_so(as_ada, alice, typed, nothing_changed):
    with nothing_changed:
        text = fill(as_ada, **{f"t-{alice.pk}-3": typed}).content.decode()
    assert "The amount is too large to be kept." in text
    assert "not negative" not in text


def test_managers_set_those_of_their_team(client, mona, alice, team, nothing_changed):
    other = factories.UserFactory()
    client.force_login(mona)
    data = opened(client, TARGETS)
    assert f"t-{alice.pk}-1" in data
    assert f"t-{other.pk}-1" not in data
    with nothing_changed:
        client.post(TARGETS, data | {f"t-{other.pk}-1": "5"})


def test_two_who_set_one_target_are_told(as_ada, alice):
    data = opened(as_ada, TARGETS)
    box = f"t-{alice.pk}-3"
    as_ada.post(TARGETS, data | {box: "1"})
    assert as_ada.post(TARGETS, data | {box: "2"}).status_code == 409
    assert Target.objects.get().amount == 1


@pytest.mark.parametrize("query", ["year=1", "year=x", "year=99999"])
def test_years_of_this_era(as_ada, query):
    assert as_ada.get(f"/deals/targets/?{query}").status_code == 400
