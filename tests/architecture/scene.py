"""The objects behind the access table: own, foreign, deleted, missing."""

from __future__ import annotations

import uuid

from django.urls import reverse
from django.utils.timezone import now

from crm.models import JobProgress
from tests import factories

MISSING = 10**9


class Scene:
    """One user per role, alice's records, a stranger's, and alice's deleted ones."""

    def __init__(self):
        team, other = factories.TeamFactory(), factories.TeamFactory()
        roles = {"admin": None, "manager": team, "sales": team, "agent": None, "analyst": None}
        self.users = {role: factories.UserFactory(role=role, team=place) for role, place in roles.items()}
        self.users["none"] = factories.UserFactory(role="", team=None)
        self.stranger = factories.UserFactory(role="sales", team=other)
        self.objects = {}
        for kind, owner in (("own", self.users["sales"]), ("foreign", self.stranger), ("deleted", self.users["sales"])):
            self._make(kind, owner)
        self.customer = self.objects["customer", "own"]

    def _make(self, kind, owner):
        gone = {"deleted_at": now()} if kind == "deleted" else {}
        eligible = kind != "foreign"
        company = factories.CompanyFactory(owner=owner, **gone)
        customer = factories.CustomerFactory(owner=owner, call_eligible=eligible, company=company, **gone)
        order = factories.OrderFactory(customer=customer, **gone)
        factories.OrderLineFactory(order=order)
        note = factories.ActivityFactory(customer=customer, created_by=owner, **gone)
        colleague = factories.UserFactory(role="agent" if kind == "own" else "sales", team=owner.team)
        made = {"company": company, "customer": customer, "order": order, "note": note, "user": colleague}
        made["team"] = owner.team
        made["job"] = JobProgress.objects.create(user=owner, title="Export")
        for name, thing in made.items():
            self.objects[name, kind] = thing

    def url(self, name, row, kind):
        if not row.about:
            return reverse(name, args=row.words)
        missing = uuid.UUID(int=1) if row.about == "job" else MISSING
        return reverse(name, args=[missing if kind == "missing" else self.objects[row.about, kind].pk])
