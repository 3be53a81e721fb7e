"""What only separate processes show: two imports at once, and one that is killed in the middle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

from accounts.models import User
from customers.models import Company, Customer, Order, OrderLine
from deals.models import Deal, Product, StageVisit
from exchange.models import ImportRun
from leads.models import Lead, Source
from tests.exchange.conftest import HEADER

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
MAVEN = ("--preset", "maven")
LEADS = ("--source", "oldcrm", *(f"--map={name}={name}" for name in ("id", "name", "email", "source", "status")))


@pytest.fixture
def path(tmp_path):
    rows = (f"{n // 20},S{n % 500},Thing,1,2010-12-01 08:26:00,2.5,{n // 100},France" for n in range(20_000))
    path = tmp_path / "shop.csv"
    path.write_text("\n".join([HEADER, *rows]), encoding="utf-8")
    return path


def start(path, command="import_orders", *options):
    connection.ensure_connection()
    at = connection.connection.info
    url = f"postgresql://{at.user}:{at.password}@/{at.dbname}?host={quote(at.host, safe='')}&port={at.port}"
    return subprocess.Popen(
        [sys.executable, ROOT / "manage.py", command, path, *(options or ["--preset", "online-retail"])],
        env=os.environ | {"DATABASE_URL": url},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_same_file_twice_at_once_comes_in_once(path):
    with start(path) as one, start(path) as other:
        heard = [process.communicate(timeout=60) for process in (one, other)]
    assert (one.returncode, other.returncode) == (0, 0), heard
    said = sorted(words for words, _ in heard)
    assert said[0].startswith("1,000 orders with 20,000 lines imported, 200 new customers.")
    assert said[1].startswith("Nothing new. 1,000 orders were known already.")
    assert (Order.objects.count(), OrderLine.objects.count(), Customer.objects.count()) == (1_000, 20_000, 200)


def test_an_import_that_is_killed_leaves_nothing_and_no_lock(path):
    with start(path) as killed:
        while "writing orders" not in (line := killed.stderr.readline()):
            assert line, "it ended before it wrote"
        killed.send_signal(signal.SIGKILL)
    assert killed.returncode == -signal.SIGKILL
    assert not any(model._base_manager.exists() for model in (Order, OrderLine, Customer, ImportRun))
    with start(path) as again:
        assert "1,000 orders" in again.communicate(timeout=60)[0]


@pytest.fixture
def folder(tmp_path):
    """A small Maven: 3,000 deals of one agent with one account."""
    sheets = {
        "accounts.csv": ["account,sector,office_location", "Isdom,medical,Kenya"],
        "products.csv": ["product,series,sales_price", "GTX Pro,GTX,4821"],
        "sales_teams.csv": ["sales_agent,manager,regional_office", "Anna Snelling,Dustin Brinkmann,Central"],
        "sales_pipeline.csv": [
            "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value",
            *(f"N{n},Anna Snelling,GTXPro,Isdom,Won,2017-01-01,2017-02-0{n % 9 + 1},{n}" for n in range(3_000)),
        ],
    }
    for name, lines in sheets.items():
        (tmp_path / name).write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


def test_the_same_deals_twice_at_once_come_in_once(folder):
    with start(folder, "import_deals", *MAVEN) as one, start(folder, "import_deals", *MAVEN) as other:
        heard = [process.communicate(timeout=60) for process in (one, other)]
    assert (one.returncode, other.returncode) == (0, 0), heard
    said = sorted(words for words, _ in heard)
    assert said[0].startswith("3,000 deals imported, with 1 new companies, 1 new products and 2 new people.")
    assert said[1].startswith("Nothing new. 3,000 deals were known already.")
    assert (Deal.objects.count(), StageVisit.objects.count(), Company.objects.count()) == (3_000, 6_000, 1)


def test_an_import_of_deals_that_is_killed_leaves_nothing(folder):
    people = User.objects.count()
    with start(folder, "import_deals", *MAVEN) as killed:
        while "writing deals" not in (line := killed.stderr.readline()):
            assert line, "it ended before it wrote"
        killed.send_signal(signal.SIGKILL)
    assert not any(model._base_manager.exists() for model in (Deal, StageVisit, Company, Product, ImportRun))
    assert User.objects.count() == people
    with start(folder, "import_deals", *MAVEN) as again:
        assert "3,000 deals" in again.communicate(timeout=60)[0]


@pytest.fixture
def sheet(tmp_path):
    rows = (f"L{n},Person {n},p{n}@example.com,Autumn fair,new" for n in range(3_000))
    path = tmp_path / "leads.csv"
    path.write_text("\n".join(["id,name,email,source,status", *rows]), encoding="utf-8")
    return path


def test_the_same_leads_twice_at_once_come_in_once(sheet):
    with start(sheet, "import_leads", *LEADS) as one, start(sheet, "import_leads", *LEADS) as other:
        heard = [process.communicate(timeout=60) for process in (one, other)]
    assert (one.returncode, other.returncode) == (0, 0), heard
    said = sorted(words for words, _ in heard)
    assert said[0].startswith("3,000 leads imported")
    assert said[1].startswith("Nothing new. 3,000 leads were known already.")
    assert (Lead.objects.count(), Source.objects.filter(name="Autumn fair").count()) == (3_000, 1)


def test_an_import_of_leads_that_is_killed_leaves_nothing(sheet):
    with start(sheet, "import_leads", *LEADS) as killed:
        while "writing leads" not in (line := killed.stderr.readline()):
            assert line, "it ended before it wrote"
        killed.send_signal(signal.SIGKILL)
    assert not any(model._base_manager.exists() for model in (Lead, ImportRun))
    assert not Source.objects.filter(name="Autumn fair").exists()
    with start(sheet, "import_leads", *LEADS) as again:
        assert "3,000 leads" in again.communicate(timeout=60)[0]
