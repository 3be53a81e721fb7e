"""The score by rules: points, reasons in words, and the same for one lead as for all."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils.timezone import now

from leads import jobs, score
from leads.models import Lead, Rule, ScoreRule, Source
from tests import factories

NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


def days_ago(days):
    return NOW - dt.timedelta(days=days)


def make(created=NOW, **fields):
    made = factories.LeadFactory(**fields)
    Lead.everything.filter(pk=made.pk).update(created_at=created)
    return made


def done(lead, kind, outcome="", days=1, **more):
    return factories.ActivityFactory(
        lead=lead, customer=None, kind=kind, outcome=outcome, done_at=days_ago(days), **more
    )


def rules(lead, at=NOW):
    return {reason.rule for reason in score.explain(lead, at)}


def test_it_works(alice):
    lead = make(
        owner=alice,
        source=Source.objects.get(kind="referral"),
        email="nils@holm.se",
        phone="+46812345678",
        value=1000,
        base_value=1000,
    )
    points, reasons = score.score(lead, NOW)
    assert points == 55
    assert [(reason.text, reason.points) for reason in reasons] == [
        ("Came by a referral", 25),
        ("Named a value", 10),
        ("Has a business e-mail address", 10),
        ("Has a phone number", 10),
    ] or sorted(reason.points for reason in reasons) == [10, 10, 10, 25]
    score.rescore([lead.pk], NOW)
    lead.refresh_from_db()
    assert (lead.score, lead.scored_at, lead.version) == (55, NOW, lead.version)


def test_of_a_lead_that_has_nothing_there_is_nothing_to_say(alice):
    assert score.score(make(owner=alice), NOW) == (0, [])


@pytest.mark.parametrize(
    ("address", "rule"),
    [
        ("nils@holm.se", Rule.BUSINESS_EMAIL),
        ("nils@GMAIL.com", Rule.FREE_EMAIL),
        ("nils@gmail.com.holm.se", Rule.BUSINESS_EMAIL),
        ("gmail.com@holm.se", Rule.BUSINESS_EMAIL),
        ("", None),
    ],
)
def test_free_mail_is_told_from_business_mail(alice, address, rule):
    assert rules(make(owner=alice, email=address)) == ({rule} if rule else set())


@pytest.mark.parametrize(
    ("acts", "found"),
    [
        ([("email", "bounced", 2)], {Rule.BOUNCED}),
        ([("email", "bounced", 2), ("email", "sent", 1)], set()),
        ([("email", "sent", 2), ("email", "bounced", 1)], {Rule.BOUNCED}),
        ([("email", "replied", 6)], {Rule.REPLIED}),
        ([("email", "replied", 8)], set()),
        ([("call", "reached", 1)], {Rule.REPLIED}),
        ([("call", "no_answer", 1)], set()),
        ([("meeting", "held", 60)], {Rule.MEETING}),
        ([("meeting", "no_show", 1)], set()),
        ([("note", "", 1)], set()),
    ],
)
def test_what_was_done_counts(alice, acts, found):
    lead = make(owner=alice)
    for kind, outcome, days in acts:
        done(lead, kind, outcome, days)
    assert rules(lead) - {Rule.SILENT} == found


def test_what_was_deleted_or_only_planned_does_not_count(alice):
    lead = make(owner=alice)
    done(lead, "meeting", "held", deleted_at=NOW)
    factories.PlanFactory(lead=lead, kind="meeting", owner=alice)
    done(make(owner=alice), "meeting", "held")
    assert rules(lead) == set()


@pytest.mark.parametrize(
    ("created", "contact", "silent"), [(31, None, True), (29, None, False), (90, 29, False), (90, 31, True)]
)
def test_silence_begins_after_thirty_days(alice, created, contact, silent):
    lead = make(owner=alice, created=days_ago(created))
    if contact:
        done(lead, "call", "reached", contact)
    done(lead, "call", "no_answer", 1)  # an attempt is no contact
    assert (Rule.SILENT in rules(lead)) == silent


def test_it_stays_between_nothing_and_a_hundred(alice):
    ScoreRule.objects.update(points=-100)
    low = make(owner=alice, phone="+46812345678")
    assert score.score(low, NOW)[0] == 0
    score.rescore([low.pk], NOW)
    ScoreRule.objects.update(points=100)
    high = make(owner=alice, phone="+46812345678", email="a@holm.se")
    assert score.score(high, NOW)[0] == 100
    score.rescore([high.pk], NOW)
    assert dict(Lead.everything.values_list("pk", "score")) == {low.pk: 0, high.pk: 100}


def test_a_rule_without_points_is_not_given_as_a_reason(alice):
    ScoreRule.objects.filter(rule=Rule.PHONE).update(points=0)
    assert score.score(make(owner=alice, phone="+46812345678"), NOW) == (0, [])


def test_without_rules_nobody_scores(alice):
    ScoreRule.objects.all().delete()
    lead = make(owner=alice, phone="+46812345678")
    assert score.score(lead, NOW) == (0, [])
    assert score.rescore([lead.pk], NOW) == 1


def test_the_sums_of_all_are_the_explanations_of_each(alice):
    referral = Source.objects.get(kind="referral")
    for number in range(12):
        lead = make(
            owner=alice,
            created=days_ago(number * 5),
            source=referral if number % 3 == 0 else None,
            email=["", "a@gmail.com", "a@holm.se"][number % 3],
            phone="+46812345678" if number % 2 else "",
        )
        if number % 4 == 0:
            done(lead, "email", ["replied", "bounced"][number % 8 == 0], number + 1)
    score.rescore_all(NOW)
    for lead in Lead.objects.get_queryset():
        assert lead.score == score.explain(lead, NOW).points, lead


def test_a_second_time_nothing_is_written(alice):
    make(owner=alice, phone="+46812345678")
    assert score.rescore_all(NOW) == 1
    assert score.rescore_all(NOW) == 0


def test_scoring_is_neither_an_edit_nor_history(alice, lead):
    version = lead.version
    score.rescore([lead.pk])
    lead.refresh_from_db()
    assert lead.version == version


def test_closed_leads_keep_the_score_they_had(alice, django_assert_num_queries):
    lost = make(owner=alice, phone="+46812345678")
    reason = factories.LostReason.objects.first()
    Lead.everything.filter(pk=lost.pk).update(status="lost", lost_reason=reason, closed_at=NOW)
    assert score.rescore_all(NOW) == 0


def test_batches_reach_everybody(alice, monkeypatch):
    monkeypatch.setattr(score, "BATCH", 3)
    leads = [make(owner=alice, phone="+46812345678") for _ in range(7)]
    assert score.rescore_all(NOW) == 7
    assert set(Lead.everything.values_list("score", flat=True)) == {10}
    assert len(leads) == 7


def test_the_jobs_do_it(alice):
    """Each night all; every few minutes what came in and what was worked on."""
    old, worked = make(owner=alice, phone="+46812345678"), make(owner=alice, phone="+46812345678")
    Lead.everything.update(created_at=now() - dt.timedelta(days=3))
    factories.ActivityFactory(lead=worked, customer=None, kind="call", outcome="reached")
    fresh = factories.LeadFactory(owner=alice, phone="+46812345678")
    jobs.rescore_recent(0)
    assert dict(Lead.everything.values_list("pk", "score")) == {old.pk: 0, worked.pk: 25, fresh.pk: 10}
    jobs.rescore_nightly(0)
    assert Lead.everything.get(pk=old.pk).score == 10


def test_many_are_rescored_with_few_statements(alice, django_assert_max_num_queries):
    for _number in range(20):
        make(owner=alice, phone="+46812345678")
    with django_assert_max_num_queries(9):
        score.rescore_all(NOW)
