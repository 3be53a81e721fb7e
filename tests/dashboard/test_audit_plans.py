"""The log of who did what among twenty thousand events: every filter walks an index."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm import bulk
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


FILTERS = {
    "": "event_newest",
    "?by={user}": "event_of_actor",
    "?kind=deal.won": "event_of_kind",
    "?record=customers.company": "event_of_type",
    "?about=customers.customer:3": "event_of_subject",
    "?since=2026-01-01&until=2026-01-02": "event_newest",
}


@pytest.fixture
def crowd(alice):
    people = [alice, *factories.UserFactory.create_batch(19, team=alice.team)]
    bulk.execute(
        "INSERT INTO crm_event (kind, subject_type, subject_id, actor_id, at, data)"
        " SELECT 'kind.' || n %% 40,"
        " (ARRAY['customers.customer', 'deals.deal', 'leads.lead', 'customers.company'])[1 + n %% 4], n %% 500,"
        " (%(people)s::bigint[])[1 + n %% 20], now() - n * interval '1 hour', '{}' FROM generate_series(1, 20000) n",
        {"people": [person.pk for person in people]},
    )
    bulk.execute("UPDATE crm_event SET kind = 'deal.won' WHERE kind = 'kind.7'; ANALYZE crm_event")


@pytest.mark.parametrize("query", FILTERS)
def test_each_filter_walks_an_index(as_ada, alice, crowd, query):
    walks(as_ada, query.format(user=alice.pk), FILTERS[query])


def test_managers_walk_one_too(as_mona, crowd):
    walks(as_mona, "", "event_newest")


def walks(client, query, index):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(f"/activity/{query}").status_code == 200
    asked = [one["sql"] for one in captured.captured_queries]
    sql, *_longer_runs = [one for one in asked if 'ORDER BY "crm_event"."at" DESC' in one]
    plan = "\n".join(line for (line,) in bulk.fetch(f"EXPLAIN {sql}"))
    assert index in plan, plan
    assert "Seq Scan" not in plan
    assert "Sort" not in plan, plan


def test_what_can_be_chosen_is_found_without_reading_everything(as_ada, crowd):
    with CaptureQueriesContext(connection) as captured:
        assert len(audit.kinds()) == 40
    plan = "\n".join(line for (line,) in bulk.fetch(f"EXPLAIN {captured.captured_queries[0]['sql']}"))
    assert "Seq Scan" not in plan
