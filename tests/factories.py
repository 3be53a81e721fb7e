"""Valid defaults and nothing else."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import factory
from django.utils.timezone import now

from accounts.models import Role, Team, User
from activities.models import Activity
from customers.models import Company, Customer, Email, ExternalId, Order, OrderLine, Phone

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
