"""Every string that ever broke a form: kept as it is and shown escaped, or refused with a reason. Never a 500."""

from __future__ import annotations

from html import escape

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from crm.text import without_directions
from deals.deal_forms import DealForm
from deals.models import Deal, LostReason
from tests import factories
from tests.customers.test_naughty import STRINGS, WORST
from tests.deals.doing import edit_url, goods, opened
from tests.factories import DealFactory

pytestmark = pytest.mark.skipif(not STRINGS, reason="the big list of naughty strings is not beside the project")
TYPED = ("title", "customer", "company", "amount", "currency", "opened_on", "expected_close", "probability", "owner")


@pytest.fixture
def as_ada(client, ada):
    client.force_login(ada)
    return client


def saved(form, user):
    if form.is_valid():
        try:
            return form.apply(by=user)
        except ValidationError as error:
            form.add_error(None, error)
    assert form.errors
    return None


def test_as_titles(ada, deal):
    for text in STRINGS:
        form = DealForm(user=ada, instance=deal, only="title")
        sent = DealForm({"title": text, "base": form.initial["base"]}, user=ada, instance=deal, only="title")
        if row := saved(sent, ada):
            assert row.title == without_directions(text.strip())
            deal = Deal.objects.get(pk=deal.pk)


def test_as_titles_in_the_list(as_ada):
    texts = [text.strip()[:200] for text in STRINGS if text.strip() and "\x00" not in text]
    Deal.objects.bulk_create(
        [DealFactory.build(title=text, owner=None, stage=factories.stage_called("")) for text in texts]
    )
    url, shown = "/deals/list/", ""
    while url:
        response = as_ada.get(url, headers={"HX-Request": "true"})
        shown += response.content.decode()
        url = response.context["listing"].next_url
    for text in texts:
        assert escape(text) in shown, repr(text)


@pytest.mark.parametrize("text", WORST, ids=repr)
def test_the_worst_through_the_whole_form(as_ada, deal, text):
    url = edit_url(deal)
    response = as_ada.post(url, opened(as_ada, url) | dict.fromkeys(TYPED, text))
    assert response.status_code in {302, 422}
    for lines in (goods((text, text, text, text, text)), {"lines": text}, goods(("", text, "1", "1", ""))):
        assert as_ada.post(url, opened(as_ada, url) | lines).status_code in {302, 422}
    page = as_ada.get(deal.get_absolute_url()).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page


@pytest.mark.parametrize("text", WORST, ids=repr)
def test_the_worst_to_the_verbs(as_ada, alice, text):
    reason = LostReason.objects.filter(for_deals=True).first()
    for verb, data in (
        ("move", {"to": text, "moves": text, "before": text, "after": text, "left": text}),
        ("win", {"moves": text}),
        ("lose", {"moves": text, "reason": text, "note": text}),
        ("lose", {"moves": 0, "reason": reason.pk, "note": text}),
        ("change_pipeline", {"to": text, "moves": text}),
        ("reopen", {"moves": text}),
    ):
        deal = DealFactory(owner=alice)
        response = as_ada.post(reverse(f"deals:{verb}", args=[deal.pk]), data)
        assert response.status_code in {302, 400, 409, 422}, (verb, data)
        assert as_ada.get(deal.get_absolute_url()).status_code == 200


@pytest.mark.parametrize(
    ("path", "name"),
    [("/deals/list/", name) for name in ("q", "stage", "owner", "amount_from", "customer", "company", "lead", "after")]
    + [("/deals/new/", "customer"), ("/deals/suggest/", "q"), ("/deals/targets/", "year"), ("/deals/deleted/", "q")],
)
def test_the_worst_as_a_parameter(as_ada, path, name):
    for text in WORST:
        assert as_ada.get(path, {name: text}).status_code in {200, 400}, repr(text)


def test_the_worst_to_many_at_once(as_ada, deal):
    for text in WORST:
        for data in ({"deed": text}, {"deed": "move", "to": text}, {"deed": "lose", "everything": "1", "query": text}):
            assert as_ada.post("/deals/list/bulk/", {"chosen": [deal.pk]} | data).status_code in {302, 422}
