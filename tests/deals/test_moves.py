"""A deal goes from stage to stage: once, whoever tries; with what the stage asks for; and the history says so."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.timezone import localdate

from crm.models import Event
from deals.models import Deal, LostReason, Pipeline, Stage
from deals.moves import Lacking, Stale
from tests import factories
from tests.factories import stage_called


@pytest.fixture
def reason(db):
    return LostReason.objects.filter(for_deals=True).first()


def column(stage):
    return list(Deal.objects.filter(stage=stage).order_by("rank", "pk"))


def test_it_works(deal, alice):
    deal.move(stage_called("Qualified"), by=alice, moves=0)
    assert (deal.stage.name, deal.status, deal.moves) == ("Qualified", "open", 1)
    assert [(v.stage.name, v.left_at is None) for v in deal.visits.all()] == [("New", False), ("Qualified", True)]
    assert deal.visits.last().by == alice
    assert deal.stage_entered_at == deal.visits.last().entered_at == deal.visits.first().left_at
    event = Event.objects.get()
    assert (event.kind, event.actor, event.customer) == ("deal.moved", alice, deal.customer)
    assert (event.data["stage_from"]["text"], event.data["stage_to"]["text"]) == ("New", "Qualified")


def test_who_has_seen_an_older_state_is_told_who_moved_it(deal, alice, bob, nothing_changed):
    deal.move(stage_called("Qualified"), by=alice, moves=0)
    with nothing_changed, pytest.raises(Stale, match=r"Alice Owner has moved “Forty lanterns” to “Qualified”"):
        deal.move(stage_called("Needs analysis"), by=bob, moves=0)


def test_a_stage_of_another_pipeline_is_refused(deal, alice, nothing_changed):
    other = Pipeline.objects.create(name="Partners", position=2)
    stage = Stage.objects.create(pipeline=other, name="First", position=1, probability=5)
    with nothing_changed, pytest.raises(ValidationError, match="another pipeline"):
        deal.move(stage, by=alice, moves=0)


def test_the_pipeline_changes_by_a_verb_of_its_own(deal, alice):
    other = Pipeline.objects.create(name="Partners", position=2)
    stage = Stage.objects.create(pipeline=other, name="First", position=1, probability=5)
    deal.change_pipeline(stage, by=alice, moves=0)
    assert deal.stage == stage
    assert Event.objects.get().data["pipeline_to"]["text"] == "Partners"


@pytest.mark.parametrize(
    ("stage", "without", "named"),
    [
        ("Proposal", ["amount"], ["amount"]),
        ("Negotiation", ["amount"], ["amount", "expected_close"]),
        ("Won", ["amount"], ["amount"]),
        ("Lost", [], ["lost_reason"]),
    ],
)
def test_what_the_stage_asks_for_is_named(deal, alice, stage, without, named, nothing_changed):
    if without:
        Deal.objects.filter(pk=deal.pk).update(amount=None, base_amount=None)
    with nothing_changed, pytest.raises(Lacking) as caught:
        deal.move(stage_called(stage), by=alice, moves=0)
    assert caught.value.names == named


@pytest.mark.parametrize("name", ["customer", "company", "owner", "lines"])
def test_a_stage_may_ask_for_anything_of_a_deal(db, ada, name, nothing_changed):
    bare = factories.DealFactory(owner=None)
    Stage.objects.filter(name="Qualified").update(required=[name])
    with nothing_changed, pytest.raises(Lacking) as caught:
        bare.move(stage_called("Qualified"), by=ada)
    assert caught.value.names == [name]


def test_won_today_and_told(deal, alice):
    deal.win(by=alice, moves=0, today=dt.date(2040, 1, 2))
    assert (deal.status, deal.stage.name, deal.closed_on) == ("won", "Won", dt.date(2040, 1, 2))
    assert Event.objects.get().kind == "deal.won"


def test_lost_for_a_reason(deal, alice, reason):
    deal.lose(reason, "They waited too long.", by=alice, moves=0)
    assert (deal.status, deal.lost_reason, deal.lost_note) == ("lost", reason, "They waited too long.")
    assert deal.closed_on == localdate()
    event = Event.objects.get()
    assert (event.kind, event.data["reason"]["text"]) == ("deal.lost", str(reason))


def test_a_reason_for_leads_alone_is_none_for_deals(deal, alice, nothing_changed):
    wrong = LostReason.objects.filter(for_deals=False).first()
    with nothing_changed, pytest.raises(Lacking):
        deal.lose(wrong, by=alice, moves=0)


def test_nothing_is_closed_before_it_was_opened(deal, alice, reason, nothing_changed):
    before = deal.opened_on - dt.timedelta(days=1)
    with nothing_changed:
        for close in (lambda: deal.win(by=alice, today=before), lambda: deal.lose(reason, by=alice, today=before)):
            with pytest.raises(ValidationError, match="before it was opened"):
                close()


def test_a_deal_without_a_day_of_opening_is_won(db, ada):
    undated = factories.DealFactory(opened_on=None)
    undated.win(by=ada)
    assert undated.status == "won"


def test_reopened_it_is_where_it_was(deal, alice, reason):
    deal.move(stage_called("Proposal"), by=alice)
    deal.lose(reason, "No.", by=alice)
    deal.reopen(by=alice, moves=2)
    assert (deal.stage.name, deal.status, deal.closed_on, deal.lost_reason, deal.lost_note) == (
        "Proposal",
        "open",
        None,
        None,
        "",
    )
    assert list(Event.objects.order_by("pk").values_list("kind", flat=True)) == [
        "deal.moved",
        "deal.lost",
        "deal.reopened",
    ]


def test_reopened_without_a_history_it_begins_anew(db, ada):
    imported = factories.DealFactory(at="Won")
    imported.visits.all().delete()
    imported.reopen(by=ada)
    assert imported.stage.name == "New"


def test_an_open_deal_is_not_reopened(deal, alice, nothing_changed):
    with nothing_changed, pytest.raises(ValidationError, match="is open"):
        deal.reopen(by=alice)


def test_a_deleted_deal_does_not_move(deal, alice, nothing_changed):
    deal.delete_softly(by=alice)
    with nothing_changed, pytest.raises(ValidationError, match="deleted"):
        deal.move(stage_called("Qualified"), by=alice)


# Places


def test_a_newcomer_stands_at_the_top(deal, alice):
    stage = stage_called("Qualified")
    others = [factories.DealFactory(at="Qualified", rank=n) for n in (-5, 7)]
    deal.move(stage, by=alice)
    assert column(stage) == [deal, *others]


@pytest.mark.parametrize(("before", "after", "place"), [(1, 0, 1), (None, 0, 1), (1, None, 1), (0, None, 0)])
def test_a_card_stands_where_it_was_dropped(deal, alice, before, after, place):
    stage = stage_called("Qualified")
    others = [factories.DealFactory(at="Qualified", rank=n * 1000) for n in range(3)]
    pick = {None: None} | {n: other.pk for n, other in enumerate(others)}
    deal.move(stage, by=alice, before=pick[before], after=pick[after])
    assert column(stage).index(deal) == place


def test_within_its_column_only_the_place_is_written(deal, alice):
    other = factories.DealFactory(rank=1000)
    version = deal.version
    deal.move(deal.stage, by=alice, moves=0, after=other.pk)
    assert column(deal.stage) == [other, deal]
    assert (deal.moves, deal.version, deal.visits.count(), Event.objects.count()) == (0, version, 1, 0)


def test_neighbours_without_room_are_spread(alice):
    cards = [factories.DealFactory(rank=5) for _ in range(4)]
    mover = factories.DealFactory(rank=99)
    for _ in range(30):
        mover.move(mover.stage, by=alice, after=cards[0].pk, before=cards[1].pk)
        cards[1].refresh_from_db()
        assert column(mover.stage)[:3] == [cards[0], mover, cards[1]]
        Deal.objects.filter(pk=cards[1].pk).update(rank=mover.rank + 1)


def test_a_neighbour_that_has_left_is_forgotten(deal, alice):
    stage = stage_called("Qualified")
    gone = factories.DealFactory(at="Proposal")
    deal.move(stage, by=alice, after=gone.pk, before=10**15)
    assert column(stage) == [deal]


# Two at once


@pytest.mark.django_db(transaction=True)
def test_of_fifty_who_move_one_deal_one_wins(deal, alice):
    to, outcomes, start = stage_called("Qualified"), [], threading.Barrier(50)

    def move():
        start.wait()
        try:
            Deal.objects.get(pk=deal.pk).move(to, by=alice, moves=0)
            outcomes.append("moved")
        except Stale:
            outcomes.append("stale")
        except Exception as error:
            outcomes.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=move) for _ in range(50)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    deal.refresh_from_db()
    assert sorted(outcomes) == ["moved"] + ["stale"] * 49
    assert (deal.moves, deal.visits.count(), Event.objects.filter(kind="deal.moved").count()) == (1, 2, 1)


@pytest.mark.django_db(transaction=True)
def test_moves_into_a_gap_that_is_used_up_do_not_wait_for_each_other_for_ever(alice):
    cards = [factories.DealFactory(rank=5, owner=alice) for _ in range(12)]
    start, wrong = threading.Barrier(10), []

    def move(card):
        start.wait()
        try:
            for _ in range(5):
                card.move(card.stage, by=alice, after=cards[0].pk, before=cards[1].pk)
        except Exception as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=move, args=[card]) for card in cards[2:]]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert wrong == []
    assert Deal.objects.count() == 12
