"""Every record leads to what was done with it, and what was done to the record."""

from __future__ import annotations

import pytest
from django.utils.timezone import now

from activities.models import Comment
from crm.events import record
from tests import factories
from tests.dashboard.test_audit import lines, page

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_ada(client, ada):
    client.force_login(ada)
    return client


@pytest.mark.parametrize(("who", "leads_there"), [("ada", True), ("mona", True), ("alice", False), ("rita", False)])
def test_each_record_leads_to_its_own(client, request, who, leads_there, customer, company, order, lead, deal):
    client.force_login(request.getfixturevalue(who))
    for row in (customer, company, order, lead, deal):
        link = f"/activity/?about={row._meta.label_lower}:{row.pk}"
        assert (link in client.get(row.get_absolute_url()).content.decode()) is leads_there, row


@pytest.mark.parametrize("state", ["created", "deleted"])
def test_whatever_it_is_about_it_is_told(as_ada, alice, order, lead, deal, state):
    """Records with a page of their own, and files and comments, which stand on the page of another."""
    plan = factories.ActivityFactory(deal=deal)
    comment = Comment.objects.create(activity=plan, body="Yes", created_by=alice)
    file = factories.AttachmentFactory(deal=deal, name="offer.pdf")
    for row in (order, order.customer, deal.company, lead, deal, plan, comment, file, alice):
        if state == "deleted" and hasattr(row, "deleted_at"):
            type(row).everything.filter(pk=row.pk).update(deleted_at=now())
        record(f"{getattr(row, 'NOUN', 'user')}.{state}", on=row, by=alice)
    assert len(lines(as_ada)) == 9
    download = f'href="/activities/files/{file.pk}/"'
    assert (download in page(as_ada)) is (state == "created")
