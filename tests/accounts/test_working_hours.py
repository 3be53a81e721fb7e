"""Working hours and holidays: read by everybody with a role, changed by admins; removed and put back."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from accounts.models import Holiday, WorkingHours
from accounts.working_time import Schedule
from crm.history import event_model
from crm.models import Event
from tests.accounts.doing import filled, submit
from tests.rows import all_rows

PAGE = "/settings/working-time/"
NEW_HOURS = f"{PAGE}hours/new/"
NEW_HOLIDAY = f"{PAGE}holidays/new/"
MONDAY = dt.datetime(2026, 11, 16, 18, 30, tzinfo=dt.UTC)


@pytest.fixture
def admin(client, ada):
    client.force_login(ada)
    return client


def hours_of(weekday=0):
    return WorkingHours.objects.get(weekday=weekday)


def test_it_works(admin):
    assert not Schedule.load().is_working(MONDAY)
    url = reverse("accounts:hours", args=[hours_of().pk])
    assert submit(admin, url, closes="19:00").status_code == 302
    assert Schedule.load().is_working(MONDAY)
    assert submit(admin, NEW_HOLIDAY, day="2026-11-16", name="Founders' day").status_code == 302
    assert not Schedule.load().is_working(MONDAY)
    assert list(Event.objects.order_by("pk").values_list("kind", flat=True)) == [
        "working_hours.changed",
        "holiday.created",
    ]


def test_the_week_is_shown_to_everybody_and_changed_by_admins(client, ada, alice):
    for person, links in ((ada, True), (alice, False)):
        client.force_login(person)
        page = client.get(PAGE).content.decode()
        assert "09:00 – 17:00" in page
        assert page.count("Free") == 2
        assert ("Set hours" in page) == links
    assert client.get(NEW_HOURS).status_code == 403


def test_a_free_day_gets_hours_and_is_made_free_again(admin):
    assert admin.get(f"{NEW_HOURS}?weekday=5").context["form"]["weekday"].value() == "5"
    assert submit(admin, NEW_HOURS, weekday="5", opens="10:00", closes="14:00").status_code == 302
    saturday = hours_of(5)
    response = admin.post(reverse("accounts:remove_hours", args=[saturday.pk]), follow=True)
    assert "was removed" in response.content.decode()
    assert not WorkingHours.objects.filter(weekday=5).exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"opens": "18:00"}, "closes"),
        ({"opens": "17:00"}, "closes"),
        ({"opens": ""}, "opens"),
        ({"closes": "25:00"}, "closes"),
        ({"closes": "x"}, "closes"),
    ],
    ids=str,
)
def test_hours_that_are_refused(admin, changes, field, nothing_changed):
    with nothing_changed:
        response = submit(admin, reverse("accounts:hours", args=[hours_of().pk]), **changes)
        assert response.status_code == 422
        assert field in response.context["form"].errors


def test_a_weekday_has_hours_once(admin, nothing_changed):
    with nothing_changed:
        assert submit(admin, NEW_HOURS, weekday="0", opens="10:00", closes="14:00").status_code == 422
        assert submit(admin, NEW_HOURS, weekday="7", opens="10:00", closes="14:00").status_code == 422


@pytest.mark.parametrize(
    ("day", "name"),
    [("", "x"), ("2026-13-01", "x"), ("0001-01-01", "x"), ("9999-01-01", "x"), ("2026-12-24", ""), ("2026-12-24", " ")],
)
def test_holidays_that_are_refused(admin, day, name, nothing_changed):
    with nothing_changed:
        assert submit(admin, NEW_HOLIDAY, day=day, name=name).status_code == 422


def test_a_day_is_a_holiday_once(admin):
    Holiday.objects.create(day="2026-12-24", name="Christmas Eve")
    before = all_rows()
    assert submit(admin, NEW_HOLIDAY, day="2026-12-24", name="Again").status_code == 422
    assert all_rows() == before


def test_two_who_change_the_same_hours(admin):
    url = reverse("accounts:hours", args=[hours_of().pk])
    stale = filled(admin, url, closes="20:00")
    submit(admin, url, closes="19:00")
    before = all_rows()
    assert admin.post(url, stale).status_code == 409
    assert all_rows() == before


def test_what_was_removed_comes_back_by_one_click(admin):
    holiday = Holiday.objects.create(day="2026-12-24", name="Christmas Eve")
    response = admin.post(reverse("accounts:remove_holiday", args=[holiday.pk]), follow=True)
    undo = response.context["messages"]
    (message,) = list(undo)
    assert not Holiday.objects.exists()
    assert event_model(Holiday).objects.count() >= 1
    assert admin.post(message.extra_tags, follow=True).status_code == 200
    assert Holiday.objects.get().name == "Christmas Eve"
    again = admin.post(message.extra_tags, follow=True)
    assert "cannot come back" in again.content.decode()
    assert Holiday.objects.count() == 1


def test_nobody_puts_back_by_the_link_of_another(admin, client, alice):
    holiday = Holiday.objects.create(day="2026-12-24", name="Christmas Eve")
    (message,) = list(
        admin.post(reverse("accounts:remove_holiday", args=[holiday.pk]), follow=True).context["messages"]
    )
    client.force_login(alice)
    before = all_rows()
    assert client.post(message.extra_tags).status_code == 404
    assert client.post(reverse("accounts:put_back", args=["made-up"])).status_code == 404
    assert all_rows() == before


def test_as_many_queries_for_many_holidays(admin, django_assert_num_queries):
    Holiday.objects.create(day="2026-12-24", name="One")
    admin.get(PAGE)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        admin.get(PAGE)
    for day in range(1, 20):
        Holiday.objects.create(day=dt.date(2027, 1, day), name=f"Day {day}")
    with django_assert_num_queries(len(few)):
        admin.get(PAGE)
