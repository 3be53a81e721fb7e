"""The commands of ./rapport."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable

from crm.dotenv import given
from launcher import environment
from launcher.places import (
    MANAGE,
    PYTHON,
    ROOT,
    Problem,
    become,
    data,
    inside,
    prepare_environ,
    require_own_data,
    say,
)

HELP = """./rapport up [--port N] [--no-demo]   start Rapport on http://127.0.0.1:8000, with demo data if it is empty
./rapport stop                         stop everything
./rapport status                       what runs, versions, counts
./rapport test [pytest arguments]      run the tests
./rapport check                        everything that has to pass before a change is accepted
./rapport bench [arguments]            measure
./rapport manage COMMAND [arguments]   Django's commands, such as createsuperuser, import_orders, seed
./rapport psql [arguments]             a prompt on the database
"""


def run(words: list[str]) -> int:
    """Run one command."""
    name, arguments = (words[0], words[1:]) if words else ("help", [])
    if name in ("help", "-h", "--help"):
        say(HELP.rstrip())
        return 0
    command = COMMANDS.get(name)
    if command is None:
        raise Problem(f"There is no command {name}: ./rapport help lists them.")
    return command(arguments)


def _enter(words: list[str], *, development: bool = False) -> None:
    """Go on inside the environment, made first when it is missing or old."""
    if not inside():
        require_own_data()
        environment.ensure(development=development)
        _go_inside(words)


def _go_inside(words: list[str]) -> None:
    prepare_environ(demo=False)
    become([PYTHON, ROOT / "launcher" / "__main__.py", *words])


def _up(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser("./rapport up")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--no-demo", action="store_true")
    chosen = parser.parse_args(arguments)
    if not 0 < chosen.port < 65536:
        raise Problem(f"There is no port {chosen.port}: choose one between 1 and 65535.")
    if chosen.no_demo:
        _require_settings()
    from launcher import supervisor

    if not inside():
        require_own_data()
        if address := supervisor.running_address():
            say(f"Rapport already runs at {address}")
            return 0
        supervisor.clear_leftovers()
        supervisor.require_free(chosen.port)
    _enter(["up", *arguments])
    prepare_environ(demo=not chosen.no_demo)
    return supervisor.up(chosen.port, demo=not chosen.no_demo)


def _require_settings() -> None:
    missing = [name for name in ("SECRET_KEY", "ALLOWED_HOSTS") if not given(name)]
    if missing:
        raise Problem(
            f"Without the demo, {' and '.join(missing)} must be set in the environment or in {ROOT / '.env'}; "
            ".env.example describes them."
        )
    if os.environ.pop("RAPPORT_DEMO", None) and given("RAPPORT_DEMO"):
        raise Problem(f"RAPPORT_DEMO is set in {ROOT / '.env'}: remove it to start without the demo.")


def _stop(arguments: list[str]) -> int:
    if not data().exists():
        say("Nothing was running.")
        return 0
    require_own_data()
    if not inside() and environment.exists():
        _go_inside(["stop"])
    from launcher import supervisor

    say("Stopped." if supervisor.stop() else "Nothing was running.")
    return 0


def _status(arguments: list[str]) -> int:
    if data().exists():
        require_own_data()
    if not environment.exists():
        say("Rapport has not been started here yet: ./rapport up does it.")
        return 0
    from launcher import supervisor

    address = supervisor.running_address()
    say(f"Rapport runs at {address}" if address else "Rapport does not run: ./rapport up starts it.")
    return _manage(["status", *arguments])


def _manage(arguments: list[str]) -> int:
    require_own_data()
    environment.ensure()
    prepare_environ(demo=_is_demo())
    become([PYTHON, MANAGE, *arguments])


def _is_demo() -> bool:
    """Who has set a key has an installation of their own; anybody else has the demo."""
    return not given("SECRET_KEY")


def _psql(arguments: list[str]) -> int:
    _enter(["psql", *arguments])
    from crm import postgres

    own = given("DATABASE_URL")
    try:
        psql = postgres.binaries() / "psql"
        if own:
            become([psql, "-d", own, *arguments])
        postgres.ensure()
    except postgres.PostgresError as problem:
        raise Problem(str(problem)) from None
    # As variables, so that `-d` on the command line still chooses another database of the same server.
    for name, value in postgres.conninfo().items():
        os.environ["PGDATABASE" if name == "dbname" else f"PG{name.upper()}"] = value
    become([psql, *arguments])


def _test(arguments: list[str]) -> int:
    _enter(["test", *arguments], development=True)
    from launcher import checks

    return checks.test(arguments)


def _check(arguments: list[str]) -> int:
    _enter(["check", *arguments], development=True)
    from launcher import checks

    return checks.check()


def _bench(arguments: list[str]) -> int:
    _enter(["bench", *arguments], development=True)
    if not (ROOT / "benchmarks" / "__main__.py").exists():
        raise Problem("There is nothing to measure yet.")
    prepare_environ(demo=True)
    os.chdir(ROOT)
    become([PYTHON, "-m", "benchmarks", *arguments])


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "up": _up,
    "stop": _stop,
    "status": _status,
    "test": _test,
    "check": _check,
    "bench": _bench,
    "manage": _manage,
    "psql": _psql,
}
