"""Several hand out leads at the same time: each lead goes once, and to nobody who has no room for it or leaves."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from django.db import connection

from crm.models import Event
from leads.assignment import assign, share_out
from leads.models import Handout
from tests import factories
from tests.leads.assigning import leads, owners, person, why_left


def together(*deeds):
    start, wrong = threading.Barrier(len(deeds)), []

    def run(deed):
        start.wait()
        try:
            deed()
        except Exception as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.django_db(transaction=True)
def test_two_who_share_out_the_same_leads_give_each_away_once():
    team = factories.TeamFactory()
    managers = [person(f"Manager {n}", team, "manager") for n in range(4)]
    sellers = [person(f"Seller {n}", team, lead_capacity=9) for n in range(4)]
    pks = leads(30)
    together(*[lambda by=by: share_out(pks, by) for by in managers])
    assert Counter(Event.objects.filter(kind="lead.assigned").values_list("subject_id", flat=True)) == Counter(pks)
    assert sorted(Counter(owners().values()).values()) == [7, 7, 8, 8]
    assert set(owners().values()) == {seller.pk for seller in sellers}


@pytest.mark.django_db(transaction=True)
def test_two_who_share_out_other_leads_overfill_nobody():
    team = factories.TeamFactory()
    managers = [person(f"Manager {n}", team, "manager") for n in range(3)]
    seller = person("Seller", team, lead_capacity=5)
    heaps = [leads(4) for _ in managers]
    together(*[lambda by=by, heap=heap: share_out(heap, by) for by, heap in zip(managers, heaps, strict=True)])
    assert Counter(owners().values()) == {seller.pk: 5, None: 7}


@pytest.mark.django_db(transaction=True)
def test_two_who_assign_what_both_saw_unowned_do_not_take_it_from_each_other():
    team = factories.TeamFactory()
    mona = person("Mona", team, "manager")
    sellers = [person(f"Seller {n}", team) for n in range(6)]
    (lead,) = leads(1)
    together(*[lambda to=to: assign([lead], to, mona, expected=None) for to in sellers])
    assert Event.objects.filter(kind="lead.assigned").count() == 1
    assert Counter(why for handout in Handout.objects.all() for why in why_left(handout)) == {"taken": 5}


@pytest.mark.django_db(transaction=True)
def test_nobody_is_given_leads_while_leaving():
    from accounts.deactivation import deactivate

    team = factories.TeamFactory()
    ada, mona = person("Ada", None, "admin"), person("Mona", team, "manager")
    leaver = person("Leo", team)
    pks = leads(20)
    together(lambda: deactivate(leaver, by=ada, successor=None), lambda: share_out(pks, mona))
    assert set(owners().values()) == {None}
