"""The demo data is shaped as real data is, and plainly fictional."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import phonenumbers
import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import Count, F, Max, Q, Sum

from accounts.models import User
from activities.models import Activity
from crm import phones
from crm.moments import zone_names
from customers.demo_names import FAMILY, GIVEN
from customers.demo_people import DOMAINS
from customers.demo_places import PLACES
from customers.figures import figures_of
from customers.models import Company, Customer, Email, Order, OrderKind, OrderLine, Phone
from deals.models import Deal
from leads.models import Lead

# The test database is made only for tests that say they need one.
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def seeded(django_db_setup, django_db_blocker):
    """Seeded once for all tests of this module, which only look."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("seed", verbosity=0)
        yield
        transaction.set_rollback(True)


def test_the_demo_has_its_size(seeded):
    assert (Company.objects.count(), Customer.objects.count(), Order.objects.count()) == (150, 1_500, 9_000)
    assert 2.2 < OrderLine.objects.count() / 9_000 < 2.8
    assert (Lead.objects.count(), Deal.objects.count()) == (700, 260)
    assert 1_500 <= Activity.objects.filter(kind="note").count() < 1_550
    assert 3_000 < Activity.objects.exclude(kind="note").count() < 5_000


def test_figures_are_those_of_the_rule(seeded):
    names = ("orders_count", "net_total", "first_order_at", "last_order_at")
    written = list(Customer.objects.order_by("pk").values_list(*names))
    figures_of(Customer.everything.all())
    assert list(Customer.objects.order_by("pk").values_list(*names)) == written


def test_totals_are_the_sums_of_the_lines(seeded):
    assert not Order.objects.alias(amount=Sum("lines__amount")).exclude(amount=F("total")).exists()
    assert not Order.objects.exclude(base_total=F("total")).exists()


def test_orders_are_skewed_as_real_ones_are(seeded):
    kinds = Counter(Order.objects.values_list("kind", flat=True))
    assert kinds == {"return": 540, "adjustment": 9, "sale": 8_451}
    by_customer = sorted(Customer.objects.values_list("orders_count", flat=True), reverse=True)
    assert 0.5 < sum(by_customer[:300]) / sum(by_customer) < 0.8  # a fifth of the customers, most of the orders
    assert by_customer[0] < 0.03 * 9_000
    assert 100 < by_customer.count(0) < 400
    hours = Counter(placed.hour for placed in Order.objects.values_list("placed_at", flat=True))
    assert hours[11] > 10 * hours[3]
    assert 200 < Order.objects.filter(customer=None).count() < 400


def test_returns_come_after_their_sale_by_the_same_customer(seeded):
    returns = Order.objects.filter(kind=OrderKind.RETURN)
    assert not returns.exclude(returns_order__kind="sale", returns_order__status="completed").exists()
    assert not returns.exclude(placed_at__gt=F("returns_order__placed_at")).exists()
    assert not returns.exclude(Q(customer=F("returns_order__customer")) | Q(customer=None)).exists()
    assert not returns.filter(total__gte=0).exists()


def test_nothing_lies_in_the_future_and_the_last_day_is_yesterday(seeded):
    newest = Order.objects.aggregate(Max("placed_at"))["placed_at__max"]
    today = dt.datetime.now(dt.UTC).date()
    assert dt.timedelta(0) < today - newest.date() <= dt.timedelta(days=1)
    assert not Customer.objects.filter(first_order_at__lt=F("created_at")).exists()


def test_people_are_fictional(seeded):
    domains = {address.split("@")[1] for address in Email.objects.values_list("address", flat=True)}
    assert domains <= set(DOMAINS)
    assert not Company.objects.exclude(website="").exclude(website__endswith=".example").exists()


def test_some_lack_what_real_people_lack(seeded):
    nameless = Customer.objects.filter(name="")
    assert 20 < nameless.count() < 80
    assert not nameless.filter(external_ids=None).exists()
    assert 200 < Customer.objects.filter(owner=None).count() < 450
    several = Customer.objects.annotate(n=Count("phones")).filter(n__gt=1).count()
    assert 250 < several < 500
    assert 0.35 < Customer.objects.filter(call_eligible=True).count() / 1_500 < 0.45


def test_owners_are_active_sellers(seeded):
    owners = User.objects.filter(customers__isnull=False).distinct()
    assert {owner.role for owner in owners} == {"sales", "manager"}
    assert all(owner.is_active for owner in owners)
    assert owners.count() >= 4


def test_phone_numbers_are_valid_and_kept_as_a_form_would_keep_them(seeded):
    for number, national in Phone.objects.values_list("number", "national"):
        assert phonenumbers.is_valid_number(phonenumbers.parse(number)), number
        assert phones.parse(number).national == national
    assert {phone[:3] for phone in Phone.objects.values_list("number", flat=True)} > {"+44", "+49"}


def test_every_country_has_names_and_a_known_zone():

    codes = {place.code for place in PLACES}
    assert codes == set(GIVEN) == set(FAMILY)
    assert {place.zone for place in PLACES} <= zone_names()
