"""The embedded PostgreSQL: made once, started from anywhere, and nothing that was committed is lost."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psycopg
import pytest

from crm import postgres, postgres_root
from tests.serving import wait_until

ROOT = postgres.ROOT
SHORT = Path("/tmp")  # noqa: S108


@pytest.fixture
def data(monkeypatch, tmp_path):
    """A data folder of this test's own, with a blank in its path."""
    yield from _own_folder(monkeypatch, tmp_path / "my data")


def _own_folder(monkeypatch, folder):
    monkeypatch.setenv("RAPPORT_DATA", str(folder))
    yield folder
    postgres.stop()
    if postgres.socket_folder().parent == SHORT:
        shutil.rmtree(postgres.socket_folder(), ignore_errors=True)


def connect():
    return psycopg.connect(**postgres.conninfo(), autocommit=True)


def ask(question):
    with connect() as connection:
        return connection.execute(question).fetchone()[0]


def ensure_elsewhere():
    return subprocess.Popen(
        [sys.executable, "-c", "from crm import postgres; print(postgres.ensure())"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_cold_and_warm(data):
    assert postgres.ensure() == postgres.database_url()
    assert ask("SELECT current_database() || ' ' || current_user") == "rapport rapport"
    began = time.monotonic()
    postgres.ensure()
    assert time.monotonic() - began < 3
    assert postgres.stop()
    assert not postgres.stop()
    postgres.ensure()
    assert postgres.status().running


def test_a_server_whose_socket_was_removed_is_started_anew(data):
    postgres.ensure()
    with connect() as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    for file in postgres.socket_folder().iterdir():
        file.unlink()
    postgres.ensure()
    assert ask("SELECT one FROM kept") == 1


def test_the_address_is_computed_without_starting_anything(data):
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(postgres.database_url())
    assert not data.exists()


def test_what_it_is_told(data):
    postgres.ensure()
    told = {name: ask(f"SHOW {name}") for name in ("fsync", "max_connections", "jit", "listen_addresses")}
    assert told == {"fsync": "on", "max_connections": "200", "jit": "off", "listen_addresses": ""}
    assert ask("SHOW server_encoding") == "UTF8"
    assert ask("SHOW data_checksums") == ("on" if int(postgres.version().split(".")[0]) >= 18 else "off")
    assert ask("SELECT 'Ä' < 'ä' COLLATE \"C\" AND upper('ä') = 'Ä'")


def test_only_its_owner_may_enter(data):
    postgres.ensure()
    for folder in (postgres.socket_folder(), postgres.cluster()):
        assert folder.stat().st_mode & 0o077 == 0


def test_every_module_that_the_product_uses_is_there(data):
    postgres.ensure()
    with connect() as connection:
        for name in ("pg_trgm", "unaccent", "btree_gist"):
            connection.execute(f"CREATE EXTENSION {name}")
    assert all((postgres.binaries() / name).exists() for name in ("pg_dump", "pg_restore", "psql"))


def test_two_processes_that_start_it_at_once(data):
    processes = [ensure_elsewhere() for _ in range(3)]
    told = [(*process.communicate(timeout=60), process.returncode) for process in processes]
    assert told == [(f"{postgres.database_url()}\n", "", 0)] * 3
    assert len(list(data.glob("pg*/postmaster.pid"))) == 1


def test_committed_rows_survive_a_crash_in_the_middle_of_writing(data):
    postgres.ensure()
    with connect() as connection:
        connection.execute("CREATE TABLE written (pair int, half int)")
    committed, ready = [], threading.Event()

    def write():
        with psycopg.connect(**postgres.conninfo()) as writer:
            for pair in range(1_000_000):
                writer.execute("INSERT INTO written SELECT %s, half FROM generate_series(1, 2) AS half", [pair])
                writer.commit()
                committed.append(pair)
                if pair == 50:
                    ready.set()

    def write_until_the_crash():
        try:
            write()
        except psycopg.Error:
            return

    writing = threading.Thread(target=write_until_the_crash)
    writing.start()
    ready.wait(30)
    os.kill(postgres.status().pid, signal.SIGKILL)
    writing.join(30)
    postgres.ensure()
    assert ask("SELECT count(*) FROM (SELECT pair FROM written GROUP BY pair HAVING count(*) <> 2) AS halves") == 0
    assert ask("SELECT count(DISTINCT pair) FROM written") in (len(committed), len(committed) + 1)


def test_a_lock_file_whose_number_was_given_away_is_no_obstacle(data):
    postgres.ensure()
    os.kill(postgres.status().pid, signal.SIGKILL)
    for file in (postgres.cluster() / "postmaster.pid", postgres.socket_folder() / f"{postgres.SOCKET_NAME}.lock"):
        rest = file.read_text().split("\n", 1)[1]
        file.write_text(f"{os.getpid()}\n{rest}")
    postgres.ensure()
    assert ask("SELECT 1") == 1


def test_stop_does_not_touch_a_stranger_with_the_servers_old_number(data):
    postgres.ensure()
    postgres.stop()
    with subprocess.Popen(["sleep", "60"]) as stranger:
        (postgres.cluster() / "postmaster.pid").write_text(f"{stranger.pid}\n")
        assert not postgres.stop()
        assert stranger.poll() is None
        stranger.kill()


def test_a_start_that_was_killed_half_way_leaves_no_half_database(data):
    half = data / f"pg{postgres.version().split('.')[0]}.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    postgres.ensure()
    assert ask("SELECT 1") == 1
    assert not half.exists()


@pytest.mark.parametrize("name", ["x" * 90, "a, b", "ä" * 40])
def test_paths_that_a_socket_cannot_have(monkeypatch, name):
    base = Path(tempfile.mkdtemp())
    for _ in _own_folder(monkeypatch, base / name):
        postgres.ensure()
        assert ask("SELECT 1") == 1
        assert postgres.socket_folder().parent == SHORT
    shutil.rmtree(base)


def test_a_socket_folder_that_somebody_else_made_is_not_used(monkeypatch):
    if os.geteuid() != 0:
        pytest.skip("giving a folder away needs root")
    base = Path(tempfile.mkdtemp())
    for _ in _own_folder(monkeypatch, base / ("y" * 90)):
        postgres.socket_folder().mkdir()
        os.chown(postgres.socket_folder(), 65534, 65534)
        with pytest.raises(postgres.PostgresError, match="belongs to"):
            postgres.ensure()
        os.chown(postgres.socket_folder(), 0, 0)
    shutil.rmtree(base)


@pytest.mark.parametrize("folder", ["pg18", "pg17"])
def test_data_of_another_major_is_named_and_left_alone(data, folder):
    cluster = data / folder
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text("17\n")
    with pytest.raises(postgres.PostgresError, match=r"written by PostgreSQL 17.*RAPPORT_PG_BIN"):
        postgres.ensure()
    assert [path.name for path in cluster.iterdir()] == ["PG_VERSION"]


def test_an_address_of_ones_own_is_used_instead(monkeypatch, data):
    postgres.ensure()
    address = postgres.database_url()
    monkeypatch.setenv("DATABASE_URL", address)
    monkeypatch.setenv("RAPPORT_DATA", str(data.parent / "unused"))
    done = subprocess.run(
        [
            sys.executable,
            "manage.py",
            "shell",
            "-v0",
            "-c",
            "from django.db import connection as c; c.ensure_connection()",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert not (data.parent / "unused" / "socket").exists()
    monkeypatch.setenv("RAPPORT_DATA", str(data))


def test_binaries_that_are_none_are_named(monkeypatch, tmp_path):
    monkeypatch.setenv("RAPPORT_PG_BIN", str(tmp_path))
    postgres.binaries.cache_clear()
    with pytest.raises(postgres.PostgresError, match="RAPPORT_PG_BIN"):
        postgres.binaries()
    postgres.binaries.cache_clear()


def test_the_systems_own_server_will_do(data, monkeypatch):
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not found:
        pytest.skip("no PostgreSQL of the system is installed")
    monkeypatch.setenv("RAPPORT_PG_BIN", str(found[-1].parent))
    for cached in (postgres.binaries, postgres.version):
        cached.cache_clear()
    try:
        postgres.ensure()
        assert ask("SELECT 1") == 1
        postgres.stop()
    finally:
        monkeypatch.delenv("RAPPORT_PG_BIN")
        for cached in (postgres.binaries, postgres.version):
            cached.cache_clear()


def test_where_user_namespaces_are_forbidden_another_user_runs_it(data, monkeypatch):
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("only root leaves root behind")
    monkeypatch.setattr(postgres_root, "_unshare", lambda _: ["false"])
    postgres_root._way.cache_clear()
    try:
        postgres.ensure()
        assert ask("SELECT 1") == 1
        assert postgres.cluster().stat().st_uid != 0
        postgres.stop()
        assert wait_until(lambda: not postgres.is_running())
        postgres.ensure()
        postgres.stop()
    finally:
        postgres_root._way.cache_clear()


def test_importing_the_settings_starts_nothing(data):
    code = "import crm.settings"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=os.environ | {"RAPPORT_DEMO": "1"}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert list(data.glob("pg*")) == []
