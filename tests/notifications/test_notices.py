"""Who hears of what, and who does not."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils.timezone import now
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.deactivation import deactivate
from activities.models import Comment
from crm import deaths
from crm.events import record, record_each
from crm.models import Event, Mail
from deals import bulk
from deals.bulk import Deed
from deals.models import LostReason
from leads import assignment
from notifications import centre, delivering
from notifications.choosing import attend
from notifications.jobs import prune
from notifications.models import Notification, Preference
from notifications.notices import HEARD, NOTICES
from tests import factories
from tests.deals.doing import edit_url, opened


def test_it_works_by_a_job_of_the_same_transaction(deal, mona, bob):
    deal.assign(bob, by=mona)
    job = ProcrastinateJob.objects.get(task_name="notifications.tell")
    assert job.args == {"events": [Event.objects.get(kind="deal.assigned").pk]}


def test_nobody_asks_for_a_job_when_nobody_could_be_told(company, mona):
    record("company.created", on=company, by=mona)
    assert not ProcrastinateJob.objects.filter(task_name="notifications.tell").exists()


def test_whoever_is_given_a_deal_hears_of_it_and_whoever_had_it_sees_it_no_more(told, deal, mona, bob, alice):
    attend(deal, alice, "followed")
    deal.assign(bob, by=mona)
    assert told() == [("Bob", "assigned")]


def test_nobody_hears_of_what_they_did_themselves(told, deal, alice, mona):
    deal.assign(mona, by=alice)
    assert told() == [("Mona", "assigned")]


def test_one_edit_of_an_amount_is_one_thing_to_be_told(told, deal, alice, mona, client):
    attend(deal, mona, "followed")
    client.force_login(alice)
    url = edit_url(deal, "amount")
    client.post(url, opened(client, url) | {"amount": "3333"})
    assert told() == [("Mona", "followed")]


def test_a_deal_that_was_taken_back_at_once_is_nobodys_news(told, deal, mona, bob, alice):
    deal.assign(bob, by=mona)
    deal.assign(alice, by=mona)
    assert ("Bob", "assigned") not in told()


def test_who_takes_over_from_a_colleague_hears_what_it_is(told, ada, alice, bob, deal, lead):
    deactivate(alice, by=ada, successor=bob)
    assert told() == [("Bob", "assigned")]
    (line,) = centre.lines_of(Notification.objects.all(), bob)
    assert line.text == "Ada Admin gave you what Alice Owner had: 1 company, 1 customer, 1 deal, 1 lead"


def test_many_leads_given_together_are_one_thing_to_be_told(told, mona, bob):
    leads = [factories.LeadFactory(owner=None).pk for _ in range(5)]
    assignment.assign(leads, bob, mona)
    assert told() == [("Bob", "assigned")]
    assert Notification.objects.get().data == {"count": 5}


def test_a_win_that_is_taken_back_stays_unread_with_nobody(told, deal, alice, mona):
    other = factories.DealFactory(owner=alice)
    deal.win(by=alice)
    other.win(by=alice)
    assert told() == [("Mona", "closed"), ("Mona", "closed")]
    deal.reopen(by=alice)
    told()
    unread = Notification.objects.filter(read_at=None)
    assert [(row.user, row.subject_id) for row in unread] == [(mona, other.pk)]


def test_won_again_it_is_news_again(told, deal, alice, mona):
    for verb in (deal.win, deal.reopen, deal.win):
        verb(by=alice)
        told()
    assert [bool(row.read_at) for row in Notification.objects.order_by("pk")] == [True, False]


def test_a_win_that_is_taken_back_before_it_was_told_is_nobodys_news(told, deal, alice):
    deal.win(by=alice)
    deal.reopen(by=alice)
    assert told() == []


def test_leads_given_back_are_no_gift(told, mona, bob, alice, lead):
    handout = assignment.assign([lead.pk], bob, mona)
    assignment.undo(handout)
    assert told() == []


def test_many_deals_given_together_are_one_thing_to_be_told_and_one_letter(told, mona, bob, alice, client):
    deals = [factories.DealFactory(owner=alice).pk for _ in range(5)]
    bulk.do(Deed("assign", to=bob.pk), deals, by=mona)
    assert ProcrastinateJob.objects.filter(task_name="notifications.tell").count() == 1
    assert told() == [("Bob", "assigned")]
    assert Mail.objects.count() == 1
    client.force_login(bob)
    page = client.get(reverse("notifications:index")).content.decode()
    assert "Mona Manager gave you 5 deals" in page
    assert reverse("deals:list") in page


def test_deals_given_back_are_no_gift(told, mona, bob, alice, deal):
    done = bulk.do(Deed("assign", to=bob.pk), [deal.pk], by=mona)
    bulk.undo(done.key, by=mona)
    assert told() == []


def test_many_deals_closed_together_are_one_thing_to_be_told(told, mona, ada, alice):
    deals = [factories.DealFactory(owner=alice).pk for _ in range(5)]
    bulk.do(Deed("lose", reason=LostReason.objects.filter(for_deals=True)[0].pk), deals, by=ada)
    assert sorted(told()) == [("Alice", "closed"), ("Mona", "closed")]
    assert [row.data for row in Notification.objects.all()] == [{"count": 5}] * 2


@pytest.fixture
def note(customer, bob):
    return factories.ActivityFactory(customer=customer, kind="note", created_by=bob, body="x")


def test_who_is_mentioned_hears_of_it_once_however_often_it_is_edited(told, note, alice, bob):
    note.body = "Ask @Alice Owner"
    note.save(update_fields=["body"])
    note.mentioned.set([alice])
    for kind in ("activity.created", "activity.changed", "activity.changed"):
        record(kind, on=note, by=bob, fields=["body"])
    assert told() == [("Alice", "mentioned")]


def test_who_wrote_it_and_who_spoke_hear_of_a_comment(told, note, alice, bob, mona):
    Comment.objects.create(activity=note, body="First", created_by=mona)
    comment = Comment.objects.create(activity=note, body="Second", created_by=alice)
    record("comment.created", on=comment, by=alice)
    assert sorted(told()) == [("Bob", "commented"), ("Mona", "commented")]
    assert {row.subject_type for row in Notification.objects.all()} == {"activities.activity"}


def test_of_a_mention_and_a_comment_in_one_only_the_mention_is_told(told, note, alice, bob, mona):
    comment = Comment.objects.create(activity=note, body="Look, @Bob Teammate", created_by=alice)
    comment.mentioned.set([bob])
    record("comment.created", on=comment, by=alice)
    assert told() == [("Bob", "mentioned")]


def test_what_is_planned_for_somebody_is_told_to_them_and_its_end_to_who_planned_it(told, deal, alice, mona):
    plan = factories.PlanFactory(deal=deal, customer=deal.customer, owner=alice, created_by=mona)
    record("activity.created", on=plan, by=mona)
    assert told() == [("Alice", "asked")]
    Notification.objects.all().delete()
    plan.finish(alice)
    assert ("Mona", "finished") in told()


def test_a_deal_that_is_won_is_told_to_its_owner_and_the_manager_of_the_team(told, deal, bob, alice, mona, ada):
    other = factories.UserFactory(role="manager")
    deal.win(by=ada)
    assert sorted(told()) == [("Alice", "closed"), ("Mona", "closed")]
    assert other.notifications.count() == 0


def test_who_follows_a_record_hears_of_all_that_happens_there(told, deal, alice, mona, rita):
    attend(deal, rita, "followed")
    deal.lose(LostReason.objects.all()[0], by=alice)
    assert ("Rita", "followed") in told()


def test_who_follows_a_customer_hears_of_its_deals_as_far_as_they_see_them(told, deal, alice, bob, rita):
    attend(deal.customer, bob, "followed")
    attend(deal.customer, rita, "followed")
    deal.win(by=alice)
    found = told()
    assert ("Rita", "followed") in found
    assert ("Bob", "followed") not in found, "he sees the customer, and not the deal of a colleague"


def test_a_file_is_told_with_the_record_that_it_lies_at(told, deal, alice, rita):
    attend(deal, rita, "followed")
    file = factories.AttachmentFactory(deal=deal, customer=deal.customer, created_by=alice, name="offer.pdf")
    record("attachment.created", on=file, by=alice, name=file.name, size=file.size)
    assert told() == [("Rita", "followed")]
    (line,) = centre.lines_of(Notification.objects.all(), rita)
    assert line.text == "Alice Owner: File added: offer.pdf (deal “Forty lanterns”)"
    assert line.url == deal.get_absolute_url()


def test_a_change_of_what_is_hidden_from_somebody_is_not_told_to_them(told, customer, alice, ada):
    hidden = next(name for name, roles in type(customer).MASKED.items() if "sales" not in roles)
    attend(customer, alice, "followed")
    record("customer.changed", on=customer, by=ada, fields=[hidden])
    assert told() == []
    record("customer.changed", on=customer, by=ada, fields=[hidden, "name"])
    assert told() == [("Alice", "followed")]


def test_who_mutes_a_record_hears_nothing_of_it(told, deal, mona, bob):
    attend(deal, bob, "muted")
    deal.assign(bob, by=mona)
    assert ("Bob", "assigned") not in told()


def test_nor_of_what_is_written_and_planned_about_it(told, deal, alice, mona):
    attend(deal, alice, "muted")
    note = factories.ActivityFactory(deal=deal, customer=deal.customer, kind="note", created_by=alice, body="x")
    comment = Comment.objects.create(activity=note, body="Look, @Alice Owner", created_by=mona)
    comment.mentioned.set([alice])
    plan = factories.PlanFactory(deal=deal, customer=deal.customer, owner=alice, created_by=mona)
    record("comment.created", on=comment, by=mona)
    record("activity.created", on=plan, by=mona)
    assert told() == []
    attend(deal, alice, "")
    assert sorted(told()) == [("Alice", "asked"), ("Alice", "mentioned")]


@pytest.mark.parametrize("lost", ["role", "team", "active"])
def test_who_has_lost_the_access_is_told_nothing_more(told, deal, mona, alice, lost):
    attend(deal, alice, "followed")
    changes = {"role": {"role": "agent"}, "team": {"team": None}, "active": {"is_active": False}}[lost]
    type(alice).objects.filter(pk=alice.pk).update(**changes)
    deal.win(by=mona)
    assert "Alice" not in [name for name, _kind in told()]


def test_told_twice_and_at_once_nobody_hears_twice(told, deal, mona, bob):
    deal.assign(bob, by=mona)
    first = told()
    assert told() == first


def test_old_events_are_no_news(deal, mona, bob):
    deal.assign(bob, by=mona)
    Event.objects.update(at=now() - delivering.NEWS_FOR)
    assert delivering.tell(Event.objects.values_list("pk", flat=True), now()) == 0


def test_sixty_events_take_as_many_queries_as_ten(mona, alice, bob):
    leads = [factories.LeadFactory(owner=bob) for _ in range(60)]
    Preference.objects.create(user=bob, kind="assigned", in_app=True, email="", push=False)

    def queries(some):
        Event.objects.all().delete()
        record_each([("lead.assigned", lead, {"to": bob, "before": None}) for lead in some], by=mona)
        with connection.execute_wrapper(lambda run, *given: (count.append(1), run(*given))[1]):
            delivering.tell(Event.objects.values_list("pk", flat=True), now())
        return len(count)

    count = []
    few = queries(leads[:10])
    Notification.objects.all().delete()
    count.clear()
    assert queries(leads) == few


def test_a_job_that_died_is_told_to_admins_alone_and_leads_to_its_page(told, client, ada, mona, alice):
    prune.defer(timestamp=0)
    job = ProcrastinateJob.objects.get(task_name="notifications.prune")
    record("job.died", on=job, by=None, task="notifications.prune", attempt=3, error="ValueError: no")
    assert told() == [("Ada", "job")]
    client.force_login(ada)
    page = client.get(reverse("notifications:index")).content.decode()
    assert "A background job has stopped for good: notifications.prune" in page
    assert reverse("queue:detail", args=[job.pk]) in page


def test_jobs_that_die_together_are_one_thing_to_be_told_and_one_letter(told, client, ada):
    for _job in range(5):
        prune.defer(timestamp=0)
        ProcrastinateJob.objects.filter(task_name="notifications.prune").update(status="failed")
    deaths.tell_all()
    assert told() == [("Ada", "job")]
    assert Mail.objects.count() == 1
    client.force_login(ada)
    page = client.get(reverse("notifications:index")).content.decode()
    assert "5 background jobs have stopped for good" in page
    assert reverse("queue:index") in page


def test_every_line_of_the_table_is_sound():
    assert len({notice.kind for notice in NOTICES}) == len(NOTICES)
    facts = {"actor": "A", "record": "B", "what": "C", "due": "D", "task": "E"}
    assert all(str(notice.says) % facts for notice in NOTICES)
    assert all(len(notice.kind) <= 20 for notice in NOTICES)
    assert all("." in kind for kind in HEARD)


def test_a_rolled_back_change_is_told_to_nobody(deal, mona, bob):
    class Undone(Exception):
        pass

    with pytest.raises(Undone), transaction.atomic():
        deal.assign(bob, by=mona)
        raise Undone
    assert not ProcrastinateJob.objects.filter(task_name="notifications.tell").exists()
