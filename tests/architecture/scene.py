"""The objects behind the access table: own, foreign, deleted, missing."""

from __future__ import annotations

import uuid

from django.urls import reverse
from django.utils.timezone import now

from accounts.models import Absence, Holiday, WorkingHours
from activities.models import Comment
from crm import background, jobs
from crm.models import JobProgress, Mail
from deals.models import LostReason, Product, Stage, Target
from leads.models import Campaign, Handout, ScoreRule, Source
from notifications.models import Notification
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
        self._set_up()
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
        made |= self._selling(owner, customer, company, gone)
        about = {"subject_type": "deals.deal", "subject_id": made["deal"].pk}
        made["notification"] = Notification.objects.create(user=owner, kind="assigned", source=kind, **about)
        made["browser"] = factories.PushSubscriptionFactory(user=owner)
        for name, thing in made.items():
            self.objects[name, kind] = thing

    def _selling(self, owner, customer, company, gone):
        lead = factories.LeadFactory(owner=owner, **gone)
        deal = factories.DealFactory(owner=owner, customer=customer, company=company, **gone)
        whose = {"owner": owner, "created_by": owner}
        # Not due on the day that begins while the tests run: it would be there to be worked.
        plan = factories.PlanFactory(deal=deal, customer=customer, due_on="2149-12-31", **whose, **gone)
        comment = Comment.objects.create(activity=plan, body="Ask for the price.", created_by=owner, **gone)
        file = factories.AttachmentFactory(deal=deal, customer=customer, created_by=owner, **gone)
        first, last = ("2026-02-01", "2026-02-02") if gone else ("2026-01-01", "2026-01-02")
        away = Absence.objects.create(person=owner, first_day=first, last_day=last)
        if gone:
            away.delete()
        return {"lead": lead, "deal": deal, "plan": plan, "comment": comment, "file": file, "absence": away}

    def _set_up(self):
        """What belongs to nobody: own and foreign are the same."""
        stage = Stage.objects.order_by("pk")[0]
        day = Holiday.objects.create(day="2030-01-01", name="New Year")
        campaign = Campaign.objects.create(name="Spring")
        product = Product.objects.create(name="Lantern", price=100)
        target = Target.objects.create(person=self.users["sales"], month="2030-01-01", amount=1000)
        made = {"stage": stage, "pipeline": stage.pipeline, "holiday": day, "campaign": campaign, "product": product}
        made |= {"source": Source.objects.all()[0], "reason": LostReason.objects.all()[0], "target": target}
        made["handout"] = Handout.objects.create(way="assigned", by=self.users["manager"], leads=[])
        made["mail"] = Mail.objects.create(kind="accounts.reset", user=self.users["sales"], address="a@example.com")
        made |= {"hours": WorkingHours.objects.all()[0], "rule": ScoreRule.objects.all()[0]}
        made["queued"] = background.queued_jobs().get(pk=jobs.run.defer(job=str(uuid.UUID(int=2))))
        for name, thing in made.items():
            self.objects[name, "own"] = thing

    def url(self, name, row, kind):
        if not row.about:
            return reverse(name, args=row.words)
        missing = uuid.UUID(int=1) if row.about == "job" else MISSING
        return reverse(name, args=[*row.words, missing if kind == "missing" else self.objects[row.about, kind].pk])
