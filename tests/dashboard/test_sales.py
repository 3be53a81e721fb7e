"""The board of sales: who sees it, whose figures are in it, its refusals, its downloads, its queries."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re

import pytest
from django.urls import reverse

from crm.events import record
from dashboard import sales_views
from leads.models import Lead
from tests import factories
from tests.dashboard import sales_scene

URL = "/dashboard/sales/"
TABLES = ("trend", "status", "source", "activities")
CSVS = [f"/dashboard/sales/{table}.csv" for table in TABLES]
TODAY = dt.date(2026, 4, 9)
DAY = dt.date(2026, 4, 2)


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(sales_views, "today", lambda: TODAY)


@pytest.fixture
def sold(alice):
    """Alice's: a lead, a deal won for 1,234, a call."""
    lead = factories.LeadFactory(owner=alice, name="Nils Holm")
    Lead.everything.filter(pk=lead.pk).update(created_at=sales_scene.at(DAY))
    deal = factories.DealFactory(owner=alice, at="Won", amount=1234, closed_on=DAY, opened_on=DAY)
    factories.ActivityFactory(created_by=alice, deal=deal, customer=None, kind="call", done_at=sales_scene.at(DAY))
    return deal


def page(client, user, query="", **headers):
    client.force_login(user)
    return client.get(f"{URL}?{query}", headers=headers)


def card(text, name):
    return re.search(rf'id="card-{name}">.*?<dd><a [^>]*>([^<]*)</a>', text, re.DOTALL)[1]


def test_it_works(client, rita, sold):
    text = page(client, rita).content.decode()
    assert card(text, "won") == "€\u00a01,234"
    assert card(text, "new") == card(text, "leads") == card(text, "work") == "1"
    assert card(text, "win_rate") == "100.0\u00a0%"
    assert card(text, "conversion") == "–", "nothing was closed"
    assert "Alice Owner" in text


@pytest.mark.parametrize("url", [URL, *CSVS, f"{URL}activities/"])
@pytest.mark.parametrize(
    ("who", "status"),
    [("ada", 200), ("mona", 200), ("alice", 200), ("rita", 200), ("gus", 403), ("charlie", 403)],
)
def test_who_may_see_it(client, request, url, who, status, sold):
    client.force_login(request.getfixturevalue(who))
    assert client.get(url).status_code == status


def test_sales_see_no_figure_of_others(client, bob, sold):
    """Not even of a deal that is shared with them: their board is about what they own."""
    sold.shared_with.add(bob)
    text = page(client, bob).content.decode()
    assert card(text, "won") == "€\u00a00.00"
    assert {card(text, name) for name in ("new", "leads", "work", "converted")} == {"0"}
    assert "Alice" not in text
    assert "Nils" not in text
    for url in CSVS:
        assert "Alice" not in client.get(url).content.decode()
        assert "1234" not in client.get(url).content.decode()
    assert client.get(f"{URL}activities/").context["listing"].count == 0


def test_sales_may_not_ask_for_others(client, alice, bob, team, sold):
    for query in (f"owner={alice.pk}", f"team={team.pk}", "owner=none"):
        assert card(page(client, bob, query).content.decode(), "won") == "€\u00a00.00"


def test_a_manager_sees_the_team_and_no_other(client, sold, mona):
    stranger = factories.UserFactory(role="manager", name="Otto Other")
    assert card(page(client, mona).content.decode(), "won") == "€\u00a01,234"
    assert card(page(client, stranger).content.decode(), "won") == "€\u00a00.00"
    assert page(client, stranger, f"team={mona.team_id}").status_code == 422
    assert page(client, mona, f"owner={stranger.pk}").status_code == 422
    text = client.get(f"{URL}activities/?owner={stranger.pk}").content.decode()
    assert "Alice" not in text


def test_work_is_of_the_team_that_did_it(client, mona, sold, customer):
    """A customer is everybody's; what another team did for it is not this manager's."""
    stranger = factories.UserFactory(role="sales", name="Otto Other")
    factories.ActivityFactory(created_by=stranger, customer=customer, kind="call", done_at=sales_scene.at(DAY))
    text = page(client, mona).content.decode()
    assert card(text, "work") == "1"
    assert "Otto" not in text


def test_people_and_teams_narrow_it(client, ada, alice, bob, team, sold):
    for query, won in ((f"owner={alice.pk}", True), (f"owner={bob.pk}", False), (f"team={team.pk}", True)):
        assert ("1,234" in card(page(client, ada, query).content.decode(), "won")) is won
    other = factories.UserFactory(role="sales").team
    assert card(page(client, ada, f"team={other.pk}&owner={alice.pk}").content.decode(), "won") == "€\u00a00.00"


WRONG = {
    "to before from": "from=2026-03-02&to=2026-03-01",
    "no date": "from=yesterday",
    "no bucket": "bucket=fortnight",
    "no comparison": "against=the+weather",
    "no person": "owner=999999999",
    "no number": "owner=me'--",
    "no team": "team=-1",
    "a huge team": f"team={10**30}",
    "no preset": "preset=soon",
}


@pytest.mark.parametrize("query", WRONG.values(), ids=WRONG)
def test_nonsense_is_refused_in_a_sentence_and_nothing_is_counted(client, rita, sold, query):
    response = page(client, rita, query)
    assert response.status_code == 422
    text = response.content.decode()
    assert 'class="error"' in text or 'class="notice bad"' in text
    assert "card-won" not in text
    for url in CSVS:
        download = client.get(f"{url}?{query}")
        assert (download.status_code, download["Content-Type"]) == (422, "text/plain; charset=utf-8")


@pytest.mark.parametrize(
    "query", ["kind=note", "owner=999999999", "done_from=2026-02-30", "done_from=2026-02-02&done_to=2026-02-01", "x=1"]
)
def test_the_list_of_work_refuses_what_it_does_not_know(client, rita, query):
    client.force_login(rita)
    assert client.get(f"{URL}activities/?{query}").status_code == 400


def test_no_such_table(client, rita):
    client.force_login(rita)
    assert client.get("/dashboard/sales/secrets.csv").status_code == 404


def test_htmx_gets_the_board_alone(client, rita, sold):
    text = page(client, rita, "preset=this-year", HX_Request="true").content.decode()
    assert text.lstrip().startswith('<div id="board"')
    refused = page(client, rita, "from=soon", HX_Request="true")
    assert refused.status_code == 422
    assert refused.content.decode().lstrip().startswith('<div id="board"')


def test_presets_keep_whose_figures_they_are(client, ada, alice, sold):
    text = page(client, ada, f"preset=this-month&owner={alice.pk}&against=year").content.decode()
    assert f"/dashboard/sales/?preset=last-year&amp;against=year&amp;owner={alice.pk}" in text
    assert "first 9 of 30 days" in text


def test_nothing_at_all(client, rita):
    text = page(client, rita, "preset=all").content.decode()
    assert "Nothing in this period" in text
    assert "Nothing has happened yet" in text


def notes(text, name):
    """What the figure of a card is compared with, each in words."""
    dl = re.search(rf'id="card-{name}">.*?</dl>', text, re.DOTALL)[0]
    found = re.findall(r'<div class="note"><span.*?>(.*?)</span><a.*?>(.*?)</a><span>(.*?)</span>', dl)
    return [tuple(part.replace("\u00a0", " ") for part in note) for note in found]


def test_a_rate_of_nothing_is_compared_with_nothing(client, rita, sold):
    text = page(client, rita, "from=2026-04-01&to=2026-04-09").content.decode()
    assert notes(text, "win_rate") == [("–", "–", "before"), ("–", "–", "a year ago")]


def test_a_rate_of_few_says_of_how_many(client, rita, alice, sold):
    factories.DealFactory(owner=alice, at="Lost", amount=None, closed_on=DAY - dt.timedelta(days=7), opened_on=None)
    text = page(client, rita, "from=2026-04-01&to=2026-04-09").content.decode()
    assert notes(text, "win_rate")[0] == ("+100.0 pts", "0.0 %", "of 1, before")


def test_moments_are_in_the_zone_of_the_reader(client, rita, sold, monkeypatch):
    rita.time_zone = "Asia/Kolkata"
    rita.save()
    moment = dt.datetime(2026, 4, 9, 20, tzinfo=dt.UTC)
    monkeypatch.setattr(sales_views.timezone, "now", lambda: moment)
    assert "as of 01:30, Asia/Kolkata" in page(client, rita).content.decode()


def test_what_happened_last(client, ada, alice, bob, sold):
    lead = Lead.objects.get(name="Nils Holm")
    record("deal.won", on=sold, by=alice)
    record("lead.created", on=lead, by=alice)
    record("deal.changed", on=sold, by=alice, fields=["title"])
    section = page(client, ada).content.decode().split('id="recent"')[1].split("</section>")[0]
    assert section.count("<li>") == 2
    assert f'<a href="{lead.get_absolute_url()}">Nils Holm</a>' in section
    assert section.index("Nils Holm") < section.index(sold.title)
    assert "Nothing has happened yet" in page(client, bob).content.decode()


def test_names_are_escaped(client, rita, alice, sold):
    alice.name = "<script>alert(1)</script>"
    alice.save(update_fields=["name"])
    assert "<script>alert" not in page(client, rita).content.decode()


# Downloads


def download(client, table, query):
    response = client.get(f"/dashboard/sales/{table}.csv?{query}")
    return response, list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_the_trend_as_csv(client, rita, sold):
    client.force_login(rita)
    response, rows = download(client, "trend", "from=2026-03-10&to=2026-04-09&bucket=month")
    assert response["Content-Disposition"] == 'attachment; filename="sales-trend-2026-03-10-to-2026-04-09.csv"'
    assert rows[0][:3] == ["from", "to", "new_leads"]
    assert rows[2] == ["2026-04-01", "2026-04-09", "1", "0", "0", "1", "1234.0000", "0", "0"]


def test_work_as_csv_has_no_formulas(client, rita, alice, sold):
    alice.name = "=1+1"
    alice.save(update_fields=["name"])
    client.force_login(rita)
    _response, rows = download(client, "activities", "")
    assert rows == [
        ["person", "call", "meeting", "email", "task", "all"],
        ["'=1+1", "1", "0", "0", "0", "1"],
        ["Together", "1", "0", "0", "0", "1"],
    ]


def test_leads_by_source_as_csv(client, rita, sold):
    client.force_login(rita)
    assert download(client, "source", "")[1] == [["source", "new_leads", "converted", "lost"], ["", "1", "0", "0"]]
    assert download(client, "status", "")[1][1] == ["new", "1", "0", "0"]


def test_the_list_of_work_is_exported(client, mona, sold):
    client.force_login(mona)
    response = client.post(reverse("dashboard:sales_activities_export"))
    assert response.status_code == 200
    assert "Alice Owner" in b"".join(response).decode()


# Queries


@pytest.mark.parametrize("who", ["rita", "mona", "alice"])
@pytest.mark.parametrize("query", ["", "preset=all"])
def test_the_number_of_queries_does_not_grow(client, request, alice, bob, who, query, django_assert_max_num_queries):
    user = request.getfixturevalue(who)
    client.force_login(user)
    counts = []
    for size in (20, 80):
        made = sales_scene.fill(
            owners=[alice, bob], first=dt.date(2025, 1, 7), last=TODAY, leads=size, deals=size, done=size, seed=size
        )
        for deal in made[:20]:
            record("deal.won", on=deal, by=alice)
        with django_assert_max_num_queries(15) as asked:
            assert client.get(f"{URL}?{query}").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
