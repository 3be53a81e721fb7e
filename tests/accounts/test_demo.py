from __future__ import annotations

import datetime as dt
import random

import pytest
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError
from django.test import Client

from accounts import demo
from accounts.demo_logins import PASSWORD
from accounts.models import Team, User
from crm.seeding import Plan
from tests.accounts.doing import is_in, sign_in
from tests.rows import all_rows


def plan():
    said = []
    return Plan(scale="demo", seed=42, today=dt.date(2026, 3, 2), rng=random.Random(42), say=said.append)


@pytest.mark.parametrize("role", ["admin", "manager", "sales", "agent", "analyst"])
def test_it_works(db, role):
    demo.seed(plan())
    client = Client()
    sign_in(client, f"{role}@demo.test", PASSWORD)
    assert is_in(client)
    assert User.objects.get(email=f"{role}@demo.test").effective_role == role


def test_people_and_teams_are_believable(db):
    demo.seed(plan())
    assert sorted(Team.objects.values_list("name", flat=True)) == ["North", "South"]
    assert User.objects.count() == len(demo.PEOPLE) == 13
    assert not [user for user in User.objects.active() if not user.effective_role]
    assert User.objects.filter(is_active=False).count() == 1


def test_seeding_again_changes_nothing(db):
    demo.seed(plan())
    User.objects.filter(email="sales@demo.test").update(name="Renamed")
    before = all_rows()
    demo.seed(plan())
    assert all_rows() == before


def test_outside_the_demo_nobody_is_made(db, settings):
    settings.DEMO = False
    demo.seed(plan())
    assert not User.objects.exists()


def check():
    call_command("check", "--database", "default", "--tag", "database")


def test_outside_the_demo_the_check_refuses_a_demo_login(db, settings, capsys):
    demo.seed(plan())
    check()
    settings.DEMO = False
    with pytest.raises(CommandError, match="end_demo"):
        check()
    call_command("end_demo")
    check()
    assert "deactivated" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_and_nothing_is_served(db, settings, command):
    demo.seed(plan())
    settings.DEMO = False
    with pytest.raises(SystemCheckError, match="Their password is public"):
        call_command(command)


def test_other_commands_are_not_held_up(db, settings):
    demo.seed(plan())
    settings.DEMO = False
    call_command("check")


def test_ending_the_demo_ends_the_sessions(db):
    demo.seed(plan())
    client = Client()
    sign_in(client, "admin@demo.test", PASSWORD)
    call_command("end_demo", verbosity=0)
    assert client.get("/settings/").status_code == 302


def test_the_first_admin_is_made_by_command(db):
    call_command("createsuperuser", "--noinput", "--email", "First@Example.com", "--name", "First Admin", verbosity=0)
    first = User.objects.get()
    assert (first.email, first.effective_role) == ("first@example.com", "admin")


def test_hosts_must_be_named(settings):
    from accounts.checks import hosts_are_named

    settings.DEMO, settings.ALLOWED_HOSTS = False, ["*"]
    assert [error.id for error in hosts_are_named(None)] == ["accounts.E002"]
    settings.ALLOWED_HOSTS = ["crm.example.com"]
    assert hosts_are_named(None) == []
