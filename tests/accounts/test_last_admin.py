"""Somebody must be able to let the others in."""

from __future__ import annotations

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse

from accounts.deactivation import deactivate
from accounts.forms import UserForm
from accounts.models import User
from tests import factories
from tests.rows import all_rows


def demotion(of, by):
    """A form, opened and filled, that makes an analyst of an admin."""
    blank = UserForm(user=by, instance=User.objects.get(pk=of.pk))
    data = {name: blank[name].value() or "" for name in blank.fields} | {"role": "analyst"}
    form = UserForm(data, user=by, instance=User.objects.get(pk=of.pk))
    assert form.is_valid(), form.errors
    return lambda: form.apply(by=by)


def departure(of, by):
    return lambda: deactivate(of, by=by, successor=None)


@pytest.fixture
def admin(db):
    return factories.UserFactory(role="admin", team=None)


@pytest.mark.parametrize("deed", [demotion, departure])
def test_it_works_while_another_admin_stays(ada, admin, deed):
    deed(ada, by=admin)()
    ada.refresh_from_db()
    assert ada.effective_role != "admin"


@pytest.mark.parametrize("deed", [demotion, departure])
def test_the_last_one_stays(ada, admin, deed):
    deed = deed(ada, by=admin)  # decided while there still were two
    User.objects.filter(pk=admin.pk).update(role="analyst")
    factories.UserFactory(role="admin", team=None, is_active=False)  # does not count
    before = all_rows()
    with pytest.raises(ValidationError, match="last active admin"):
        deed()
    assert all_rows() == before


def test_nobody_deactivates_themselves(client, ada, admin):
    client.force_login(ada)
    url = reverse("accounts:deactivate", args=[ada.pk])
    before = all_rows()
    assert client.get(url).status_code == 403
    assert client.post(url).status_code == 403
    assert all_rows() == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("deeds", [(demotion, demotion), (departure, departure), (demotion, departure)])
def test_two_who_end_each_other_at_once_leave_one(deeds):
    one, two = (factories.UserFactory(role="admin", team=None) for _ in range(2))
    doing = [deeds[0](one, by=two), deeds[1](two, by=one)]
    together, refused = threading.Barrier(2), []

    def run(deed):
        together.wait()
        try:
            deed()
        except ValidationError as refusal:
            refused.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[deed]) for deed in doing]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert User.objects.active().filter(role="admin").count() == 1
