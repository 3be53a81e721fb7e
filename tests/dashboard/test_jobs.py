from __future__ import annotations

import pytest

from customers.models import RevenueStamp
from dashboard import jobs, views
from dashboard.models import KeptFigures
from tests.dashboard import shop
from tests.dashboard.test_kept import INSIDE


def test_tidying_adds_up_the_stamps(customer):
    for number in range(3):
        shop.order_of(customer, INSIDE, number=f"N{number}").save()
    jobs.tidy(0)
    stamp = RevenueStamp.objects.get(day=INSIDE.date())
    assert stamp.n == 3


def test_the_prepared_board_is_the_one_that_is_asked_for(client, mona, rita, customer, django_assert_max_num_queries):
    shop.order_of(customer, INSIDE, number="N1").save()
    jobs.prepare(0)
    kept = set(KeptFigures.objects.values_list("key", "computed_at"))
    client.force_login(rita)
    assert client.get("/dashboard/").status_code == 200
    assert kept == set(KeptFigures.objects.values_list("key", "computed_at"))


@pytest.mark.django_db
def test_an_installation_without_people_has_nothing_to_prepare():
    jobs.prepare(0)
    assert not KeptFigures.objects.exists()
    assert views.today() == jobs.today()
