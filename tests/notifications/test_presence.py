"""Who looks at a record is seen by who looks at it too, and by nobody else."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse
from django.utils.timezone import now

from notifications import presence
from notifications.models import Presence

NOW = now()


def test_those_who_are_there_see_each_other_and_not_themselves(deal, alice, mona, ada):
    assert presence.look_at(deal, alice, NOW) == []
    assert presence.look_at(deal, mona, NOW) == [alice]
    assert presence.look_at(deal, ada, NOW) == [alice, mona]


def test_who_gives_no_sign_any_more_has_gone(deal, alice, mona):
    presence.look_at(deal, alice, NOW)
    later = NOW + presence.GONE_AFTER + dt.timedelta(seconds=1)
    assert presence.look_at(deal, mona, later) == []


def test_signs_come_often_enough():
    assert dt.timedelta(seconds=presence.SIGN_EVERY) < presence.GONE_AFTER


def test_each_record_is_looked_at_apart(deal, lead, alice, mona):
    presence.look_at(deal, alice, NOW)
    assert presence.look_at(lead, mona, NOW) == []


def test_only_who_comes_anew_is_told_of(deal, alice, mona, monkeypatch):
    told = []
    monkeypatch.setattr("crm.topics.publish", lambda *names: told.append(names))
    for seconds in (0, 20, 40):
        presence.look_at(deal, alice, NOW + dt.timedelta(seconds=seconds))
    assert told == [(f"deals.deal:{deal.pk}:here",)]
    presence.look_at(deal, alice, NOW + dt.timedelta(minutes=5))
    assert len(told) == 2


def test_the_page_says_who_is_there(client, deal, alice, mona):
    presence.look_at(deal, mona, now())
    client.force_login(alice)
    html = client.post(reverse("notifications:here", args=["deals.deal", deal.pk])).content.decode()
    assert "Mona Manager is here too" in html


def test_a_stranger_neither_looks_nor_learns_who_does(client, deal, bob, alice):
    presence.look_at(deal, alice, now())
    client.force_login(bob)
    assert client.post(reverse("notifications:here", args=["deals.deal", deal.pk])).status_code == 404
    assert Presence.objects.count() == 1


def test_it_is_forgotten(deal, alice):
    presence.look_at(deal, alice, NOW - dt.timedelta(days=2))
    presence.forget(NOW)
    assert not Presence.objects.exists()
