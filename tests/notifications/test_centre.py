"""The bell and the centre: what one person sees, reads, takes back; nobody else's, and nothing they may not see."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils.timezone import now

from notifications import centre
from notifications.models import Notification

INDEX = reverse("notifications:index")


@pytest.fixture
def page(client, alice):
    client.force_login(alice)
    return lambda query="": client.get(INDEX + query).content.decode()


def notify(user, row, kind="followed", **fields):
    fields = {"source": f"test:{Notification.objects.count()}", "subject_type": row._meta.label_lower} | fields
    return Notification.objects.create(user=user, kind=kind, subject_id=row.pk, **fields)


def texts(html):
    return [re.sub(r"\s+", " ", text) for text in re.findall(r'class="what"[^>]*>([^<]+)<', html)]


def test_it_says_who_did_what_with_which_record(page, told, deal, mona, alice, bob):
    deal.assign(bob, by=mona)
    deal.assign(alice, by=mona)
    told()
    assert texts(page()) == ["Mona Manager gave you the deal “Forty lanterns”"]


def test_the_newest_comes_first_under_its_day(page, deal, alice):
    notify(alice, deal, "closed", at=now() - dt.timedelta(days=1))
    notify(alice, deal, "assigned")
    html = page()
    assert html.index("Today") < html.index("Yesterday")


def test_of_a_record_one_no_longer_sees_nothing_is_told_but_that_there_was_something(page, deal, alice, bob):
    notify(alice, deal, "assigned", actor=bob)
    type(deal).objects.filter(pk=deal.pk).update(owner=bob)
    html = page()
    assert texts(html) == ["Something about a record that you no longer see"]
    assert "Forty lanterns" not in html


def test_a_deleted_record_is_named_without_a_link(page, deal, alice):
    notify(alice, deal, "assigned")
    deal.delete_softly(by=alice)
    html = page()
    assert "Forty lanterns" in html
    assert f'href="{deal.get_absolute_url()}"' not in html


def test_a_hidden_name_is_escaped(page, deal, alice, mona):
    type(mona).objects.filter(pk=mona.pk).update(name="<b>Mona</b> %(record)s")
    mona.refresh_from_db()
    notify(alice, deal, "assigned", actor=mona)
    assert "&lt;b&gt;Mona&lt;/b&gt; %(record)s gave you" in page()


def test_nobody_sees_what_somebody_else_is_told(page, deal, bob):
    notify(bob, deal, "assigned")
    html = page()
    assert texts(html) == []
    assert "Nothing yet" in html


def test_the_bell_counts_what_is_unread_on_every_page_without_a_query_of_its_own(
    client, alice, bob, deal, django_assert_num_queries
):
    client.force_login(alice)
    address = reverse("jobs:index")
    client.get(address)
    with django_assert_num_queries(3) as quiet:
        client.get(address)
    for _ in range(3):
        notify(alice, deal)
    notify(bob, deal)
    notify(alice, deal, in_app=False)
    notify(alice, deal, read_at=now())
    with django_assert_num_queries(len(quiet)):
        html = client.get(address).content.decode()
    assert "3 unread notifications" in html


def test_a_bell_with_hundreds_says_so(client, alice, deal):
    Notification.objects.bulk_create(
        Notification(user=alice, kind="closed", source=f"{n}", subject_type="deals.deal", subject_id=deal.pk)
        for n in range(120)
    )
    client.force_login(alice)
    assert "99+" in client.get(reverse("notifications:bell")).content.decode()


def test_read_and_unread_again(client, alice, deal, page):
    row = notify(alice, deal)
    assert client.post(reverse("notifications:read", args=[row.pk])).status_code == 302
    row.refresh_from_db()
    assert row.read_at
    assert texts(page("?show=unread")) == []
    client.post(reverse("notifications:unread", args=[row.pk]))
    assert len(texts(page("?show=unread"))) == 1


def test_all_are_read_at_once_and_it_can_be_taken_back(client, alice, deal, page):
    old = notify(alice, deal, read_at=now() - dt.timedelta(hours=1))
    fresh = [notify(alice, deal) for _ in range(3)]
    answer = client.post(reverse("notifications:read_all"), headers={"HX-Request": "true"})
    assert "3 notifications read." in answer["HX-Trigger"]
    undo = re.search(r'"undo": "([^"]+)"', answer["HX-Trigger"])[1]
    assert not Notification.objects.unread().exists()
    client.post(undo)
    assert set(Notification.objects.unread()) == set(fresh)
    old.refresh_from_db()
    assert old.read_at, "what was read before stays read"


def test_clicked_once_more_there_is_nothing_to_be_said(client, alice, deal, page):
    notify(alice, deal)
    first, second = (client.post(reverse("notifications:read_all"), headers={"HX-Request": "true"}) for _ in range(2))
    assert "1 notification read." in first["HX-Trigger"]
    assert "HX-Trigger" not in second


@pytest.mark.parametrize("token", ["", "x", "WzE:1:2", "é"])
def test_a_made_up_undo_is_refused(client, alice, deal, token, nothing_changed):
    client.force_login(alice)
    with nothing_changed:
        assert client.post(reverse("notifications:undo_read") + f"?token={token}").status_code == 400


def test_it_is_paged_and_no_line_comes_twice(client, page, deal, alice):
    moment = now()
    for number in range(70):
        notify(alice, deal, source=f"n{number}", at=moment - dt.timedelta(minutes=number // 3))
    seen, query = [], ""
    while query is not None:
        html = page(query)
        seen += re.findall(r'id="notification-(\d+)"', html)
        older = re.search(r'class="button more" href="[^"?]*(\?[^"]+)"', html)
        query = older[1].replace("&amp;", "&") if older else None
    assert len(seen) == len(set(seen)) == 70


@pytest.mark.parametrize("query", ["?before=x", "?show=old", "?before=" + "A" * 150, "?upto=x"])
def test_a_place_that_is_made_up_is_refused(client, alice, query):
    client.force_login(alice)
    assert client.get(INDEX + query).status_code == 400


def test_the_number_of_queries_does_not_grow_with_the_lines(client, alice, mona, deal, lead, django_assert_num_queries):
    client.force_login(alice)
    for row in (deal, lead, deal.customer):
        notify(alice, row, actor=mona)
    client.get(INDEX)
    with django_assert_num_queries(7) as few:
        client.get(INDEX)
    for _ in range(25):
        notify(alice, deal, actor=mona)
    with django_assert_num_queries(len(few)):
        client.get(INDEX)


def test_old_ones_are_forgotten(alice, deal):
    ages = {"read": (100, now()), "unread": (100, None), "old": (200, None), "new": (1, now())}
    rows = {
        name: notify(alice, deal, at=now() - dt.timedelta(days=days), read_at=read)
        for name, (days, read) in ages.items()
    }
    centre.forget_old(now(), 90)
    assert set(Notification.objects.all()) == {rows["unread"], rows["new"]}
