"""The people that an import names: users who cannot sign in, with their teams, for figures to go to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils.text import slugify
from django.utils.timezone import now

from accounts.models import Role, Team, User

DOMAIN = "import.invalid"


def write(rows: Iterable[Mapping[str, Any]]) -> tuple[dict[str, int], int]:
    """Name -> id of everybody in the rows, and how many are new: managers lead the team of those they manage."""
    rows = list(rows)
    known = dict(User.objects.filter(email__endswith=f"@{DOMAIN}").values_list("email", "pk"))
    before, ids = len(known), dict[str, int]()
    for row in rows:
        team = _team(row)
        if manager := row.get("manager"):
            _user(manager, Role.MANAGER, team, known)
        ids[row["name"]] = _user(row["name"], Role.SALES, team, known)
    return ids, len(known) - before


def active() -> dict[str, int]:
    """E-mail -> id of those who may own a deal."""
    return dict(User.objects.owners().values_list("email", "pk"))


def _team(row: Mapping[str, Any]) -> Team | None:
    """Called after its manager and office."""
    name = ", ".join(filter(None, (row.get("manager"), row.get("office"))))[:100]
    if not name:
        return None
    return Team.objects.filter(name__iexact=name).first() or Team.objects.create(name=name)


def _user(name: str, role: Role, team: Team | None, known: dict[str, int]) -> int:
    email = f"{_slug(name)}@{DOMAIN}"
    if email not in known:
        user = User(email=email, name=name, role=role, team=team, is_active=False, deactivated_at=now())
        user.password = make_password(None)
        user.save(force_insert=True)
        known[email] = user.pk
    return known[email]


def _slug(name: str) -> str:
    """Small Latin letters with dots; names without any are told apart by a number of their own."""
    plain = slugify(name).replace("-", ".").strip("._")[:60]
    return plain or hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()[:12]
