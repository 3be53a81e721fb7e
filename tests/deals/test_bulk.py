"""Many deals at once: each by its verb; what does not go stays and is counted; one click takes it back."""

from __future__ import annotations

import re

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from crm.models import Event
from deals.models import Deal, LostReason
from tests.factories import DealFactory, stage_called

URL = "/deals/list/bulk/"


@pytest.fixture
def reason(db):
    return LostReason.objects.filter(for_deals=True).first()


@pytest.fixture
def three(alice):
    return [DealFactory(owner=alice, title=title) for title in ("One", "Two", "Three")]


@pytest.fixture
def do(client, alice):
    client.force_login(alice)

    def send(deals, *, htmx=False, **data):
        data = {"chosen": [deal.pk for deal in deals]} | data
        return client.post(URL, data, headers={"HX-Request": "true"} if htmx else {})

    return send


def said(response):
    return [(str(message), message.extra_tags) for message in get_messages(response.wsgi_request)][-1]


def test_moved_and_taken_back(do, client, three):
    to = stage_called("Qualified")
    response = do(three, deed="move", to=to.pk)
    sentence, undo = said(response)
    assert sentence == "3 deals were moved to “Qualified”."
    assert Deal.objects.filter(stage=to).count() == 3
    assert Event.objects.filter(kind="deal.moved").count() == 3
    assert said(client.post(undo))[0] == "3 deals are as they were."
    assert Deal.objects.filter(stage=stage_called("New")).count() == 3
    assert said(client.post(undo))[0] == "That can no longer be taken back."


def test_what_does_not_go_stays_and_is_counted(do, three):
    Deal.objects.filter(pk=three[0].pk).update(amount=None, base_amount=None)
    sentence, _undo = said(do(three, deed="move", to=stage_called("Proposal").pk))
    assert sentence.startswith("2 deals were moved to “Proposal”. 1 left:")
    assert "needs: Amount" in sentence


def test_what_has_moved_on_is_not_taken_back(do, client, three, alice):
    _sentence, undo = said(do(three, deed="move", to=stage_called("Qualified").pk))
    Deal.objects.get(pk=three[0].pk).move(stage_called("Needs analysis"), by=alice)
    assert said(client.post(undo))[0] == "2 deals are as they were."
    assert Deal.objects.filter(stage=stage_called("Needs analysis")).count() == 1


def test_losing_asks_for_the_reason(do, three, reason, nothing_changed):
    with nothing_changed:
        response = do(three, deed="lose", htmx=True)
    assert (response.status_code, response["HX-Retarget"]) == (422, "#drawer-body")
    assert "3 deals are lost" in response.content.decode()
    assert len(re.findall('name="chosen"', response.content.decode())) == 3


def test_moving_to_the_lost_asks_too(do, three, nothing_changed):
    with nothing_changed:
        assert do(three, deed="move", to=stage_called("Lost").pk).status_code == 422


def test_lost_with_a_reason_and_taken_back(do, client, three, reason):
    response = do(three, deed="lose", asked=1, reason=reason.pk, note="The fair was cancelled.")
    sentence, undo = said(response)
    assert sentence == "3 deals were marked as lost."
    assert set(Deal.objects.values_list("status", "lost_reason", "lost_note")) == {
        ("lost", reason.pk, "The fair was cancelled.")
    }
    client.post(undo)
    assert set(Deal.objects.values_list("status", "lost_reason", "stage__name")) == {("open", None, "New")}


@pytest.mark.parametrize("wrong", ["", "x", "1000000000"])
def test_without_a_reason_nobody_loses(do, three, wrong, nothing_changed):
    with nothing_changed:
        assert do(three, deed="lose", asked=1, reason=wrong).status_code == 422


def test_given_to_somebody_else_and_taken_back(do, client, three, mona, bob, alice):
    client.force_login(mona)
    assert do(three, deed="assign").status_code == 422
    sentence, undo = said(do(three, deed="assign", asked=1, owner=bob.pk))
    assert sentence == "3 deals were given to Bob Teammate."
    assert set(Deal.objects.values_list("owner", flat=True)) == {bob.pk}
    client.post(undo)
    assert set(Deal.objects.values_list("owner", flat=True)) == {alice.pk}


def test_nobody_gets_back_a_deal_after_they_have_left(do, client, three, mona, bob, alice):
    client.force_login(mona)
    _sentence, undo = said(do(three, deed="assign", asked=1, owner=bob.pk))
    type(alice).objects.filter(pk=alice.pk).update(is_active=False)
    assert said(client.post(undo))[0] == "0 deals are as they were."
    assert set(Deal.objects.values_list("owner", flat=True)) == {bob.pk}


def test_sales_give_nothing_to_others(do, three, bob, nothing_changed):
    with nothing_changed:
        assert do(three, deed="assign", asked=1, owner=bob.pk).status_code == 422


def test_all_that_the_list_holds(do, three, alice):
    DealFactory(owner=alice, title="Other", amount=5)
    response = do([], deed="move", to=stage_called("Qualified").pk, everything=1, query="amount_from=100")
    assert said(response)[0] == "3 deals were moved to “Qualified”."


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"deed": "burn"},
        {"deed": "move"},
        {"deed": "move", "to": "1000000000"},
        {"deed": "move", "to": "x"},
        {"deed": "move", "chosen": ["x"]},
        {"deed": "lose", "chosen": []},
        {"deed": "lose", "chosen": ["1000000000"]},
        {"deed": "lose", "everything": "1", "query": "nothing=1"},
    ],
)
def test_nonsense_is_refused(do, three, data, nothing_changed):
    with nothing_changed:
        response = do(three, **data)
    assert response.status_code == 422


def test_somebody_elses_deal_is_not_among_the_chosen(do, three, bob, nothing_changed):
    other = DealFactory(owner=bob)
    before = Deal.objects.values().get(pk=other.pk)
    assert do([*three, other], deed="move", to=stage_called("Qualified").pk).status_code == 422
    assert Deal.objects.values().get(pk=other.pk) == before


def test_too_many_at_one_go(do, three, monkeypatch, nothing_changed):
    monkeypatch.setattr("deals.bulk.MOST", 2)
    with nothing_changed:
        response = do(three, deed="move", to=stage_called("Qualified").pk)
    assert "At most 2 deals" in response.content.decode()


def test_the_bar_offers_the_stages(client, alice, three):
    client.force_login(alice)
    page = client.get(reverse("deals:list")).content.decode()
    assert 'id="bulk"' in page
    assert "Move to…" in page
