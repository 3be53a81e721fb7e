from __future__ import annotations

import pytest
from django.urls import reverse

from accounts import rights
from accounts.models import Role
from tests import factories


@pytest.fixture
def scene(alice, bob):
    """Two customers of alice, one of bob's, one that may be called."""
    factories.CustomerFactory(owner=alice)
    factories.CustomerFactory(owner=alice)
    factories.CustomerFactory(owner=bob)
    factories.CustomerFactory(owner=bob, call_eligible=True)


def proof(client, url, name):
    (found,) = [proof for proof in client.get(url).context["proofs"] if proof.name == name]
    return found.visible, found.editable, found.hidden


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("ada", (4, 4, [])),
        ("mona", (4, 4, ["monthly income"])),
        ("alice", (4, 2, ["may be called", "monthly income"])),
        ("gus", (1, 1, ["monthly income"])),
        ("rita", (4, 0, [])),
        ("charlie", (0, 0, ["may be called", "monthly income"])),
    ],
)
def test_the_counts_are_those_of_the_pages(client, request, scene, who, expected):
    person = request.getfixturevalue(who)
    client.force_login(person)
    assert proof(client, "/settings/access/", "Customers") == expected


def test_an_admin_sees_what_somebody_else_may(client, ada, alice, scene):
    client.force_login(ada)
    url = reverse("accounts:access", args=[alice.pk])
    assert proof(client, url, "Customers")[:2] == (4, 2)
    assert "Sales executive in team North" in client.get(url).content.decode()


@pytest.mark.parametrize("area", ["Leads", "Deals"])
@pytest.mark.parametrize(
    ("who", "level", "sees", "changes"),
    [
        ("ada", "all", 3, 3),
        ("mona", "some", 2, 2),
        ("alice", "some", 1, 1),
        ("gus", "none", 0, 0),
        ("rita", "some", 3, 0),
    ],
)
def test_the_table_agrees_with_the_doors_of_leads_and_deals(request, area, who, level, sees, changes, alice):
    """One of alice's, one of nobody's, one of another team."""
    make = factories.LeadFactory if area == "Leads" else factories.DealFactory
    for owner in (alice, None, factories.UserFactory()):
        make(owner=owner)
    person = request.getfixturevalue(who)
    (proof,) = [proof for proof in rights.proofs_of(person) if proof.name == area]
    assert (proof.visible, proof.editable) == (sees, changes)
    assert {line.name: line.level for line in rights.lines_of(person)}[area] == level


def test_every_area_speaks_of_every_role():
    for area in rights.AREAS:
        assert set(area.rights) == set(Role), area.name


def test_the_table_agrees_with_the_doors(scene, order, ada, mona, alice, bob, gus, rita):
    """Where the table says "none", the querysets and pages give nothing; where it says "all", everything."""
    factories.OrderFactory(customer=factories.CustomerFactory(owner=bob))
    pages = {"Customers and companies": "Customers", "Orders": "Orders"}
    for person in (ada, mona, alice, gus, rita):
        levels = {line.name: line.level for line in rights.lines_of(person)}
        for area, name in pages.items():
            (proof,) = [proof for proof in rights.proofs_of(person) if proof.name == name]
            total = 6 if name == "Customers" else 2
            match levels[area]:
                case "all":
                    assert (proof.visible, proof.editable) == (total, total), (person, area)
                case "some":
                    assert proof.visible and proof.editable < total, (person, area)
                case "none":
                    assert (proof.visible, proof.editable) == (0, 0), (person, area)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"is_active": False}, "Deactivated"),
        ({"role": ""}, "No role"),
        ({"role": "sales", "team": None}, "without a team"),
        ({"role": "agent", "team": None}, "Call-centre agent."),
    ],
    ids=str,
)
def test_the_reason_is_given(db, fields, sentence):
    person = factories.UserFactory(**fields)
    assert sentence in rights.reason(person)
    if sentence != "Call-centre agent.":
        assert {line.level for line in rights.lines_of(person)} == {"none"}
