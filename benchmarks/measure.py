"""Interleaved rounds: in each the floor, then every page, so that a noisy moment weighs on both."""

from __future__ import annotations

import os
import sys

from django.apps import apps
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.db import connection

from accounts.models import Role, User
from activities.models import Activity
from benchmarks.clock import Client, Unexpected, throughput, time_beside
from benchmarks.pages import Page, pages
from benchmarks.plans import Asked, asked
from benchmarks.report import Load, Report, Result
from benchmarks.server import Server, running
from customers.models import Company, Customer, Order, OrderLine
from deals.models import Deal
from leads.models import Lead

FLOOR = ("/floor/",)
CLIENTS = 8
SECONDS = 2.0


def prepare(scale: str) -> None:
    """Tables, static files and data; quick when they are there."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("seed", scale=scale, if_empty=True)


def measure(rounds: int, requests: int, processes: int, only: str) -> Report:
    """Measure all pages that exist."""
    session = _session()
    found, absent = pages()
    found = [page for page in found if only in page.name]
    results = [Result(page, _asked(page, session)) for page in found]
    cookie = f"{settings.SESSION_COOKIE_NAME}={session}"
    load = os.getloadavg()[0]
    with running(processes) as server:
        for number in range(1, rounds + 1):
            sys.stderr.write(f"round {number} of {rounds}\n")
            _round(server, cookie, results, requests)
        floor = _under_load(server, cookie, FLOOR)
        for result in results:
            result.load = _under_load(server, cookie, result.page.urls)
        memory = server.memory()
    return Report(floor, results, absent, memory, load, _rows())


def _asked(page: Page, session: str) -> Asked:
    forget = (lambda: None) if _is_warm(page) else _forget_kept_figures
    return asked(page.urls[0], session, reads_ranges=page.reads_ranges, forget=forget)


def _round(server: Server, cookie: str, results: list[Result], requests: int) -> None:
    _forget_kept_figures()
    client = Client(server.port, cookie)
    for result in list(results):
        warm = _is_warm(result.page)
        try:
            timing, floor = time_beside(client, result.page.urls, FLOOR[0], requests, warm=warm)
        except Unexpected as problem:
            sys.stderr.write(f"left out: {result.page.name}: {problem}\n")
            results.remove(result)
            continue
        result.rounds.append(timing)
        result.floors.append(floor)
    client.close()


def _under_load(server: Server, cookie: str, urls: tuple[str, ...]) -> Load:
    before = server.seconds()
    answers = throughput(server.port, cookie, urls, clients=CLIENTS, seconds=SECONDS)
    return Load(answers / SECONDS, (server.seconds() - before) * 1000 / max(answers, 1))


def _is_warm(page: Page) -> bool:
    return "never seen" not in page.name


def _forget_kept_figures() -> None:
    """Figures that an earlier round left behind would make a new range look quick."""
    if "keptfigures" in apps.all_models["dashboard"]:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE dashboard_keptfigures")


def _session() -> str:
    """Signed in as somebody who sees everything but administers nothing."""
    user = User.objects.active().filter(role=Role.MANAGER).exclude(team=None).order_by("pk").first()
    if user is None:
        raise SystemExit("There is no manager to sign in as: seed the data in demo mode.")
    return session_of(user)


def session_of(user: User) -> str:
    """The key of a new session in which they are signed in."""
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return str(store.session_key)


def _rows() -> dict[str, int]:
    models = {"customers": Customer, "companies": Company, "orders": Order, "lines": OrderLine}
    models |= {"leads": Lead, "deals": Deal, "activities": Activity}
    return {name: model._base_manager.count() for name, model in models.items()}
