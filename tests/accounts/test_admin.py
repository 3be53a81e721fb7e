"""The Django admin goes through the same truths: no stale writes, no lost admin, no password in a text field."""

from __future__ import annotations

import pytest
from django.contrib import admin as django_admin
from django.urls import reverse

from accounts.models import Team, User
from crm.models import Event
from tests import factories
from tests.rows import all_rows


@pytest.fixture
def admin(client, ada):
    client.force_login(ada)
    return client


def url_of(row):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def opened(client, row, **changes):
    """What a browser sends from the change form as it is now."""
    page = client.get(url_of(row))
    form = page.context["adminform"].form
    data = {name: form[name].value() for name in form.fields}
    sent = {name: "" if value is None else value for name, value in data.items() if value is not False}
    return sent | {"opened_version": page.context["original"].version} | changes


def test_it_works(admin, alice):
    response = admin.post(url_of(alice), opened(admin, alice, name="Alice Repaired"))
    assert response.status_code == 302
    alice.refresh_from_db()
    assert (alice.name, alice.version) == ("Alice Repaired", 2)
    assert Event.objects.get(kind="user.changed").data == {"fields": ["name"]}


@pytest.mark.parametrize("model", [User, Team])
def test_lists_can_be_searched(admin, alice, model):
    url = reverse(f"admin:accounts_{model._meta.model_name}_changelist")
    assert admin.get(url, {"q": "alice"}).status_code == 200


def test_the_password_is_nowhere(admin, alice):
    User.objects.filter(pk=alice.pk).update(password="md5$salt$canary-of-a-hash")
    assert "canary" not in admin.get(url_of(alice)).content.decode()
    admin.post(url_of(alice), opened(admin, alice, password="x", is_active="", version="40", role="sales"))
    alice.refresh_from_db()
    assert (alice.password, alice.is_active, alice.version) == ("md5$salt$canary-of-a-hash", True, 1)


def test_a_stale_form_writes_nothing(admin, alice):
    stale = opened(admin, alice, name="Alice Stale")
    User.objects.filter(pk=alice.pk).update(theme="dark")
    before = all_rows()
    response = admin.post(url_of(alice), stale, follow=True)
    assert "Somebody changed this while you were editing" in response.content.decode()
    assert all_rows() == before


def test_a_form_that_does_not_say_what_it_saw_writes_nothing(admin, alice):
    sent = opened(admin, alice, name="X")
    del sent["opened_version"]
    before = all_rows()
    admin.post(url_of(alice), sent)
    assert all_rows() == before


def test_only_what_was_changed_is_written(admin, alice, monkeypatch):
    """A writer between the reading of the row and the writing of the form keeps their change."""
    from accounts.admin import UserAdmin

    save = UserAdmin.save_model

    def meanwhile(self, request, obj, form, change):
        User.objects.filter(pk=obj.pk).update(time_zone="Europe/Rome")
        save(self, request, obj, form, change)

    sent = opened(admin, alice, name="Alice Two")
    monkeypatch.setattr(UserAdmin, "save_model", meanwhile)
    admin.post(url_of(alice), sent)
    alice.refresh_from_db()
    assert (alice.name, alice.time_zone) == ("Alice Two", "Europe/Rome")


def test_nobody_changes_their_own_role(admin, ada):
    factories.UserFactory(role="admin", team=None)
    admin.post(url_of(ada), opened(admin, ada, role="analyst"))
    ada.refresh_from_db()
    assert ada.role == "admin"


def test_the_last_admin_stays(admin, ada, monkeypatch):
    """ada is demoted while her request is under way: the admin she demotes would have been the last."""
    other = factories.UserFactory(role="admin", team=None)
    sent = opened(admin, other, role="analyst")
    from accounts.admin import UserAdmin

    save = UserAdmin.save_model

    def meanwhile(self, request, obj, form, change):
        User.objects.filter(pk=ada.pk).update(role="analyst")
        save(self, request, obj, form, change)

    monkeypatch.setattr(UserAdmin, "save_model", meanwhile)
    response = admin.post(url_of(other), sent, follow=False)
    assert response.status_code == 302
    other.refresh_from_db()
    assert other.role == "admin"


def test_nobody_is_added_or_deleted_by_hand(admin, alice):
    assert admin.get(reverse("admin:accounts_user_add")).status_code == 403
    assert admin.get(reverse("admin:accounts_user_delete", args=[alice.pk])).status_code == 403


def test_djangos_own_password_page_is_ours(admin):
    assert admin.get("/admin/password_change/")["Location"] == "/accounts/password/change/"


def test_both_are_registered_and_side_doors_are_not():
    registered = set(django_admin.site._registry)
    assert {User, Team} <= registered
    # An e-mail address of allauth would be a second way to sign in as somebody.
    assert not [model for model in registered if model._meta.app_label in {"account", "auth"}]
