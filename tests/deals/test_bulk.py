"""Many deals at once: each by its verb; what does not go stays and is counted; one click takes it back."""

from __future__ import annotations

import re

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from accounts.models import User
from crm import jobs
from crm.models import Event, JobProgress
from deals import bulk
from deals.models import Deal, LostReason
from tests.factories import DealFactory, stage_called
from tests.working import work_off

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


# More than go at once


@pytest.fixture
def two_at_once(monkeypatch):
    monkeypatch.setattr(bulk, "AT_ONCE", 2)


def test_many_are_left_to_the_worker_and_taken_back_as_a_whole(do, client, three, two_at_once):
    response = do(three, deed="move", to=stage_called("Qualified").pk)
    job = JobProgress.objects.get()
    assert response.url == reverse("deals:bulk_job", args=[job.pk])
    assert Deal.objects.filter(stage=stage_called("New")).count() == 3
    assert "Waiting for its turn" in client.get(response.url).content.decode()
    work_off()
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == ("done", 3, 3)
    assert Deal.objects.filter(stage=stage_called("Qualified")).count() == 3
    page = client.get(response.url).content.decode()
    assert "3 deals were moved to “Qualified”." in page
    undo = reverse("deals:bulk_undo", args=[job.pk])
    assert undo in page
    client.post(undo)
    work_off()
    assert Deal.objects.filter(stage=stage_called("New")).count() == 3
    assert "Taken back" in client.get(response.url).content.decode()
    assert said(client.post(undo))[0] == "That can no longer be taken back."


def test_the_page_is_found_again_and_asks_until_it_is_over(do, client, three, two_at_once):
    url = do(three, deed="move", to=stage_called("Qualified").pk).url
    job = JobProgress.objects.get()
    assert client.get(reverse("jobs:detail", args=[job.pk])).url == url
    assert client.get(url, headers={"HX-Request": "true"}).status_code == 200
    work_off()
    assert client.get(url, headers={"HX-Request": "true"}).status_code == 286


def test_a_job_that_broke_goes_on_where_it_stopped(do, alice, three, two_at_once, monkeypatch):
    do(three, deed="move", to=stage_called("Qualified").pk)
    job, whole = JobProgress.objects.get(), bulk._each

    def breaks(deed, pks, by):
        if three[2].pk in pks:
            raise RuntimeError("the machine went down")
        return whole(deed, pks, by)

    monkeypatch.setattr(bulk, "_each", breaks)
    with pytest.raises(RuntimeError):
        work_off()
    assert Deal.objects.filter(stage=stage_called("Qualified")).count() == 2
    monkeypatch.setattr(bulk, "_each", whole)
    work_off()
    job.refresh_from_db()
    assert job.arguments["said"] == "3 deals were moved to “Qualified”."
    assert [row["pk"] for row in job.arguments["rows"]] == [deal.pk for deal in three]
    assert Event.objects.filter(kind="deal.moved").count() == 3


def test_who_loses_the_role_while_the_job_runs_changes_nothing_more(do, alice, three, two_at_once, monkeypatch):
    do(three, deed="move", to=stage_called("Qualified").pk)
    advance = jobs.advance

    def leaves(job, *figures):
        User.objects.filter(pk=alice.pk).update(is_active=False)
        advance(job, *figures)

    monkeypatch.setattr(jobs, "advance", leaves)
    work_off()
    assert Deal.objects.filter(stage=stage_called("Qualified")).count() == 2
    assert Deal.objects.filter(stage=stage_called("New")).count() == 1


def test_cancelled_on_the_way_it_says_what_was_done_and_takes_it_back(do, client, three, two_at_once, monkeypatch):
    url, advance = do(three, deed="move", to=stage_called("Qualified").pk).url, jobs.advance

    def cancelled(job, *figures):
        assert client.post(reverse("jobs:cancel", args=[job.pk])).url == url
        advance(job, *figures)

    monkeypatch.setattr(jobs, "advance", cancelled)
    work_off()
    job = JobProgress.objects.get()
    assert (job.state, job.done, job.total) == ("cancelled", 2, 3)
    assert Deal.objects.filter(stage=stage_called("Qualified")).count() == 2
    page = client.get(url).content.decode()
    assert "Cancelled after 2 of 3; the others stay as they were." in page
    assert "2 deals were moved to “Qualified”." in page
    monkeypatch.setattr(jobs, "advance", advance)
    client.post(reverse("deals:bulk_undo", args=[job.pk]))
    work_off()
    assert Deal.objects.filter(stage=stage_called("New")).count() == 3
    assert job.begin_again()
    work_off()
    assert Deal.objects.filter(stage=stage_called("New")).count() == 3


def test_what_stays_is_counted_over_all(do, three, two_at_once):
    Deal.objects.filter(pk__in=[three[0].pk, three[2].pk]).update(amount=None, base_amount=None)
    do(three, deed="move", to=stage_called("Proposal").pk)
    work_off()
    assert JobProgress.objects.get().arguments["said"].startswith("1 deal was moved to “Proposal”. 2 left:")


def test_lost_and_given_by_the_worker(do, client, three, reason, mona, bob, two_at_once):
    client.force_login(mona)
    do(three, deed="assign", asked=1, owner=bob.pk)
    do(three, deed="lose", asked=1, reason=reason.pk, note="Closed.")
    work_off()
    found = Deal.objects.values_list("status", "lost_note", "owner")
    assert set(found) == {("lost", "Closed.", bob.pk)}


def test_nobody_is_given_deals_after_they_have_left(do, client, three, mona, bob, alice, two_at_once):
    client.force_login(mona)
    do(three, deed="assign", asked=1, owner=bob.pk)
    type(bob).objects.filter(pk=bob.pk).update(is_active=False)
    work_off()
    job = JobProgress.objects.get()
    assert (job.state, "Choose another" in job.error) == ("failed", True)
    assert set(Deal.objects.values_list("owner", flat=True)) == {alice.pk}


def test_a_deal_lost_from_sight_meanwhile_stays(do, three, bob, two_at_once):
    do(three, deed="move", to=stage_called("Qualified").pk)
    Deal.objects.filter(pk=three[0].pk).update(owner=bob)
    work_off()
    assert Deal.objects.get(pk=three[0].pk).stage == stage_called("New")
    assert Deal.objects.filter(stage=stage_called("Qualified")).count() == 2


def test_nobody_else_sees_the_job_or_takes_it_back(do, client, three, bob, two_at_once):
    url = do(three, deed="move", to=stage_called("Qualified").pk).url
    work_off()
    client.force_login(bob)
    assert client.get(url).status_code == 404
    assert said(client.post(f"{url}undo/"))[0] == "That can no longer be taken back."
    assert Deal.objects.filter(stage=stage_called("Qualified")).count() == 3


def test_the_bar_offers_the_stages(client, alice, three):
    client.force_login(alice)
    page = client.get(reverse("deals:list")).content.decode()
    assert 'id="bulk"' in page
    assert "Move to…" in page
