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

from customers.models import Customer, Order, OrderLine
from exchange.models import ImportRun
from tests.exchange.conftest import HEADER

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def path(tmp_path):
    rows = (f"{n // 20},S{n % 500},Thing,1,2010-12-01 08:26:00,2.5,{n // 100},France" for n in range(20_000))
    path = tmp_path / "shop.csv"
    path.write_text("\n".join([HEADER, *rows]), encoding="utf-8")
    return path


def start(path):
    connection.ensure_connection()
    at = connection.connection.info
    url = f"postgresql://{at.user}:{at.password}@/{at.dbname}?host={quote(at.host, safe='')}&port={at.port}"
    return subprocess.Popen(
        [sys.executable, ROOT / "manage.py", "import_orders", path, "--preset", "online-retail"],
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
