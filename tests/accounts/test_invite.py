from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from crm.checks import PRINTED
from crm.models import Event
from tests import factories
from tests.accounts.doing import filled, is_in, letters, link_in, with_password
from tests.rows import all_rows

URL = "/users/invite/"
SENTENCE = "a very good sentence"


def invite(client, **changes):
    given = {"email": "new@example.com", "name": "Nina New", "role": "sales"}
    return client.post(URL, filled(client, URL, **given | changes))


def test_it_works(client, mona):
    client.force_login(mona)
    response = invite(client)
    invited = User.objects.get(email="new@example.com")
    assert response["Location"] == reverse("accounts:user", args=[invited.pk])
    assert (invited.name, invited.role, invited.team_id) == ("Nina New", "sales", mona.team_id)
    assert not invited.has_usable_password()
    assert Event.objects.get(kind="user.invited").data == {"email": "new@example.com", "role": "sales"}


def test_the_letter_lets_them_choose_a_password_and_in(client, mona):
    client.force_login(mona)
    invite(client)
    (letter,) = letters()
    assert letter.to == ["new@example.com"]
    assert "Mona Manager has invited you" in letter.body
    newcomer = Client()
    form = newcomer.get(link_in(letter), follow=True).context
    newcomer.post(form["action_url"], {"password1": SENTENCE, "password2": SENTENCE})
    assert is_in(newcomer)


def test_the_link_stands_on_the_page_until_it_was_used(client, mona):
    client.force_login(mona)
    invited = User.objects.get(pk=invite(client)["Location"].split("/")[2])
    page = client.get(reverse("accounts:user", args=[invited.pk]))
    assert page.context["link"].startswith("http://testserver/accounts/password/reset/key/")
    assert page.context["link"] in page.content.decode()
    with_password(invited)
    assert client.get(reverse("accounts:user", args=[invited.pk])).context["link"] == ""


def test_where_letters_are_only_printed_nobody_is_told_that_one_is_on_its_way(client, mona, settings):
    client.force_login(mona)
    settings.EMAIL_BACKEND = PRINTED
    page = client.get(invite(client)["Location"])
    text = page.content.decode()
    assert "Nina New is invited. Letters reach nobody here: pass the link on yourself." in text
    assert "The letter went to" not in text and page.context["link"] in text
    again = client.post(reverse("accounts:resend_invitation", args=[page.context["person"].pk]), follow=True)
    assert "The letter is printed again, and reaches nobody." in again.content.decode()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert "The letter went to new@example.com" in client.get(page.request["PATH_INFO"]).content.decode()


def test_an_e_mail_is_kept_in_small_letters_and_once(client, ada, alice, team):
    client.force_login(ada)
    invite(client, email="New@Example.COM", team=team.pk)
    assert User.objects.filter(email="new@example.com").count() == 1
    before = all_rows()
    assert invite(client, email="ALICE@example.com", team=team.pk).status_code == 422
    assert all_rows() == before


@pytest.mark.parametrize(
    "changes",
    [
        {"email": "no address"},
        {"email": ""},
        {"email": "a@example.com\nBcc: b@example.com"},
        {"name": ""},
        {"name": "\u200b \u200d"},
        {"name": "x" * 151},
        {"role": ""},
        {"role": "king"},
        {"role": "manager"},
        {"role": "admin"},
        {"role": "analyst"},
    ],
    ids=str,
)
def test_a_manager_is_refused(client, mona, changes):
    client.force_login(mona)
    before = all_rows()
    assert invite(client, **changes).status_code == 422
    assert all_rows() == before
    assert letters() == []


def test_a_manager_invites_into_their_own_team_whatever_they_send(client, mona):
    client.force_login(mona)
    invite(client, team=factories.TeamFactory().pk)
    assert User.objects.get(email="new@example.com").team_id == mona.team_id


def test_fields_that_are_not_in_the_form_are_ignored(client, mona):
    client.force_login(mona)
    invite(client, is_staff="1", is_superuser="1", is_active="", version="99", password="x", id="1", session_epoch="7")
    invited = User.objects.get(email="new@example.com")
    assert (invited.version, invited.is_active, invited.session_epoch, invited.is_staff) == (1, True, 0, False)
    assert not invited.has_usable_password()


def test_roles_that_need_a_team_get_one(client, ada):
    client.force_login(ada)
    assert invite(client, role="sales", team="").status_code == 422
    assert invite(client, role="manager", team="").status_code == 422
    assert invite(client, role="analyst", team="").status_code == 302


def test_the_same_form_sent_twice_invites_once(client, mona):
    client.force_login(mona)
    data = filled(client, URL, email="new@example.com", name="Nina", role="sales") | {"idempotency_key": "k1"}
    first, second = client.post(URL, data), client.post(URL, data)
    assert first["Location"] == second["Location"]
    assert len(letters()) == 1


def test_sending_again(client, mona):
    client.force_login(mona)
    invited = User.objects.get(pk=invite(client)["Location"].split("/")[2])
    url = reverse("accounts:resend_invitation", args=[invited.pk])
    assert client.post(url).status_code == 302
    assert len(letters()) == 2
    with_password(invited)
    before = all_rows()
    assert client.post(url).status_code == 403, "that would be a way into their account"
    assert all_rows() == before


def test_a_manager_does_not_get_the_link_of_an_analyst(client, mona):
    """It would make them one: analysts see what managers do not."""
    client.force_login(mona)
    analyst = factories.UserFactory(role="analyst", team=mona.team)
    assert client.get(reverse("accounts:user", args=[analyst.pk])).context["link"] == ""
    assert client.post(reverse("accounts:resend_invitation", args=[analyst.pk])).status_code == 403


def test_a_letter_that_cannot_leave_at_once_leaves_nothing_behind(client, mona, monkeypatch):
    from crm import jobs

    def broken(**_):
        raise RuntimeError

    monkeypatch.setattr(jobs.send_mail, "defer", broken)
    client.force_login(mona)
    before = all_rows()
    with pytest.raises(RuntimeError):
        invite(client)
    assert all_rows() == before
