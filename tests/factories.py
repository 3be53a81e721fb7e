"""Valid defaults and nothing else."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import factory
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils.timezone import localdate, now

from accounts.models import Role, Team, User
from activities.models import Activity, Attachment
from crm import webpush
from customers.models import Company, Customer, Email, ExternalId, Order, OrderLine, Phone
from deals.models import Deal, LostReason, Stage, StageVisit
from leads.models import Lead, Source
from notifications.models import PushSubscription

PASSWORD = "correct horse battery"


class TeamFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Team

    name = factory.Sequence("Team {}".format)


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence("user{}@example.com".format)
    name = factory.Sequence("User {}".format)
    role = Role.SALES
    team = factory.SubFactory(TeamFactory)
    password = "!"


class CompanyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Company

    name = factory.Sequence("Company {}".format)


class CustomerFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Customer

    name = factory.Sequence("Customer number {}".format)


class PhoneFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Phone

    customer = factory.SubFactory(CustomerFactory)
    number = factory.Sequence(lambda n: f"+4420{79460000 + n}")
    national = factory.LazyAttribute(lambda phone: "0" + phone.number.removeprefix("+44"))


class EmailFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Email

    customer = factory.SubFactory(CustomerFactory)
    address = factory.Sequence("customer{}@example.com".format)


class ExternalIdFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ExternalId

    customer = factory.SubFactory(CustomerFactory)
    source = "shop"
    value = factory.Sequence("{}".format)


class OrderFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Order

    number = factory.Sequence("R{}".format)
    customer = factory.SubFactory(CustomerFactory)
    placed_at = factory.LazyFunction(lambda: now() - dt.timedelta(days=1))
    currency = "EUR"
    total = Decimal("100")
    base_total = Decimal("100")


class OrderLineFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = OrderLine

    order = factory.SubFactory(OrderFactory)
    position = factory.Sequence(lambda n: n + 1)
    sku = "A1"
    description = "Lantern"
    quantity = Decimal("1")
    unit_price = Decimal("100")


class ActivityFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Activity

    customer = factory.SubFactory(CustomerFactory)
    body = "Asked for a quote."
    created_by = factory.SubFactory(UserFactory)
    owner = factory.SelfAttribute("created_by")
    done_at = factory.LazyFunction(now)
    done_by = factory.Maybe("done_at", yes_declaration=factory.SelfAttribute("created_by"), no_declaration=None)


class PlanFactory(ActivityFactory):
    """Something still to be done: tomorrow, about nobody yet."""

    kind = "call"
    title = "Call back"
    body = ""
    customer = None
    done_at = None
    due_on = factory.LazyFunction(lambda: localdate() + dt.timedelta(days=1))


class AttachmentFactory(factory.django.DjangoModelFactory):
    """A text file; its bytes lie in the storage of the test."""

    class Meta:
        model = Attachment

    name = "offer.txt"
    file = factory.django.FileField(filename="offer.txt", data=b"Forty lanterns.")
    content_type = "text/plain"
    size = 15
    sha256 = "0" * 64
    customer = factory.SubFactory(CustomerFactory)
    created_by = factory.SubFactory(UserFactory)


class SourceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Source

    name = factory.Sequence("Source {}".format)


class LeadFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Lead

    name = factory.Sequence("Lead number {}".format)
    owner = factory.SubFactory(UserFactory)


class DealFactory(factory.django.DjangoModelFactory):
    """An open deal in the first stage of the pipeline that every installation has; `at` names another stage."""

    class Meta:
        model = Deal
        skip_postgeneration_save = True

    class Params:
        at = ""

    title = factory.Sequence("Deal {}".format)
    stage = factory.LazyAttribute(lambda deal: stage_called(deal.at))
    status = factory.LazyAttribute(lambda deal: deal.stage.kind)
    owner = factory.SubFactory(UserFactory)
    amount = Decimal("1000")
    base_amount = factory.SelfAttribute("amount")
    opened_on = factory.LazyFunction(lambda: localdate() - dt.timedelta(days=10))
    closed_on = factory.LazyAttribute(lambda deal: None if deal.status == "open" else localdate())
    lost_reason = factory.LazyAttribute(lambda deal: LostReason.objects.first() if deal.status == "lost" else None)

    @factory.post_generation
    def visit(self, create, given, **fields):
        if create:
            StageVisit.objects.create(deal=self, stage=self.stage, entered_at=now())


class SessionFactory(factory.django.DjangoModelFactory):
    """Somebody who is signed in; nobody unless `user` says who."""

    class Meta:
        model = Session

    class Params:
        user = None

    session_key = factory.Sequence("session{}".format)
    expire_date = factory.LazyFunction(lambda: now() + dt.timedelta(days=14))
    session_data = factory.LazyAttribute(lambda session: SessionStore().encode(signed_in_as(session.user)))


def signed_in_as(user):
    backend = "accounts.backend.Backend"
    return (
        {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: backend,
            HASH_SESSION_KEY: user.get_session_auth_hash(),
        }
        if user
        else {}
    )


class PushSubscriptionFactory(factory.django.DjangoModelFactory):
    """A browser of the standard's own example (RFC 8291), in which its user is signed in."""

    class Meta:
        model = PushSubscription

    user = factory.SubFactory(UserFactory)
    session = factory.SubFactory(SessionFactory, user=factory.SelfAttribute("..user"))
    endpoint = factory.Sequence("https://push.example.com/wpush/{}".format)
    p256dh = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
    auth = "BTBZMqHH6r4Tts7J_aSIgg"
    server_key = factory.LazyFunction(webpush.public_key)
    browser = "Firefox on Linux"


def stage_called(name):
    stages = Stage.objects.filter(pipeline__position=1).order_by("position")
    return stages.get(name=name) if name else stages[0]
