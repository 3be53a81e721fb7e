"""Who may be asked and mentioned: whoever sees the record, and nobody else."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import User
from activities.models import Activity, Comment
from activities.people import highlighted, who_see
from crm.access import visible
from tests import factories
from tests.conftest import unchanged
from tests.customers.edits import opened

HTMX = {"HX-Request": "true"}
CAST = ("ada", "mona", "alice", "bob", "rita", "gus", "charlie", "rival")


@pytest.fixture
def cast(request):
    found = {name: request.getfixturevalue(name) for name in CAST}
    factories.UserFactory(role="manager", name="Other Manager")
    factories.UserFactory(role="manager", name="Without Team", team=None)
    factories.UserFactory(role="admin", name="Gone Admin", team=None, is_active=False)
    return found


def compose(customer_or_deal, kind="customer"):
    return reverse("activities:create", args=[kind, customer_or_deal.pk])


@pytest.mark.parametrize("case", ["customer", "called", "deal", "shared", "unowned", "lead", "lead of an admin"])
def test_the_one_query_says_what_the_rules_of_access_say(cast, case, customer, deal, lead):
    subject = {"customer": customer, "called": customer, "lead": lead, "lead of an admin": lead}.get(case, deal)
    if case == "called":
        customer.call_eligible = True
        customer.save(update_fields=["call_eligible"])
    if case == "shared":
        deal.shared_with.add(cast["rival"], cast["gus"])
    if case in {"unowned", "lead of an admin"}:
        subject.owner = cast["ada"] if "admin" in case else None
        subject.save(update_fields=["owner"])
    model = type(subject)
    seeing = {user for user in User.objects.all() if visible(model, user).filter(pk=subject.pk).exists()}
    assert set(who_see(subject)) == seeing


def test_it_works(as_alice, alice, mona, deal):
    as_alice.post(compose(deal, "deal"), {"body": "Please look, @mona manager: a@alice owner.com is no mention."})
    note = Activity.objects.get()
    assert list(note.mentioned.all()) == [mona]
    page = as_alice.get(reverse("activities:detail", args=[note.pk])).content.decode()
    assert '<mark class="mention">@mona manager</mark>' in page


def test_who_does_not_see_the_record_is_not_mentioned(as_alice, rival, deal, nothing_changed):
    with nothing_changed:
        answer = as_alice.post(compose(deal, "deal"), {"body": "Hello @Rob Rival"}, headers=HTMX)
    assert answer.status_code == 422
    assert "Rob Rival does not see this record" in answer.content.decode()


def test_not_in_a_comment_either(as_alice, rival, plan, nothing_changed):
    with nothing_changed:
        url = reverse("activities:comment", args=[plan.pk])
        assert as_alice.post(url, {"body": "Hello @Rob Rival"}, headers=HTMX).status_code == 422


def test_the_longer_name_is_meant(as_alice, customer, alice):
    short = factories.UserFactory(name="Ann Lee", role="sales")
    long = factories.UserFactory(name="Ann Lee Smith", role="sales")
    as_alice.post(compose(customer), {"body": "@Ann Lee Smith and nobody else"})
    assert list(Activity.objects.get().mentioned.all()) == [long]
    assert short not in Activity.objects.get().mentioned.all()


def test_a_mention_taken_out_is_no_mention(as_alice, mona, customer):
    as_alice.post(compose(customer), {"body": "@Mona Manager please"})
    note = Activity.objects.get()
    url = reverse("activities:edit", args=[note.pk])
    as_alice.post(url, opened(as_alice, url) | {"body": "Nobody, please"})
    assert list(note.mentioned.all()) == []


def test_names_are_escaped_like_all_text():
    someone = User(name="<b>Bo</b>")
    shown = highlighted("@<b>Bo</b> & <script>", [someone])
    assert shown == '<mark class="mention">@&lt;b&gt;Bo&lt;/b&gt;</mark> &amp; &lt;script&gt;'


def test_suggestions_are_of_those_who_see_it(as_alice, mona, rival, deal):
    url = reverse("activities:people", args=["deal", deal.pk])
    assert "Mona Manager" in as_alice.get(url, {"q": "man"}).content.decode()
    assert "Rob Rival" not in as_alice.get(url, {"q": "rob"}).content.decode()


@pytest.mark.parametrize("field", ["owner", "collaborators"])
def test_who_does_not_see_the_record_is_given_nothing(as_alice, rival, rita, deal, field):
    plan = {"kind": "call", "state": "planned", "title": "Call", "due_on": "2150-01-01"}
    for stranger in (rival, rita):
        with unchanged():
            answer = as_alice.post(compose(deal, "deal"), plan | {field: stranger.pk}, headers=HTMX)
        assert answer.status_code == 422


# Comments


def test_a_comment_with_script_is_text(as_alice, alice, plan):
    url = reverse("activities:comment", args=[plan.pk])
    answer = as_alice.post(url, {"body": "<script>alert(1)</script>"}, headers=HTMX)
    assert answer.status_code == 200
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.content.decode()
    assert "<script>" not in answer.content.decode()


@pytest.mark.parametrize("body", ["", " \n", "\u200b", "x" * 5001, "a\x00b"])
def test_a_comment_says_something(as_alice, plan, body, nothing_changed):
    with nothing_changed:
        url = reverse("activities:comment", args=[plan.pk])
        assert as_alice.post(url, {"body": body}, headers=HTMX).status_code == 422


def test_a_deleted_comment_comes_back(as_alice, alice, plan):
    comment = Comment.objects.create(activity=plan, body="Ask.", created_by=alice)
    gone = as_alice.post(reverse("activities:comment_delete", args=[comment.pk]), headers=HTMX)
    assert reverse("activities:comment_restore", args=[comment.pk]) in gone["HX-Trigger"]
    assert not Comment.objects.exists()
    as_alice.post(reverse("activities:comment_restore", args=[comment.pk]))
    assert Comment.objects.get() == comment


# Those with whom something is to be done


@pytest.fixture
def together(plan, bob, deal):
    """Alice's call, on which bob is to be; he sees the deal because it is shared with him."""
    deal.shared_with.add(bob)
    plan.collaborators.add(bob)
    return plan


def test_who_does_it_with_its_owner_can_finish_it(client, bob, together):
    client.force_login(bob)
    assert client.post(reverse("activities:finish", args=[together.pk])).status_code == 302
    together.refresh_from_db()
    assert (together.done_by, together.owner.name) == (bob, "Alice Owner")


def test_their_page_offers_it_and_keeps_deleting_to_the_owner(client, bob, together, nothing_changed):
    client.force_login(bob)
    shown = client.get(reverse("activities:planned", args=["deal", together.deal_id])).content.decode()
    assert reverse("activities:finish", args=[together.pk]) in shown
    assert reverse("activities:delete", args=[together.pk]) not in shown
    with nothing_changed:
        assert client.post(reverse("activities:delete", args=[together.pk])).status_code == 403


def test_what_was_done_together_is_its_owners_to_change(client, alice, bob, together, nothing_changed):
    together.finish(alice)
    client.force_login(bob)
    with nothing_changed:
        assert client.post(reverse("activities:reopen", args=[together.pk])).status_code == 403


def test_who_cannot_see_the_record_any_more_cannot_finish_it(client, bob, deal, together, nothing_changed):
    deal.shared_with.clear()
    client.force_login(bob)
    with nothing_changed:
        assert client.post(reverse("activities:finish", args=[together.pk])).status_code == 404


def test_who_finished_it_can_say_how_it_went_and_take_it_back(client, bob, together):
    client.force_login(bob)
    answer = client.post(reverse("activities:finish", args=[together.pk]))
    assert client.get(answer["Location"]).status_code == 200
    assert client.post(reverse("activities:finish", args=[together.pk])).status_code == 302
    assert client.post(reverse("activities:outcome", args=[together.pk]), {"outcome": "reached"}).status_code == 302
    together.refresh_from_db()
    assert together.outcome == "reached"
    assert client.post(reverse("activities:reopen", args=[together.pk])).status_code == 302
    together.refresh_from_db()
    assert together.done_at is None


def test_who_does_it_with_its_owner_does_not_take_it_over(client, alice, bob, together):
    client.force_login(bob)
    url = reverse("activities:edit", args=[together.pk])
    client.post(url, opened(client, url) | {"owner": bob.pk, "title": "Call in the morning"})
    together.refresh_from_db()
    assert (together.owner, together.title) == (alice, "Call in the morning")
    assert list(together.collaborators.all()) == [bob]
    assert client.post(reverse("activities:delete", args=[together.pk])).status_code == 403
