"""By e-mail: at once, after the quiet hours, or once a day; never what its reader does not see by then."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest
from django.core import mail as mailbox
from django.urls import reverse
from django.utils.timezone import now

from crm import outbox
from crm.events import record
from crm.letters import kind_of, sample_of
from crm.models import Mail
from notifications import digests, fresh, letters, reminders
from notifications.models import Delivery, Notification, Preference
from notifications.ways import ways_of
from tests import factories

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")


@pytest.fixture(autouse=True)
def _kept_in_memory(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.SITE_URL = "https://crm.example.com"


def letters_sent():
    outbox.send_due(now() + dt.timedelta(minutes=1))
    return mailbox.outbox


def test_it_works(told, deal, mona, bob):
    deal.assign(bob, by=mona)
    told()
    (letter,) = letters_sent()
    assert letter.to == ["bob@example.com"]
    assert letter.subject == "Mona Manager gave you the deal “Forty lanterns”"
    assert f"https://crm.example.com{deal.get_absolute_url()}" in letter.body
    assert "https://crm.example.com/settings/notifications/" in letter.body


def test_told_twice_it_is_mailed_once(told, deal, mona, bob):
    deal.assign(bob, by=mona)
    told()
    told()
    assert Mail.objects.count() == 1


@pytest.mark.parametrize("why", ["read", "no access", "deleted", "left"])
def test_what_has_no_reader_any_more_is_not_sent(told, deal, mona, bob, alice, why):
    deal.assign(bob, by=mona)
    told()
    if why == "read":
        Notification.objects.update(read_at=now())
    elif why == "no access":
        type(deal).objects.update(owner=alice)
    elif why == "deleted":
        Notification.objects.all().delete()
    else:
        type(bob).objects.filter(pk=bob.pk).update(is_active=False)
    assert letters_sent() == []
    assert Mail.objects.get().state == "dropped"


@pytest.mark.parametrize("why", ["done", "moved", "deleted"])
def test_a_reminder_of_what_need_not_be_done_any_more_is_not_sent(alice, why):
    Preference.objects.create(user=alice, kind="reminder", in_app=True, email="now", push=True)
    at = now() + dt.timedelta(minutes=15)
    plan = factories.PlanFactory(owner=alice, created_by=alice, due_on=at.date(), due_at=at)
    assert reminders.remind(at - dt.timedelta(minutes=14)) == 1
    if why == "done":
        plan.finish(alice)
    elif why == "moved":
        plan.reschedule((at + dt.timedelta(days=1)).date(), alice, at + dt.timedelta(days=1))
    else:
        plan.delete_softly(by=alice)
    assert fresh.news_of(alice, None, now()) == []
    assert letters_sent() == []
    assert Mail.objects.get().state == "dropped"


def test_a_reminder_of_what_is_still_to_be_done_is_sent(alice):
    Preference.objects.create(user=alice, kind="reminder", in_app=True, email="now", push=True)
    at = now() + dt.timedelta(minutes=15)
    factories.PlanFactory(owner=alice, created_by=alice, due_on=at.date(), due_at=at, title="Call")
    reminders.remind(at - dt.timedelta(minutes=14))
    assert [line.row.kind for line in fresh.news_of(alice, None, now())] == ["reminder"]
    assert len(letters_sent()) == 1


def test_in_quiet_hours_it_waits(told, deal, mona, bob):
    hour = now().astimezone(dt.UTC)
    quiet = {"quiet_from": (hour - dt.timedelta(hours=1)).time(), "quiet_to": (hour + dt.timedelta(hours=2)).time()}
    Delivery.objects.create(user=bob, **quiet)
    deal.assign(bob, by=mona)
    told()
    assert letters_sent() == []
    due = Mail.objects.get().due_at
    assert dt.timedelta(hours=1, minutes=55) < due - now() < dt.timedelta(hours=2, minutes=5)


def test_the_outbox_does_not_tell_admins_what_somebody_plans_for_themselves(told, alice, bob, ada, client):
    Preference.objects.create(user=bob, kind="asked", in_app=True, email="now", push=False)
    record("activity.created", on=factories.PlanFactory(owner=bob, created_by=alice, title="Doctor"), by=alice)
    told()
    (letter,) = letters_sent()
    assert letter.subject == "Alice Owner planned the call “Doctor” for you"
    client.force_login(ada)
    for page in (reverse("outbox:index"), reverse("outbox:detail", args=[Mail.objects.get().pk])):
        assert "Doctor" not in client.get(page).content.decode()
    assert Mail.objects.get().subject == "Somebody plans something for me to do"


# The digest


@pytest.fixture
def reader(bob, deal):
    """Bob, in Berlin, with a deal, who has the mentions in his digest."""
    type(bob).objects.filter(pk=bob.pk).update(time_zone="Europe/Berlin")
    type(deal).objects.update(owner=bob)
    bob.refresh_from_db()
    Preference.objects.create(user=bob, kind="mentioned", in_app=True, email="digest", push=False)
    return bob


def berlin(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def notify(user, deal, at, kind="mentioned", **fields):
    source = f"test:{Notification.objects.count()}"
    about = {"subject_type": "deals.deal", "subject_id": deal.pk}
    return Notification.objects.create(user=user, kind=kind, source=source, at=berlin(at), **about, **fields)


def post_at(*moments):
    return [digests.post_digests(berlin(moment)) for moment in moments]


def test_it_is_posted_once_a_day_at_the_hour_of_the_reader(reader, deal):
    notify(reader, deal, "2026-05-04 17:00")
    assert post_at("2026-05-05 07:55", "2026-05-05 08:00", "2026-05-05 08:05", "2026-05-05 20:00") == [0, 1, 0, 0]
    assert Mail.objects.get().kind == "notifications.digest"


def test_what_was_in_the_one_before_is_not_in_the_next(reader, deal):
    notify(reader, deal, "2026-05-04 17:00")
    post_at("2026-05-05 08:00")
    assert post_at("2026-05-06 08:00") == [0]
    notify(reader, deal, "2026-05-06 08:30")
    assert post_at("2026-05-06 12:00", "2026-05-07 08:00") == [0, 1], "looked for once a day"


@pytest.mark.parametrize(("before", "after"), [("08:00", "18:00"), ("18:00", "08:00")])
def test_another_hour_of_the_digest_leaves_nothing_out_and_tells_nothing_twice(reader, deal, before, after):
    Delivery.objects.create(user=reader, digest_at=before)
    for hour in ("2026-05-03 19:00", "2026-05-04 12:00", "2026-05-04 19:00"):
        if hour > f"2026-05-04 {before}" and not Mail.objects.exists():
            post_at(f"2026-05-04 {before}")
        notify(reader, deal, hour)
    Delivery.objects.update(digest_at=after)
    post_at(f"2026-05-05 {after}")
    said = [letter.body.count("Forty lanterns") for letter in letters_sent()]
    assert said == ([2, 1] if before > "12:00" else [1, 2])


def test_what_is_told_late_by_a_busy_worker_is_in_the_next(reader, deal):
    notify(reader, deal, "2026-05-04 17:00")
    post_at("2026-05-05 08:00")
    notify(reader, deal, "2026-05-05 07:59")
    assert post_at("2026-05-06 08:00") == [1]


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_a_clock_change_brings_none_twice(reader, deal, day):
    notify(reader, deal, f"{day} 01:30")
    assert post_at(f"{day} 07:59", f"{day} 08:00", f"{day} 08:00", f"{day} 09:00") == [0, 1, 0, 0]


def test_what_is_read_or_of_another_kind_is_not_in_it(reader, deal):
    notify(reader, deal, "2026-05-04 17:00", read_at=now())
    notify(reader, deal, "2026-05-04 17:00", kind="assigned")
    assert post_at("2026-05-05 08:00") == [0]


def test_it_lists_what_happened_and_can_be_left_by_one_click(reader, deal, client):
    for hour in range(10, 13):
        notify(reader, deal, f"2026-05-04 {hour}:00")
    post_at("2026-05-05 08:00")
    (letter,) = letters_sent()
    assert letter.subject == "3 things happened that you have not seen"
    assert letter.body.count("Forty lanterns") == 3
    leave = letter.extra_headers["List-Unsubscribe"].strip("<>")
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = leave.removeprefix("https://crm.example.com")
    assert client.get(path).status_code == 200
    assert letters.digested_kinds(ways_of([reader])[reader.pk]), "looking at it changes nothing"
    assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert letters.digested_kinds(ways_of([reader])[reader.pk]) == []


def test_the_preview_of_a_digest_has_no_way_out_of_ones_own(ada):
    sample = sample_of(kind_of("notifications.digest"), ada)
    leave = sample.headers["List-Unsubscribe"].strip("<>")
    assert letters.reader_of(leave.rstrip("/").rpartition("/")[2]) is None


@pytest.mark.parametrize("token", ["x", "MQ:1:2", "é"])
def test_a_made_up_way_out_leads_nowhere(client, token, db):
    path = reverse("notifications:unsubscribe", args=[token])
    assert client.get(path).status_code == client.post(path).status_code == 404
