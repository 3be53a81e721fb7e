"""Handing leads out, in few words: people and leads, and what became of them."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from accounts.models import Absence
from crm.moments import today
from leads.models import Lead
from tests import factories


def person(name, team, role="sales", **more):
    return factories.UserFactory(name=name, team=team, role=role, password="known", **more)


def leads(count, owner=None, **more):
    return [factories.LeadFactory(owner=owner, **more).pk for _ in range(count)]


def away(person, first=0, last=0):
    day = today()
    return Absence.objects.create(
        person=person, first_day=day + dt.timedelta(days=first), last_day=day + dt.timedelta(days=last)
    )


def fill(person, count):
    leads(count, person)


def shares(handout):
    return Counter(to for _lead, _before, to in handout.given)


def why_skipped(handout):
    return {entry["person"]: entry["why"] for entry in handout.skipped}


def why_left(handout):
    return Counter(entry["why"] for entry in handout.left)


def owners():
    return dict(Lead.everything.values_list("pk", "owner"))
