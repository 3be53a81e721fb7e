"""Fifty who do the same to one deal at once, each with a request of their own: one does it, the others hear of that."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from crm.models import Event
from deals.models import LostReason, Pipeline, Stage
from tests.factories import stage_called

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 50


def at_once(user, url, data):
    """The statuses of as many answers, sorted."""
    statuses, start = [], threading.Barrier(MANY)

    def send():
        client = Client()
        client.force_login(user)
        connection.close()
        start.wait()
        try:
            statuses.append(client.post(url, data).status_code)
        except Exception as problem:
            statuses.append(repr(problem))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(MANY)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return sorted(statuses)


def lost(deal, alice):
    deal.lose(LostReason.objects.filter(for_deals=True).first(), by=alice)


@pytest.mark.parametrize("verb", ["move", "win", "lose", "reopen", "change_pipeline"])
def test_one_does_it_and_the_others_hear_of_it(deal, alice, verb):
    other = Pipeline.objects.create(name="Partners", position=2)
    talks = Stage.objects.create(pipeline=other, name="Talks", position=1, probability=5)
    data = {
        "move": {"to": stage_called("Qualified").pk},
        "lose": {"reason": LostReason.objects.filter(for_deals=True).first().pk},
        "change_pipeline": {"to": talks.pk},
    }.get(verb, {})
    if verb == "reopen":
        lost(deal, alice)
    before = deal.moves
    url = reverse(f"deals:{verb}", args=[deal.pk])
    assert at_once(alice, url, data | {"moves": before}) == [302] + [409] * (MANY - 1)
    deal.refresh_from_db()
    assert (deal.moves, deal.visits.count()) == (before + 1, before + 2)
    assert Event.objects.filter(kind__startswith="deal.", subject_id=deal.pk).count() == before + 1
