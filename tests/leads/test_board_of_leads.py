"""The board of leads: columns by status, moved by drag, keys or menu; what is asked, and what comes too late."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.models import Event
from deals.models import LostReason
from leads.models import Lead
from tests import factories

URL = "/leads/board/"
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/leads/board/"}


@pytest.fixture
def as_alice(client, alice):
    client.force_login(alice)
    return client


def columns(response):
    return {column.key: column for column in response.context["board"].columns}


def move(client, lead, to, moves=0, **more):
    data = {"to": to, "moves": moves, "before": "", "after": ""} | more
    return client.post(reverse("leads:move", args=[lead.pk]), data, headers=HTMX)


def test_it_works(as_alice, lead, alice):
    factories.LeadFactory(owner=alice, name="Ann", status="contacted", value=1500, base_value=1500, score=60)
    factories.LeadFactory(owner=alice, status="qualified", value=500, base_value=500)
    shown = columns(as_alice.get(URL))
    assert list(shown) == ["new", "contacted", "qualified"]
    assert [card.title for card in shown["contacted"].cards] == ["Ann"]
    assert (shown["contacted"].count, shown["contacted"].sums[0].text) == ("1", "€\u00a01,500")


def test_counts_and_sums_are_of_all_cards(as_alice, alice):
    Lead.objects.bulk_create(
        [factories.LeadFactory.build(owner=alice, value=10, base_value=10, score=n % 90) for n in range(60)]
    )
    response = as_alice.get(URL)
    first = columns(response)["new"]
    assert (len(first.cards), first.count, first.sums[0].text) == (12, "60", "€\u00a0600")
    seen = [card.pk for card in first.cards]
    url = first.more_url
    while url:
        more = as_alice.get(url, headers=HTMX).context["column"]
        seen += [card.pk for card in more.cards]
        url = more.more_url
    assert len(seen) == len(set(seen)) == 60


def test_only_what_one_sees_is_counted(as_alice, lead, bob):
    factories.LeadFactory(owner=bob)
    assert columns(as_alice.get(URL))["new"].count == "1"


@pytest.mark.parametrize("role", ["admin", "manager", "sales"])
def test_the_board_asks_no_more_for_20_cards_than_for_one(client, team, role):
    user = factories.UserFactory(role=role, team=team)
    client.force_login(user)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(URL)
        return len(captured)

    factories.LeadFactory(owner=user, source=factories.SourceFactory())
    queries()
    few = queries()
    for _ in range(20):
        factories.LeadFactory(owner=user, source=factories.SourceFactory(), status="contacted")
    assert queries() == few <= 10


def test_filters_narrow_cards_and_sums(as_alice, lead, alice):
    factories.LeadFactory(owner=alice, name="Ann", score=80, value=10, base_value=10)
    shown = columns(as_alice.get(URL, {"score_from": 50}))
    assert (shown["new"].count, [card.title for card in shown["new"].cards]) == ("1", ["Ann"])


def test_a_card_moves_and_both_heads_follow(as_alice, lead):
    response = move(as_alice, lead, "contacted")
    assert response.status_code == 200
    page = response.content.decode()
    assert 'id="head-new"' in page
    assert 'id="head-contacted"' in page
    assert f'id="card-{lead.pk}"' in page
    lead.refresh_from_db()
    assert lead.status == "contacted"


def test_lost_asks_for_the_reason_in_the_drawer(as_alice, lead):
    response = move(as_alice, lead, "lost")
    assert (response.status_code, response["HX-Retarget"]) == (422, "#drawer-body")
    assert "No budget" in response.content.decode()
    lead.refresh_from_db()
    assert lead.status == "new"
    reason = LostReason.objects.get(name="No budget")
    assert move(as_alice, lead, "lost", reason=reason.pk).status_code == 200
    lead.refresh_from_db()
    assert (lead.status, lead.lost_reason) == ("lost", reason)


def test_converted_opens_the_conversion(as_alice, lead, nothing_changed):
    with nothing_changed:
        response = move(as_alice, lead, "converted")
    assert (response.status_code, response["HX-Retarget"]) == (422, "#drawer-body")
    assert 'id="convert"' in response.content.decode()


def test_a_stale_card_goes_back_with_an_explanation(as_alice, lead, mona, nothing_changed):
    lead.contact(by=mona)
    with nothing_changed:
        response = move(as_alice, lead, "qualified", moves=0)
    assert response.status_code == 409
    assert "Mona Manager has taken" in response["HX-Trigger"]


def test_contacted_ones_are_not_new_again(as_alice, lead, alice, nothing_changed):
    lead.contact(by=alice)
    with nothing_changed:
        assert move(as_alice, lead, "new", moves=1).status_code == 409


@pytest.mark.parametrize("to", ["", "x", "99", "<script>"])
def test_a_column_that_is_none_is_refused(as_alice, lead, to, nothing_changed):
    with nothing_changed:
        assert move(as_alice, lead, to).status_code == 422
        assert as_alice.post(reverse("leads:move", args=[lead.pk]), {"to": to}).status_code == 422


def test_without_scripts_a_page_asks_where_to(as_alice, lead):
    url = reverse("leads:move", args=[lead.pk])
    assert "Contacted" in as_alice.get(url).content.decode()
    assert as_alice.post(url, {"to": "contacted", "moves": "0"}).status_code == 302
    assert "No budget" in as_alice.post(url, {"to": "lost", "moves": "1"}).content.decode()


def test_a_board_that_is_fetched_again_leaves_the_message_to_the_page_that_it_is_for(as_alice, lead):
    as_alice.post(reverse("leads:move", args=[lead.pk]), {"to": "contacted", "moves": "0"})
    assert 'class="toast success"' not in as_alice.get(URL, headers=HTMX).content.decode()
    assert 'class="toast success"' in as_alice.get(lead.get_absolute_url()).content.decode()


def test_analysts_look_and_do_not_touch(client, lead, rita):
    client.force_login(rita)
    assert "data-move-url" not in client.get(URL).content.decode()


@pytest.mark.django_db(transaction=True)
def test_of_ten_moves_at_once_one_counts(lead, alice):
    def press(_number):
        client = Client()
        client.force_login(alice)
        try:
            return move(client, lead, "contacted").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(press, range(10)))
    assert sorted(answers) == [200] + [409] * 9
    assert Event.objects.filter(kind="lead.contacted").count() == 1
