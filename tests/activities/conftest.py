from __future__ import annotations

import pytest

from tests import factories


@pytest.fixture
def as_alice(client, alice):
    client.force_login(alice)
    return client


@pytest.fixture
def plan(alice, deal, customer):
    """A call that alice is to make tomorrow, about her deal."""
    return factories.PlanFactory(owner=alice, created_by=alice, deal=deal, customer=customer)


@pytest.fixture
def rival(db):
    """A sales executive of another team: sees customers, but neither alice's leads nor her deals."""
    return factories.UserFactory(name="Rob Rival", email="rob@example.com", role="sales")
