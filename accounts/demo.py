"""Two teams and the people in them. Five of them are the logins on the sign-in page of the demo."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import accumulate

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.demo_days import add_days
from accounts.demo_logins import DOMAIN, PASSWORD
from accounts.models import Role, Team, User
from crm.seeding import Plan


@dataclass(frozen=True)
class Person:
    login: str
    name: str
    role: Role
    team: str = ""
    zone: str = "Europe/London"
    state: str = "active"


PEOPLE = (
    Person("admin", "Amara Okafor", Role.ADMIN),
    Person("manager", "Mikael Lindqvist", Role.MANAGER, "North", "Europe/Stockholm"),
    Person("sales", "Sofia Marchetti", Role.SALES, "North", "Europe/Rome"),
    Person("agent", "Adrián Vega", Role.AGENT, "", "Europe/Madrid"),
    Person("analyst", "Ana Horvat", Role.ANALYST, "", "Europe/Zagreb"),
    Person("helena.brandt", "Helena Brandt", Role.MANAGER, "South", "Europe/Berlin"),
    Person("tom.whitaker", "Tom Whitaker", Role.SALES, "North"),
    Person("ingrid.solberg", "Ingrid Solberg", Role.SALES, "North", "Europe/Oslo"),
    Person("luc.fontaine", "Luc Fontaine", Role.SALES, "South", "Europe/Paris"),
    Person("nadia.rahimi", "Nadia Rahimi", Role.SALES, "South", "Europe/Brussels"),
    Person("peter.novak", "Peter Novák", Role.SALES, "South", "Europe/Prague", "deactivated"),
    Person("grace.mbeki", "Grace Mbeki", Role.AGENT, "", "Africa/Johannesburg"),
    Person("owen.pritchard", "Owen Pritchard", Role.SALES, "North", "Europe/London", "invited"),
)


def seed(plan: Plan) -> None:
    """Add who is missing; whoever is there stays as they are. Nobody outside demo mode: the password is public."""
    if not settings.DEMO:
        plan.say("Users: none, since this is not the demo.")
        return
    with transaction.atomic():
        teams = {name: Team.objects.get_or_create(name=name)[0] for name in ("North", "South")}
        known = set(User.objects.values_list("email", flat=True))
        password = make_password(PASSWORD)
        users = [_user(person, teams, password, plan) for person in PEOPLE]
        made = User.objects.bulk_create([user for user in users if user.email not in known])
        add_days(plan)
    plan.say(f"Users: {len(made)} in {len(teams)} teams.")


def sellers() -> tuple[list[int], list[int]]:
    """Who owns leads and deals, with rising weights for random.choices: sales most, the first login above all."""
    people = User.objects.owners().filter(role__in=[Role.SALES, Role.MANAGER], last_login__isnull=False)
    rows = list(people.order_by("email").values_list("pk", "email", "role"))
    weights = (1 if role == Role.MANAGER else 7 if email == f"sales@{DOMAIN}" else 4 for _, email, role in rows)
    return [pk for pk, _, _ in rows], list(accumulate(weights))


def _user(person: Person, teams: dict[str, Team], password: str, plan: Plan) -> User:
    noon = dt.datetime.combine(plan.today, dt.time(12), tzinfo=dt.UTC)
    joined = noon - dt.timedelta(days=plan.rng.randrange(200, 900))
    left = noon - dt.timedelta(days=20)
    seen = (left if person.state == "deactivated" else noon) - dt.timedelta(minutes=plan.rng.randrange(60, 9_000))
    return User(
        email=f"{person.login}@{DOMAIN}",
        name=person.name,
        role=person.role,
        team=teams.get(person.team),
        time_zone=person.zone,
        password=make_password(None) if person.state == "invited" else password,
        is_active=person.state != "deactivated",
        deactivated_at=left if person.state == "deactivated" else None,
        last_login=None if person.state == "invited" else seen,
        created_at=joined,
    )
