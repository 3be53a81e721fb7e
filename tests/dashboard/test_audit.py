"""Who did what: admins read all of it, managers what happened to records that they may see; nobody else reads any."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest
from django.utils.timezone import now
from procrastinate.contrib.django.models import ProcrastinateJob

from activities.models import Activity
from crm import deaths, jobs
from crm.access import visible
from crm.events import record
from crm.models import Event
from dashboard import audit
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_ada(client, ada):
    client.force_login(ada)
    return client


@pytest.fixture
def as_mona(client, mona):
    client.force_login(mona)
    return client


@pytest.fixture
def stranger(db):
    return factories.UserFactory(name="Sam Elsewhere", team=factories.TeamFactory(name="South"))


def lines(client, query=""):
    return client.get(f"/activity/{query}").context["listing"].lines


def told(client, query=""):
    return [(str(line.event.actor or ""), line.said.title, line.name) for line in lines(client, query)]


def page(client, query=""):
    return client.get(f"/activity/{query}").content.decode()


def at(event, moment):
    Event.objects.filter(pk=event.pk).update(at=moment)
    return event


# Reading


def test_it_works(as_ada, alice, customer, deal):
    record("customer.created", on=customer, by=alice)
    deal.win(by=alice)
    assert told(as_ada) == [
        ("Alice Owner", "Won: Forty lanterns, €\u00a01,000.00", "Forty lanterns"),
        ("Alice Owner", "Customer added", "Zoë Ångström"),
    ]
    text = page(as_ada)
    assert "Today" in text
    assert customer.get_absolute_url() in text
    assert deal.get_absolute_url() in text


def test_what_nobody_did_is_done_by_rapport(as_ada, customer):
    record("customer.changed", on=customer, by=None, fields=["city"])
    assert "<b>Rapport</b>" in page(as_ada)


def test_changed_fields_are_told_with_what_they_were(as_ada, alice, deal):
    changes = {"title": ["Forty lamps", "Forty lanterns"]}
    record("deal.changed", on=deal, by=alice, fields=["title"], changes=changes)
    text = page(as_ada)
    assert "Title changed" in text
    assert "<del>Forty lamps</del> → <ins>Forty lanterns</ins>" in text


def test_a_deleted_record_is_named_and_marked(as_ada, alice, customer):
    customer.delete_softly(by=alice)
    [line] = lines(as_ada)
    assert (line.name, line.is_gone, line.url) == ("Zoë Ångström", True, customer.get_absolute_url())
    assert "Deleted</span>" in page(as_ada)


def test_a_record_that_is_gone_for_good_is_named_by_its_event(as_ada, ada):
    source = factories.SourceFactory(name="Fair")
    record("source.removed", on=source, by=ada, what="Fair")
    source.delete()
    [line] = lines(as_ada)
    assert (line.name, line.is_gone, line.url) == ("Fair", True, "")


def test_days_are_cut_where_the_reader_is(client, ada, customer):
    ada.time_zone = "Pacific/Auckland"
    ada.save(update_fields=["time_zone"])
    client.force_login(ada)
    at(record("customer.created", on=customer, by=ada), dt.datetime(2026, 3, 1, 23, tzinfo=dt.UTC))
    at(record("customer.changed", on=customer, by=ada, fields=["city"]), dt.datetime(2026, 3, 1, 1, tzinfo=dt.UTC))
    days = client.get("/activity/").context["listing"].days
    assert [len(day.lines) for day in days] == [1, 1]
    assert "2 March" in days[0].label
    assert [line.event.kind for line in lines(client, "?since=2026-03-02&until=2026-03-02")] == ["customer.created"]


def test_an_event_of_a_kind_of_record_that_is_no_more(as_ada, customer):
    event = record("customer.created", on=customer, by=None)
    Event.objects.filter(pk=event.pk).update(subject_type="old.thing", kind="thing.done", data={"fields": ["a"]})
    assert told(as_ada) == [("", "Thing done", "")]


def test_before_anything_happened(as_ada):
    assert "Nothing has happened yet" in page(as_ada)
    assert "No match" in page(as_ada, "?since=2026-01-01")


# Who sees what


def test_managers_see_what_happened_to_records_they_may_see(as_mona, alice, stranger, customer, deal):
    foreign = factories.DealFactory(title="Not yours", owner=stranger)
    record("deal.created", on=foreign, by=stranger, title="Not yours")
    record("deal.created", on=deal, by=alice, title="Forty lanterns")
    record("customer.changed", on=customer, by=stranger, fields=["city"])
    assert [who for who, _said, _name in told(as_mona)] == ["Sam Elsewhere", "Alice Owner"]
    assert "Not yours" not in page(as_mona)


def test_what_the_team_did_to_a_record_that_left_it_is_not_told(as_mona, alice, stranger, deal):
    record("deal.created", on=deal, by=alice, title=deal.title)
    type(deal).objects.filter(pk=deal.pk).update(owner=stranger)
    assert lines(as_mona) == []


def test_a_deleted_record_of_the_team_is_told(as_mona, alice, deal):
    deal.delete_softly(by=alice)
    assert [name for _who, _said, name in told(as_mona)] == ["Forty lanterns"]


def test_managers_read_nothing_of_jobs_or_of_users_of_other_teams(as_mona, ada, stranger, alice):
    pk = jobs.run.defer(job="00000000-0000-0000-0000-000000000001")
    deaths.tell(ProcrastinateJob.objects.get(pk=pk), attempt=1, error="OSError: away")
    record("user.deactivated", on=stranger, by=ada)
    record("user.reactivated", on=alice, by=ada)
    assert told(as_mona) == [("Ada Admin", "User let in again", "Alice Owner")]


def test_a_job_is_named_without_its_arguments(as_ada):
    pk = jobs.run.defer(job="00000000-0000-0000-0000-000000000001")
    deaths.tell(ProcrastinateJob.objects.get(pk=pk), attempt=1, error="OSError: away")
    [line] = lines(as_ada)
    assert (line.said.title, line.name, line.url) == (
        "A job failed for good: OSError: away",
        "Long job of a user",
        f"/settings/jobs/{pk}/",
    )


def test_of_somebodys_own_plans_even_an_admin_reads_only_that_there_are_some(as_ada, ada, alice):
    plan = factories.PlanFactory(owner=alice, created_by=alice, title="See the doctor")
    record("activity.deleted", on=plan, by=alice, **plan.event_facts())
    assert not visible(Activity, ada).exists()
    assert "See the doctor" not in page(as_ada)
    assert "of somebody&#x27;s own" in page(as_ada).replace("'", "&#x27;")


def test_hidden_fields_are_never_told(client, ada, mona, customer):
    record("customer.changed", on=customer, by=ada, fields=["monthly_income"])
    record("customer.changed", on=customer, by=ada, fields=["monthly_income", "city"])
    client.force_login(mona)
    assert [said for _who, said, _name in told(client)] == ["City changed"]
    client.force_login(ada)
    assert len(lines(client)) == 2


@pytest.mark.parametrize("who", ["alice", "gus", "rita", "charlie"])
def test_nobody_else_reads_any(client, request, who, customer, nothing_changed):
    record("customer.created", on=customer, by=None)
    user = request.getfixturevalue(who)
    client.force_login(user)
    assert not audit.events_for(user).exists()
    with nothing_changed:
        for path in ("/activity/", "/activity/news/"):
            assert client.get(path).status_code == 403
        assert client.post("/activity/export/").status_code == 403


def test_a_manager_without_a_team_reads_nothing(client, customer):
    record("customer.created", on=customer, by=None)
    client.force_login(factories.UserFactory(role="manager", team=None))
    assert client.get("/activity/").status_code == 403


# Filters


@pytest.fixture
def some(alice, bob, customer, deal):
    record("customer.created", on=customer, by=alice)
    record("deal.created", on=deal, by=alice, title=deal.title)
    record("customer.changed", on=customer, by=bob, fields=["city"])
    record("customer.changed", on=customer, by=None, fields=["city"])


def test_by_person_kind_and_record(as_ada, some, alice, bob, customer):
    def found(query):
        return [line.event.kind for line in lines(as_ada, query)]

    assert found(f"?by={alice.pk}") == ["deal.created", "customer.created"]
    assert found(f"?by={alice.pk}&record=deals.deal") == ["deal.created"]
    assert found("?by=none") == ["customer.changed"]
    assert found("?kind=customer.created") == ["customer.created"]
    assert found(f"?about=customers.customer:{customer.pk}&by={bob.pk}") == ["customer.changed"]
    assert found("?about=customers.customer:999999") == []


def test_the_filters_are_chips_in_words(as_ada, some, alice, customer):
    query = f"?by={alice.pk}&kind=customer.created&about=customers.customer:{customer.pk}&since=2026-01-01"
    chips = as_ada.get(f"/activity/{query}").context["listing"].chips
    assert [(chip.label, chip.value) for chip in chips] == [
        ("Who", "Alice Owner"),
        ("What happened", "Customers: Added"),
        ("About", "Zoë Ångström"),
        ("From", "1 Jan 2026"),
    ]


def test_the_panel_offers_what_there_is_under_what_it_is_about(as_ada, some):
    text = page(as_ada, "?panel=open")
    assert '<optgroup label="Customers">' in text
    assert '<option value="customer.changed">Changed</option>' in text
    assert '<option value="deals.deal">Deals</option>' in text
    assert "deal.won" not in text


def test_managers_are_offered_their_team_and_no_kinds_of_others(as_mona, some, stranger, ada):
    record("import.finished", on=ada, by=ada, file="x")
    text = page(as_mona, "?panel=open")
    assert "Alice Owner" in text
    assert "Sam Elsewhere" not in text
    assert "import.finished" not in text
    assert as_mona.get(f"/activity/?by={stranger.pk}").status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "?by=x",
        "?kind=odd.kind",
        "?record=odd.thing",
        "?about=deals.deal",
        "?about=deals.deal:x",
        "?about=deals.deal:99999999999999999999",
        "?since=x",
        "?since=2026-02-01&until=2026-01-01",
        "?after=x",
        "?sort=at",
        "?odd=1",
    ],
)
def test_what_is_not_known_is_said(as_ada, some, query):
    assert as_ada.get(f"/activity/{query}").status_code == 400


def test_about_a_kind_of_record_that_is_none_is_empty(as_ada, some):
    assert "No match" in page(as_ada, "?about=odd.thing:1")


# Pages


@pytest.fixture
def many(customer, alice):
    moment = now() - dt.timedelta(days=1)
    Event.objects.bulk_create(
        Event(
            kind="customer.changed",
            subject_type="customers.customer",
            subject_id=customer.pk,
            customer=customer,
            actor=alice,
            at=moment + dt.timedelta(seconds=number // 3),  # several in one moment
            data={"fields": ["city"]},
        )
        for number in range(120)
    )
    return list(Event.objects.order_by("-at", "-pk").values_list("pk", flat=True))


def ids(listing):
    return [line.event.pk for line in listing.lines]


def test_pages_go_both_ways_and_lose_nothing(as_ada, many):
    first = as_ada.get("/activity/").context["listing"]
    second = as_ada.get(first.next_url).context["listing"]
    third = as_ada.get(second.next_url).context["listing"]
    assert ids(first) + ids(second) + ids(third) == many
    assert (first.previous_url, third.next_url) == ("", "")
    back = as_ada.get(third.previous_url).context["listing"]
    assert ids(back) == ids(second)
    newest = as_ada.get(back.previous_url).context["listing"]
    assert (ids(newest), newest.previous_url) == (ids(first), "")


def test_pages_of_a_manager_pass_over_what_is_not_theirs(as_mona, many, stranger):
    foreign = factories.DealFactory(owner=stranger)
    for number in range(0, 120, 2):
        Event.objects.filter(pk=many[number]).update(subject_type="deals.deal", subject_id=foreign.pk, customer=None)
    first = as_mona.get("/activity/").context["listing"]
    second = as_mona.get(first.next_url).context["listing"]
    assert ids(first) + ids(second) == many[1::2]
    assert ids(as_mona.get(second.previous_url).context["listing"]) == ids(first)


def test_who_looks_for_little_is_not_kept_waiting(as_mona, many, stranger, monkeypatch):
    monkeypatch.setattr(audit, "MOST", 100)
    monkeypatch.setattr(audit, "LONGEST_RUN", 60)
    foreign = factories.DealFactory(owner=stranger)
    Event.objects.exclude(pk=many[-1]).update(subject_type="deals.deal", subject_id=foreign.pk, customer=None)
    first = as_mona.get("/activity/").context["listing"]
    assert ids(first) == []
    assert "There is more to look through" in page(as_mona, "?since=2020-01-01")
    assert ids(as_mona.get(first.next_url).context["listing"]) == [many[-1]]


def test_the_page_asks_as_often_for_twenty_as_for_one(as_ada, many, django_assert_num_queries):
    Event.objects.exclude(pk=many[0]).delete()
    page(as_ada)
    with django_assert_num_queries(5) as first:
        page(as_ada)
    event = Event.objects.get()
    for _number in range(19):
        event.pk = None
        event.save(force_insert=True)
    with django_assert_num_queries(len(first)):
        assert len(lines(as_ada)) == 20


def test_what_is_new_is_announced_and_not_shoved_in(as_ada, many, customer, alice):
    listing = as_ada.get("/activity/").context["listing"]
    assert "new – show" not in as_ada.get(listing.news_url).content.decode()
    for _number in range(3):
        record("customer.changed", on=customer, by=alice, fields=["city"])
    text = as_ada.get(listing.news_url).content.decode()
    assert "3 new – show" in text
    assert "<html" not in text
    older = as_ada.get(listing.next_url).context["listing"]
    assert older.news_url == ""


def test_what_is_new_is_counted_for_who_may_see_it(as_mona, many, ada, stranger):
    news = as_mona.get("/activity/").context["listing"].news_url
    record("user.deactivated", on=stranger, by=ada)
    assert "new – show" not in as_mona.get(news).content.decode()


# Taking away


def exported(client, query=""):
    response = client.post(f"/activity/export/{query}")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_the_export_is_what_is_shown(as_ada, some, alice):
    heading, *rows = exported(as_ada, f"?by={alice.pk}")
    assert heading == ["When", "Who", "What happened", "Kind", "Record", "Number", "Changes", "Deleted"]
    assert [row[1:5] for row in rows] == [
        ["Alice Owner", "Deal opened: Forty lanterns", "Deal", "Forty lanterns"],
        ["Alice Owner", "Customer added", "Customer", "Zoë Ångström"],
    ]


def test_no_cell_of_the_export_becomes_a_formula(as_ada, alice):
    evil = factories.CustomerFactory(name="=HYPERLINK(1)", owner=alice)
    record("customer.created", on=evil, by=alice)
    assert exported(as_ada)[1][4] == "'=HYPERLINK(1)"


def test_a_manager_takes_away_what_they_see(as_mona, many, stranger):
    foreign = factories.DealFactory(title="Not yours", owner=stranger)
    record("deal.created", on=foreign, by=stranger, title="Not yours")
    rows = exported(as_mona)
    assert len(rows) == 121
    assert not any("Not yours" in cell for row in rows for cell in row)
