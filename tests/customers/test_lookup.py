"""Whoever is typed is found: by any number, any spelling, and with typos; and nobody else is."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm import bulk, finding, phones
from customers import lookup
from customers.models import Customer, Phone
from tests import factories
from tests.customers.names import NAMES

NUMBERS = Path(__file__).resolve().parents[3] / "shared/data/phones/example_numbers_all_regions.csv"


def found(text):
    return [str(row) for row in lookup.narrow(Customer.objects.all(), text).order_by("sort_key")]


def hits(text, user):
    return [(hit.title, hit.reason, hit.exact) for hit in finding.find(text, user)]


@pytest.fixture
def everybody_with_a_number(db):
    if not NUMBERS.exists():
        pytest.skip("the example numbers of all regions are not here")
    with NUMBERS.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    people = Customer.objects.bulk_create([Customer(name=f"{row['region']} {row['type']}") for row in rows])
    parsed = [phones.parse(row["e164"]) for row in rows]
    Phone.objects.bulk_create(
        [Phone(customer=person, number=p.e164, national=p.national) for person, p in zip(people, parsed, strict=True)]
    )
    return list(zip(people, rows, strict=True))


def test_every_number_of_the_world_finds_its_customer_in_any_spelling(everybody_with_a_number):
    spellings = ["e164", "national", "international", "rfc3966", "dialled_from_us"]
    # Keys first: a whole narrow() for each of 5,645 spellings would take a minute.
    missed = [
        row[spelling]
        for person, row in everybody_with_a_number
        for spelling in spellings
        if person.pk not in {key.customer for key in lookup.keys_of(row[spelling])}
    ]
    assert len(everybody_with_a_number) == 1129
    assert missed == []
    for person, row in everybody_with_a_number[::50]:
        for spelling in spellings:
            assert person in lookup.narrow(Customer.objects.all(), row[spelling])


@pytest.mark.parametrize(
    "typed",
    [
        *("+442079460018", "00442079460018", "020 7946 0018", "(020) 7946-0018", "+44 (0)20 7946 0018", "02079460018"),
        *("tel:+44-20-7946-0018", "9460018", "0\N{NO-BREAK SPACE}2079460018", "０２０７９４６００１８", "0018"),
        "011 44 20 7946 0018",
    ],
)
def test_a_phone_is_found_in_any_spelling_and_by_its_end(customer, typed):
    factories.PhoneFactory(customer=customer, number="+442079460018", national="02079460018")
    factories.PhoneFactory(number="+442079461234", national="02079461234")
    assert found(typed) == ["Zoë Ångström"]


def test_three_digits_are_no_phone(customer):
    factories.PhoneFactory(customer=customer, number="+442079460018")
    assert found("018") == []


def test_ids_references_and_addresses_find_their_customer(customer, alice):
    factories.ExternalIdFactory(customer=customer, source="shop", value="17850")
    factories.EmailFactory(customer=customer, address="Zoe.Angstrom@example.com")
    Customer.objects.filter(pk=customer.pk).update(reference="K-99")
    factories.CustomerFactory(name="Somebody Else")
    for typed in [
        "17850",
        "#17850",
        "K-99",
        str(customer.pk),
        f"#{customer.pk}",
        "zoe.angstrom@EXAMPLE.com",
        "zoe.angstrom@ex",
    ]:
        assert found(typed) == ["Zoë Ångström"], typed
    assert found("zoe.angstrom@example.com.evil") == []
    assert hits("17850", alice) == [("Zoë Ångström", "ID 17850 (shop)", True)]
    assert hits("zoe.angstrom@ex", alice) == [("Zoë Ångström", "E-mail Zoe.Angstrom@example.com", False)]


@pytest.mark.parametrize("typed", ["zoe", "ANGSTROM", "Ångström", "ångström zoë", "ström", "zo", "z", "  Zoe   Å "])
def test_a_name_is_found_by_its_parts_without_accents_in_any_order(customer, typed):
    factories.CustomerFactory(name="Karl Becker")
    assert found(typed) == ["Zoë Ångström"]


@pytest.mark.parametrize(
    "typed", ["", "   ", "%", "_", "%%%", "___", "\\", "' OR 1=1 --", "\x00", "a\x00b", "\ud800", "xyz"]
)
def test_nothing_is_found_for_what_nobody_is_called(customer, typed):
    assert found(typed) == []


def test_wildcards_mean_themselves(db):
    factories.CustomerFactory(name="100% Cotton")
    factories.CustomerFactory(name="100 Wool")
    assert found("100%") == ["100% Cotton"]


def test_the_text_may_be_very_long(customer, alice):
    assert found("x" * 100_000) == []
    assert hits("9" * 100_000, alice) == []


OTHER_SCRIPTS = ["Иван Петров", "Γιώργος Παπαδόπουλος", "田中太郎", "محمد علي", "राज कुमार", "김철수"]


@pytest.mark.parametrize("name", OTHER_SCRIPTS)
def test_names_of_any_script_are_found_by_their_beginning_and_their_parts(db, name):
    factories.CustomerFactory(name=name)
    factories.CustomerFactory(name="Zoë Ångström")
    for typed in (name, name[:2], name.split()[-1], name.lower()):
        assert found(typed) == [name], typed


@pytest.mark.parametrize("typed", ["Иван Петрв", "Иван Птеров", "Παπαδοπουλος"])
def test_misspelt_names_of_other_scripts_too(db, typed):
    ((letters,),) = bulk.fetch("SELECT datctype FROM pg_database WHERE datname = current_database()")
    if letters == "C":
        pytest.skip("this database was made in the locale C, where pg_trgm knows no letter outside of ASCII")
    for name in OTHER_SCRIPTS:
        factories.CustomerFactory(name=name)
    assert found(typed) == [OTHER_SCRIPTS[0] if typed[0] == "И" else OTHER_SCRIPTS[1]]


MISSPELT = {
    "Bjorn Bergstrom": "Björn Bergström",
    "Zoe Lindqvist": "Zoë Lindqvist",
    "Chloe Gonzalves": "Chloé Gonçalves",
    "Jose Lopez": "José López",
    "Renee Dvorak": "Renée Dvořák",
    "Michale Thompson": "Michael Thompson",
    "Cahterine Fitzgerald": "Catherine Fitzgerald",
    "Benjmain Crawford": "Benjamin Crawford",
    "Elisabeth Lefevbre": "Elisabeth Lefebvre",
    "Alexandr Hoffmann": "Alexander Hoffmann",
    "Katarina Zimmermann": "Katharina Zimmermann",
    "Sebastian Papadopulos": "Sebastian Papadopoulos",
    "Magaret Middleton": "Margaret Middleton",
    "Fredrick Stephenson": "Frederick Stephenson",
    "Patriccia Rodriguez": "Patricia Rodríguez",
    "Emmma Johanssson": "Emma Johansson",
    "Wiliam MacDonnald": "William MacDonald",
    "Mohamed Chaudry": "Mohammed Chaudhry",
    "Natascha Sokolow": "Natasha Sokolov",
    "Calloway Dorthy": "Dorothy Calloway",
}


@pytest.fixture
def a_town(db):
    bulk.execute("INSERT INTO customers_customer (name) SELECT unnest(%s::text[])", [NAMES])
    bulk.execute("ANALYZE customers_customer")
    return NAMES


def test_misspelt_names_find_theirs_among_twenty_thousand(a_town, alice):
    asked = MISSPELT
    assert len(asked) == 20
    assert set(asked.values()) <= set(a_town)
    missed = {typed: found(typed) for typed, name in asked.items() if name not in found(typed)}
    assert missed == {}
    ranks = {t: [hit.title for hit in finding.find(t, alice)].index(name) for t, name in asked.items()}
    assert max(ranks.values()) == 0, ranks


def test_what_is_like_no_name_finds_nobody(a_town):
    assert found("Qwxzvk Pflümpfbrt") == []


def test_masks_hold(customer, order, alice, gus, charlie):
    """Agents find no orders and only whom they may call; who has no role finds nothing."""
    assert hits(order.number, alice) == [(order.number, f"Order {order.number}", True)]
    assert hits(order.number, gus) == []
    assert hits("Zoë", gus) == hits("Zoë", charlie) == []
    Customer.objects.filter(pk=customer.pk).update(call_eligible=True)
    assert hits("Zoë", gus) == [("Zoë Ångström", "Name", False)]
    assert hits("Zoee Angstrom", gus) == [("Zoë Ångström", "Similar name", False)]


def test_the_deleted_are_not_found(customer, company, order, alice, ada):
    factories.PhoneFactory(customer=customer, number="+442079460018")
    order.delete_softly(by=ada)
    customer.delete_softly(by=ada)
    company.delete_softly(by=ada)
    for typed in [order.number, "+442079460018", "Zoë", "Ångström", "Angstrom Interior", str(customer.pk)]:
        assert hits(typed, alice) == [], typed


def test_companies_are_found_by_name_and_nearly_so(company, alice):
    assert hits("interior", alice) == [("Ångström Interiör", "Name", False)]
    assert hits("Angstrom Interoir", alice) == [("Ångström Interiör", "Similar name", False)]


def test_the_exact_come_first(customer, alice):
    factories.CustomerFactory(name="17850 Street Club")
    factories.ExternalIdFactory(customer=customer, value="17850")
    factories.OrderFactory(number="17850", customer=None)
    assert [hit.kind for hit in finding.find("17850", alice)] == ["order", "customer", "customer"]
    assert [hit.exact for hit in finding.find("17850", alice)] == [True, True, False]


FILL = """
    INSERT INTO customers_customer (name, reference)
    SELECT CASE WHEN n %% 10 = 0 THEN '' ELSE (%s::text[])[1 + n %% 25012] || ' ' || n / 25012 END,
           CASE WHEN n %% 10 = 0 THEN n::text ELSE '' END
    FROM generate_series(1, 100000) n
"""
REST = [
    "INSERT INTO customers_phone (customer_id, number, national)"
    " SELECT id, '+4420' || 10000000 + id * 37 % 89999999, '020' || 10000000 + id * 37 % 89999999"
    " FROM customers_customer",
    "INSERT INTO customers_email (customer_id, address)"
    " SELECT id, 'person' || id || '@example.com' FROM customers_customer WHERE id % 10 = 0",
    "INSERT INTO customers_externalid (customer_id, source, value)"
    " SELECT id, 'shop', id + 5 FROM customers_customer WHERE id % 10 = 0",
    "INSERT INTO customers_order (number, customer_id, placed_at, currency)"
    " SELECT 'N' || id, id, now() - id * interval '1 minute', 'EUR' FROM customers_customer",
]
ANALYZE = "ANALYZE customers_customer, customers_phone, customers_email, customers_externalid, customers_order"


INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
    WHERE indrelid IN ('customers_customer'::regclass, 'customers_phone'::regclass, 'customers_order'::regclass)
    AND NOT indisunique
"""


@pytest.fixture
def a_city(db):
    """100,000 customers with phones and orders, their indexes made afterwards: it takes a third of the time."""
    indexes = bulk.fetch(INDEXES)
    bulk.execute("SET LOCAL session_replication_role = replica")
    for name, _definition in indexes:
        bulk.execute(f"DROP INDEX {name}")
    bulk.execute(FILL, [NAMES])
    for statement in [*REST, *(definition for _name, definition in indexes), ANALYZE]:
        bulk.execute(statement)
    bulk.execute("SET LOCAL session_replication_role = origin")


TYPED = [
    "zoe",
    "zo",
    "z",
    "karl becker",
    "Michale Thompson",
    "qwxzvk",
    "17850",
    "N1234",
    "020 7946 0018",
    "+44 20 1000",
]


def test_a_lookup_among_a_hundred_thousand_reads_no_whole_table(a_city, ada, django_assert_max_num_queries):
    with CaptureQueriesContext(connection) as queries:
        for typed in [*TYPED, "0018", "a@b.se", "100%", "---"]:
            list(lookup.narrow(Customer.objects.visible_to(ada), typed).order_by("sort_key", "pk")[:51])
            finding.find(typed, ada)
    plans = {q["sql"]: plan_of(q["sql"]) for q in queries if q["sql"].lstrip("(").startswith("SELECT")}
    whole = [sql for sql, plan in plans.items() for table in TABLES if f"Seq Scan on {table}" in plan]
    assert len(plans) > 40
    assert whole == []


TABLES = ["customers_customer", "customers_phone", "customers_email", "customers_externalid", "customers_order"]


def plan_of(sql):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}")
        return "\n".join(line for (line,) in cursor)


@pytest.mark.parametrize("typed", TYPED)
def test_a_lookup_asks_few_questions(customer, order, ada, typed, django_assert_max_num_queries):
    with django_assert_max_num_queries(10):
        finding.find(typed, ada)
