from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from crm.middleware import POLICY
from tests import factories
from tests.accounts.doing import is_in, letters, sign_in, with_password
from tests.rows import all_rows


@pytest.fixture
def alice(alice):
    return with_password(alice)


def test_it_works(client, alice):
    response = sign_in(client, "alice@example.com")
    assert (response.status_code, response["Location"]) == (302, "/")
    assert is_in(client)
    alice.refresh_from_db()
    assert alice.last_login is not None
    assert alice.version == 1, "signing in is no edit"


@pytest.mark.parametrize("email", ["ALICE@example.com", "Alice@Example.COM", " alice@example.com "])
def test_the_e_mail_may_be_written_in_capitals(client, alice, email):
    sign_in(client, email)
    assert is_in(client)


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("alice@example.com", "wrong"),
        ("alice@example.com", ""),
        ("alice@example.com", factories.PASSWORD.upper()),
        ("nobody@example.com", factories.PASSWORD),
        ("alice", factories.PASSWORD),
        ("' OR 1=1 --@example.com", factories.PASSWORD),
    ],
)
def test_others_stay_outside(client, alice, email, password):
    assert sign_in(client, email, password).status_code == 200
    assert not is_in(client)


def test_a_deactivated_user_gets_the_answer_of_a_wrong_password(client, alice):
    User.objects.filter(pk=alice.pk).update(is_active=False)
    right = sign_in(client, "alice@example.com")
    wrong = sign_in(client, "alice@example.com", "wrong password")
    unknown = sign_in(client, "nobody@example.com")
    errors = [list(response.context["form"].non_field_errors()) for response in (right, wrong, unknown)]
    assert errors[0]
    assert errors[0] == errors[1] == errors[2]
    assert [response.status_code for response in (right, wrong, unknown)] == [200] * 3
    assert not is_in(client)


def test_a_deactivated_user_is_out_at_once_and_stays_out_after_reactivation(client, alice, ada):
    from accounts.deactivation import deactivate

    sign_in(client, alice.email)
    deactivate(alice, by=ada, successor=None)
    assert client.get("/settings/").status_code == 302
    alice.reactivate(by=ada)
    assert client.get("/settings/").status_code == 302, "the old session does not come back to life"


EVIL = [
    "//evil.example",
    "https://evil.example",
    "http:evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "///evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/%0d%0aSet-Cookie:%20a=b",
    "http://testserver@evil.example",
    "https://testserver.evil.example/",
    "\thttps://evil.example",
    "http://[evil",
]


@pytest.mark.parametrize("target", EVIL)
def test_next_leads_nowhere_else(client, alice, target):
    response = client.post("/accounts/login/", {"login": alice.email, "password": factories.PASSWORD, "next": target})
    assert response["Location"] in {"/", "/%0d%0aSet-Cookie:%20a=b"}
    again = client.get("/accounts/login/", {"next": target})
    assert again["Location"] in {"/", "/%0d%0aSet-Cookie:%20a=b"}
    out = client.post("/accounts/logout/", {"next": target})
    assert out["Location"] in {"/accounts/login/", "/%0d%0aSet-Cookie:%20a=b"}


def test_next_leads_back_to_the_page_that_was_asked_for(client, alice):
    asked = client.get("/users/")
    assert asked["Location"] == "/accounts/login/?next=/users/"
    response = client.post(asked["Location"], {"login": alice.email, "password": factories.PASSWORD})
    assert response["Location"] == "/users/"


def test_the_session_is_a_new_one(client, alice):
    client.cookies["rapport_session"] = "planted" + "x" * 25
    sign_in(client, alice.email)
    assert client.session.session_key != "planted" + "x" * 25


def test_signing_out_kills_the_session(client, alice):
    sign_in(client, alice.email)
    old = client.cookies["rapport_session"].value
    assert client.get("/accounts/logout/").status_code == 200, "a GET only asks"
    client.post("/accounts/logout/")
    thief = Client()
    thief.cookies["rapport_session"] = old
    assert thief.get("/settings/").status_code == 302


def test_a_post_without_token_is_refused(alice):
    client = Client(enforce_csrf_checks=True)
    assert sign_in(client, alice.email).status_code == 403
    assert not is_in(client)


# Guessing


def test_guessing_is_slowed_and_the_right_password_waits_too(client, alice):
    for _ in range(5):
        sign_in(client, alice.email, "wrong")
    refused = sign_in(client, alice.email)
    assert not is_in(client)
    assert "Too many" in refused.content.decode()


def test_another_host_header_or_forwarded_address_is_no_way_around(client, alice, settings):
    settings.ALLOWED_HOSTS = ["testserver", "localhost"]
    for number in range(5):
        sign_in(client, alice.email, "wrong", headers={"x-forwarded-for": f"10.0.0.{number}", "host": "localhost"})
    sign_in(client, alice.email.upper(), headers={"x-forwarded-for": "10.9.9.9"})
    assert not is_in(client)


def test_a_known_device_still_gets_in_while_strangers_guess(alice):
    known, thief = Client(REMOTE_ADDR="10.0.0.1"), Client(REMOTE_ADDR="10.0.0.2")
    sign_in(known, alice.email)
    known.post("/accounts/logout/")
    for _ in range(8):
        sign_in(thief, alice.email, "wrong")
    sign_in(known, alice.email)
    assert is_in(known)


def test_a_device_known_for_somebody_else_counts_for_nothing(alice, bob):
    thief = Client()
    sign_in(thief, with_password(bob).email)
    thief.post("/accounts/logout/")
    for _ in range(5):
        sign_in(thief, alice.email, "wrong")
    sign_in(thief, alice.email)
    assert not is_in(thief)


def test_the_owner_is_told_of_guesses_once(client, alice):
    for _ in range(9):
        sign_in(client, alice.email, "wrong")
    assert [letter.to for letter in letters()] == [["alice@example.com"]]


def test_spraying_one_password_over_many_accounts_ends_in_429(client, alice):
    answers = [sign_in(client, f"user{number}@example.com", "Summer2026!").status_code for number in range(31)]
    assert answers[-1] == 429
    response = sign_in(client, "one.more@example.com")
    assert response["Retry-After"] == "60"


# What is not there


@pytest.mark.parametrize(
    "path",
    ["signup/", "email/", "confirm-email/", "confirm-email/x/", "social/signup/", "login/code/", "login/code/confirm/"],
)
def test_pages_of_allauth_that_make_no_sense_are_not_there(client, alice, path):
    assert client.get(f"/accounts/{path}").status_code == 404
    client.force_login(alice)
    assert client.get(f"/accounts/{path}").status_code == 404
    assert client.post(f"/accounts/{path}", {"email": "a@example.com"}).status_code == 404


PUBLIC = ["login", "inactive", "password/reset", "password/reset/done", "password/reset/key/done"]


@pytest.mark.parametrize("path", PUBLIC)
def test_the_pages_before_sign_in_are_open_and_strict(client, db, path):
    response = client.get(f"/accounts/{path}/")
    assert response.status_code == 200
    assert response["Content-Security-Policy"] == POLICY
    page = response.content.decode()
    assert "style=" not in page
    assert "<style" not in page
    assert "<script>" not in page
    assert " on" + "click=" not in page


@pytest.mark.parametrize("name", ["account_change_password", "account_set_password", "account_reauthenticate"])
def test_the_others_need_a_session(client, db, name):
    response = client.get(reverse(name))
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


def test_json_gets_no_other_answers(client, alice):
    response = client.get("/accounts/login/", headers={"accept": "application/json"})
    assert response["Content-Type"].startswith("text/html")


def test_refused_sign_in_changes_no_row(client, alice):
    before = all_rows()
    sign_in(client, alice.email, "wrong")
    assert all_rows() == before


def test_reauthentication_asks_for_the_password(client, alice):
    sign_in(client, alice.email)
    assert client.post("/accounts/reauthenticate/", {"password": "wrong"}).status_code == 200
    assert client.post("/accounts/reauthenticate/", {"password": factories.PASSWORD}).status_code == 302
