"""Moving a card: what is refused leaves everything as it was; what works answers with both columns' heads."""

from __future__ import annotations

import json
import re
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.models import Event
from deals.models import Deal, LostReason, Pipeline, Stage
from tests import factories
from tests.conftest import unchanged
from tests.factories import DealFactory, stage_called


@pytest.fixture
def send(client, alice, deal):
    """Alice moves the deal on her board; what is given takes the place of what a drag sends."""
    client.force_login(alice)

    def sent(stage="Qualified", *, address="http://testserver/deals/", htmx=True, about=deal, **more):
        stage = stage if isinstance(stage, Stage) else stage_called(stage)
        data = {"to": stage.pk, "moves": about.moves, "left": about.stage_id, "before": "", "after": ""} | more
        headers = {"HX-Request": "true", "HX-Current-URL": address} if htmx else {}
        return client.post(reverse("deals:move", args=[about.pk]), data, headers=headers)

    return sent


@pytest.fixture
def reason(db):
    return LostReason.objects.filter(for_deals=True).first()


def toast(response):
    return json.loads(response["HX-Trigger"])["toast"]


def text_of(response):
    return response.content.decode().replace("\xa0", " ")


# Refusals


def test_who_was_slower_hears_who_moved_it_where_and_gets_the_columns_again(send, deal, bob, nothing_changed):
    Deal.objects.get(pk=deal.pk).move(stage_called("Needs analysis"), by=bob, moves=0)
    with nothing_changed:
        response = send("Qualified")
    assert response.status_code == 409
    assert toast(response) == {
        "text": "Bob Teammate has moved “Forty lanterns” to “Needs analysis” in the meantime.",
        "level": "error",
    }
    for name in ("New", "Qualified", "Needs analysis"):
        assert f'id="column-{stage_called(name).pk}"' in text_of(response)
    assert f'id="column-{stage_called("Proposal").pk}"' not in text_of(response)


def test_a_foreign_stage_is_refused(send, nothing_changed):
    other = Pipeline.objects.create(name="Partners", position=2)
    stage = Stage.objects.create(pipeline=other, name="First", position=1, probability=5)
    with nothing_changed:
        response = send(stage)
    assert response.status_code == 422
    assert "no stage of this deal" in text_of(response)


@pytest.mark.parametrize(
    "bad",
    [
        {"to": ""},
        {"to": "x"},
        {"to": 10**9},
        {"moves": ""},
        {"moves": "-1"},
        {"moves": 2**40},
        {"before": "x"},
        {"before": 2**70},
        {"after": "-5"},
        {"left": "NaN"},
    ],
)
def test_what_no_board_sends_is_refused(send, nothing_changed, bad):
    with nothing_changed:
        assert send(**bad).status_code == 422


def test_a_stranger_finds_nothing_and_a_reader_may_not(client, charlie, bob, rita, deal):
    url, data = reverse("deals:move", args=[deal.pk]), {"to": stage_called("Qualified").pk, "moves": 0}
    for who, status in ((charlie, 404), (bob, 404), (rita, 403)):
        client.force_login(who)
        with unchanged():
            assert client.post(url, data).status_code == status


def test_what_the_stage_asks_for_is_asked_in_the_drawer(send, alice, nothing_changed):
    bare = DealFactory(title="Bare", owner=alice, amount=None)
    with nothing_changed:
        response = send("Negotiation", about=bare)
    assert response.status_code == 422
    assert (response["HX-Retarget"], response["HX-Reswap"]) == ("#drawer-body", "innerHTML")
    html = text_of(response)
    assert 'name="amount"' in html and 'name="currency"' in html and 'name="expected_close"' in html
    assert 'name="title"' not in html
    assert '<input type="hidden" name="asked" value="1">' in html


def test_an_answer_that_is_none_is_asked_again(send, alice):
    bare = DealFactory(title="Bare", owner=alice, amount=None)
    base = re.search(r'name="base" value="([^"]+)"', text_of(send("Proposal", about=bare)))[1]
    for amount in ("", "-5", "NaN", "1e30", "x"):
        with unchanged():
            response = send("Proposal", about=bare, asked=1, base=base, amount=amount, currency="EUR")
        assert response.status_code == 422
        assert 'id="field-amount"' in text_of(response) and 'class="error"' in text_of(response)


def test_no_deal_is_lost_without_a_reason(send, reason):
    for more in ({}, {"asked": 1}, {"asked": 1, "reason": ""}, {"asked": 1, "reason": 10**9}):
        with unchanged():
            response = send("Lost", **more)
        assert response.status_code == 422
        assert 'name="reason"' in text_of(response)


def test_a_reason_for_leads_only_is_none_for_deals(send, nothing_changed):
    other = LostReason.objects.filter(for_deals=False).first()
    with nothing_changed:
        assert send("Lost", asked=1, reason=other.pk).status_code == 422


def test_a_deleted_deal_is_not_there(send, deal):
    Deal.everything.filter(pk=deal.pk).update(deleted_at=timezone.now())
    assert send().status_code == 404


# What works


def test_a_drag_answers_with_both_heads_the_card_and_the_total(send, deal, alice):
    response = send("Qualified")
    assert response.status_code == 200
    html = text_of(response)
    new, qualified = stage_called("New"), stage_called("Qualified")
    assert set(re.findall(r'id="(head-\d+)"', html)) == {f"head-{new.pk}", f"head-{qualified.pk}"}
    assert re.search(rf'id="card-{deal.pk}"[^>]* data-moves="1"[^>]* hx-swap-oob="true"', html)
    assert "€ 200 weighted" in html and 'id="board-total" hx-swap-oob="true"' in html
    deal.refresh_from_db()
    assert (deal.stage, deal.moves) == (qualified, 1)
    assert Event.objects.get().kind == "deal.moved"


def test_the_heads_are_those_of_the_filtered_board(send, alice):
    DealFactory(owner=alice, amount=Decimal(7), at="Qualified")
    html = text_of(send("Qualified", address="http://testserver/deals/?amount_from=100&panel=open"))
    assert "€ 1,000" in html and "€ 1,007" not in html
    html = text_of(send("New", address="http://testserver/deals/?nonsense=1", moves=1))
    assert "€ 1,000" in html


def test_a_card_is_put_between_its_neighbours(send, deal, alice):
    cards = [DealFactory(owner=alice, at="Qualified", rank=rank) for rank in (10, 20)]
    send("Qualified", after=cards[0].pk, before=cards[1].pk)
    ranked = Deal.objects.filter(stage=stage_called("Qualified")).order_by("rank", "pk")
    assert list(ranked) == [cards[0], deal, cards[1]]


def test_within_its_column_only_its_place_changes(send, deal, alice):
    other = DealFactory(owner=alice, rank=deal.rank + 10)
    assert send("New", after=other.pk).status_code == 200
    deal.refresh_from_db()
    assert deal.moves == 0 and deal.rank > other.rank
    assert not Event.objects.exists()


def test_to_won_by_one_drag_with_a_way_back(send, deal):
    response = send("Won")
    deal.refresh_from_db()
    assert deal.status == "won" and deal.closed_on == timezone.localdate()
    assert toast(response) == {"text": "“Forty lanterns” is won.", "undo": reverse("deals:reopen", args=[deal.pk])}


def test_lost_with_a_reason_closes_the_drawer_and_the_card_is_gone(send, deal, reason):
    response = send("Lost", asked=1, reason=reason.pk, note="Too dear.")
    assert response.status_code == 200
    assert response["HX-Trigger-After-Swap"] == "drawer:close"
    deal.refresh_from_db()
    assert (deal.status, deal.lost_reason, deal.lost_note) == ("lost", reason, "Too dear.")
    assert f'id="column-{stage_called("New").pk}"' in text_of(response)
    assert f'id="card-{deal.pk}"' not in text_of(response)


def test_what_was_lacking_is_written_with_the_move_or_not_at_all(send, alice, bob, nothing_changed):
    bare = DealFactory(title="Bare", owner=alice, amount=None)
    base = re.search(r'name="base" value="([^"]+)"', text_of(send("Proposal", about=bare)))[1]
    given = {"asked": 1, "base": base, "amount": "1250.50", "currency": "EUR"}
    with nothing_changed:
        assert send("Proposal", about=bare, **given | {"moves": 7}).status_code == 409
    assert send("Proposal", about=bare, **given).status_code == 200
    bare.refresh_from_db()
    assert (bare.stage.name, bare.amount, bare.base_amount) == ("Proposal", Decimal("1250.5"), Decimal("1250.5"))


def test_without_scripts_a_page_asks_and_the_deal_follows(client, send, deal, reason):
    page = client.get(reverse("deals:move", args=[deal.pk]))
    assert page.status_code == 200 and "Move “Forty lanterns”" in page.content.decode()
    response = send("Qualified", htmx=False, left="")
    assert response.status_code == 302 and response.url == deal.get_absolute_url()
    response = send("Lost", htmx=False, left="", moves=1)
    assert response.status_code == 422 and "Choose a reason" in response.content.decode()
    assert send("Lost", htmx=False, left="", moves=0).status_code == 409


def test_a_drop_asks_few_questions_however_many_cards_there_are(send, alice, django_assert_max_num_queries):
    for _n in range(30):
        DealFactory(owner=alice, customer=factories.CustomerFactory())
    with django_assert_max_num_queries(45):
        assert send("Qualified").status_code == 200
