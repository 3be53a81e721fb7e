"""By which ways, and when: as the table says until somebody chooses; quiet hours by the clock on their wall."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest
from django.urls import reverse

from notifications import quiet
from notifications.choosing import attend
from notifications.models import Delivery, Notification, Preference, Subscription
from notifications.notices import NOTICES
from notifications.ways import ways_of

SETTINGS = reverse("notifications:settings")
KINDS = [notice.kind for notice in NOTICES if "sales" in notice.roles]


def sent(**changes):
    """The form as the page has it."""
    data = {"digest_at": "08:00", "remind_before": ["15"]}
    for kind in KINDS:
        data |= {f"{kind}_in_app": "on", f"{kind}_email": ""}
    return {name: value for name, value in (data | changes).items() if value is not None}


def test_until_somebody_chooses_it_is_as_the_table_says(alice):
    ways = ways_of([alice])[alice.pk]
    for notice in NOTICES:
        assert ways.of(notice.kind).in_app
        assert (ways.of(notice.kind).email, ways.of(notice.kind).push) == (notice.email, notice.push)


def test_what_is_chosen_is_kept_and_shown(client, alice):
    client.force_login(alice)
    data = sent(assigned_email="digest", assigned_in_app=None, quiet_from="22:00", quiet_to="07:00")
    assert client.post(SETTINGS, data).status_code == 302
    row = Preference.objects.get(user=alice, kind="assigned")
    assert (row.in_app, row.email) == (False, "digest")
    assert Delivery.objects.get(user=alice).quiet_from == dt.time(22)
    html = client.get(SETTINGS).content.decode()
    assert 'value="22:00"' in html
    assert client.post(SETTINGS, sent()).status_code == 302
    assert Preference.objects.get(user=alice, kind="assigned").in_app


def test_the_page_has_only_the_kinds_of_ones_role(client, gus):
    client.force_login(gus)
    html = client.get(SETTINGS).content.decode()
    assert "mentioned_in_app" in html
    assert "assigned_in_app" not in html
    assert "job_in_app" not in html


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"quiet_from": "22:00"}, "quiet_to"),
        ({"quiet_to": "22:00"}, "quiet_from"),
        ({"quiet_from": "22:00", "quiet_to": "22:00"}, "quiet_to"),
        ({"quiet_from": "25:00", "quiet_to": "07:00"}, "quiet_from"),
        ({"digest_at": ""}, "digest_at"),
        ({"remind_before": ["7"]}, "remind_before"),
        ({"assigned_email": "pigeon"}, "assigned_email"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_field(client, alice, change, field, nothing_changed):
    client.force_login(alice)
    with nothing_changed:
        answer = client.post(SETTINGS, sent(**change))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors


def test_who_wants_nothing_of_a_kind_gets_nothing(told, deal, mona, bob):
    Preference.objects.create(user=bob, kind="assigned", in_app=False, email="", push=False)
    deal.assign(bob, by=mona)
    assert ("Bob", "assigned") not in told()


def test_who_wants_it_by_mail_alone_does_not_see_it_in_the_centre(told, deal, mona, bob, client):
    Preference.objects.create(user=bob, kind="assigned", in_app=False, email="now", push=False)
    deal.assign(bob, by=mona)
    told()
    assert Notification.objects.get(user=bob).in_app is False
    client.force_login(bob)
    assert "Forty lanterns" not in client.get(reverse("notifications:index")).content.decode()


BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("hours", "now", "end"),
    [
        ((None, None), "2026-05-04 23:00", "2026-05-04 23:00"),
        ((22, 7), "2026-05-04 21:59", "2026-05-04 21:59"),
        ((22, 7), "2026-05-04 22:00", "2026-05-05 07:00"),
        ((22, 7), "2026-05-05 06:59", "2026-05-05 07:00"),
        ((22, 7), "2026-05-05 07:00", "2026-05-05 07:00"),
        ((12, 14), "2026-05-04 13:00", "2026-05-04 14:00"),
        ((22, 7), "2026-03-28 23:00", "2026-03-29 07:00"),  # the night has an hour less
        ((22, 7), "2026-10-24 23:00", "2026-10-25 07:00"),  # and here one more
    ],
)
def test_quiet_hours_end_by_the_clock_on_the_wall(alice, hours, now, end):
    alice.time_zone = "Europe/Berlin"
    start, stop = (dt.time(hour) if hour is not None else None for hour in hours)
    moment, expected = (dt.datetime.fromisoformat(text).replace(tzinfo=BERLIN) for text in (now, end))
    delivery = Delivery(user=alice, quiet_from=start, quiet_to=stop)
    assert quiet.end_of_quiet(moment.astimezone(dt.UTC), delivery, alice) == expected


@pytest.mark.parametrize(
    ("zone", "now", "end"),
    [
        ("Europe/Berlin", "2026-10-25 00:15+00:00", "2026-10-25 00:30+00:00"),
        ("Europe/Berlin", "2026-10-25 01:15+00:00", "2026-10-25 01:30+00:00"),  # half past two comes twice
        ("Australia/Lord_Howe", "2026-04-04 15:10+00:00", "2026-04-04 15:30+00:00"),  # there by half an hour
        ("Australia/Lord_Howe", "2026-10-03 15:20+00:00", "2026-10-03 15:30+00:00"),
    ],
)
def test_quiet_hours_never_end_in_the_past(alice, zone, now, end):
    alice.time_zone = zone
    moment, expected = dt.datetime.fromisoformat(now), dt.datetime.fromisoformat(end)
    stop = expected.astimezone(zoneinfo.ZoneInfo(zone)).time()
    delivery = Delivery(user=alice, quiet_from=dt.time(22), quiet_to=stop.replace(fold=0))
    assert quiet.end_of_quiet(moment, delivery, alice) == expected


def test_a_record_is_followed_muted_and_neither(client, alice, deal):
    client.force_login(alice)
    url = reverse("notifications:attention", args=["deals.deal", deal.pk])
    for attention in ("followed", "muted", "muted", ""):
        client.post(url, {"attention": attention})
        found = Subscription.objects.filter(user=alice).values_list("attention", flat=True)
        assert list(found) == ([attention] if attention else [])


def test_what_one_follows_is_on_the_page_of_settings_while_one_sees_it(client, alice, bob, deal):
    attend(deal, alice, "followed")
    client.force_login(alice)
    assert "Forty lanterns" in client.get(SETTINGS).content.decode()
    type(deal).objects.filter(pk=deal.pk).update(owner=bob)
    assert "Forty lanterns" not in client.get(SETTINGS).content.decode()


def test_nor_is_what_was_deleted_for_it_can_be_neither_opened_nor_left(client, alice, deal):
    attend(deal, alice, "followed")
    deal.delete_softly(by=alice)
    client.force_login(alice)
    assert "Forty lanterns" not in client.get(SETTINGS).content.decode()
    deal.undelete(by=alice)
    assert "Forty lanterns" in client.get(SETTINGS).content.decode()
