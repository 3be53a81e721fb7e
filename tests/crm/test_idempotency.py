"""The same POST twice does its work once; a failed one may be tried again; parallel ones wait for each other."""

from __future__ import annotations

import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from activities.models import Attachment
from crm.models import Event, IdempotencyKey
from customers.models import Company
from tests import factories

KEY = "0123456789abcdef0123456789abcdef"
NEW = "/companies/new/"


@pytest.fixture
def as_mona(client, mona):
    client.force_login(mona)
    return client


def create(client, name="Works Ltd", key=KEY, **more):
    return client.post(NEW, {"name": name, "idempotency_key": key}, **more)


def test_the_same_key_gets_the_same_answer_and_one_row(as_mona):
    first, second = create(as_mona), create(as_mona)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]
    assert Company.objects.count() == Event.objects.count() == 1


def test_the_key_may_be_a_header(as_mona):
    for _time in range(2):
        assert as_mona.post(NEW, {"name": "Works Ltd"}, headers={"Idempotency-Key": KEY}).status_code == 302
    assert Company.objects.count() == 1


def test_another_key_is_another_deed(as_mona):
    create(as_mona)
    create(as_mona, key=KEY[::-1])
    assert Company.objects.count() == 2


def test_without_a_key_each_counts(as_mona):
    create(as_mona, key="")
    create(as_mona, key="")
    assert Company.objects.count() == 2


@pytest.mark.parametrize("url", [NEW, f"{NEW}?company=1"])
def test_a_key_does_not_serve_for_something_else(as_mona, url):
    create(as_mona)
    name = "Works Ltd" if url != NEW else "Other Ltd"
    response = as_mona.post(url, {"name": name, "idempotency_key": KEY})
    assert response.status_code == 422
    assert "other content" in response.content.decode()
    assert Company.objects.count() == 1


def test_keys_are_each_users_own(as_mona, ada):
    create(as_mona)
    other = Client()
    other.force_login(ada)
    create(other)
    assert Company.objects.count() == 2


def test_a_refused_form_frees_its_key(as_mona):
    assert create(as_mona, name="").status_code == 422
    assert not IdempotencyKey.objects.exists()
    assert create(as_mona).status_code == 302
    assert Company.objects.count() == 1


def test_what_breaks_frees_its_key_and_leaves_nothing(as_mona, monkeypatch):
    from crm import editing

    def broken(*args, **kwargs):
        raise RuntimeError("after the row was written")

    with monkeypatch.context() as patch:
        patch.setattr(editing, "record", broken)
        with pytest.raises(RuntimeError):
            create(as_mona)
    assert not Company.objects.exists()
    assert not IdempotencyKey.objects.exists()
    assert create(as_mona).status_code == 302


@pytest.mark.parametrize("key", ["x" * 65, "a\x01b", "a\nb"])
def test_a_key_that_is_none_is_refused(as_mona, key, nothing_changed):
    with nothing_changed:
        assert create(as_mona, key=key).status_code == 400


def test_a_stream_is_given_each_time(as_mona, customer):
    for _time in range(2):
        response = as_mona.post("/customers/export/", {"idempotency_key": KEY})
        assert response.status_code == 200
        assert "Zoë Ångström" in b"".join(response.streaming_content).decode()
    assert not IdempotencyKey.objects.exists()


def test_a_body_in_parts_that_held_nothing(as_mona):
    kind = "multipart/form-data; boundary=x"
    for _time in range(2):
        response = as_mona.post(NEW, b"--x--\r\n", content_type=kind, headers={"Idempotency-Key": KEY})
        assert response.status_code in {200, 422}


def test_another_file_of_the_same_name_and_size_is_other_content(as_mona, deal):
    def upload(content):
        url = f"/activities/about/deal/{deal.pk}/upload/"
        file = SimpleUploadedFile("offer.txt", content, "text/plain")
        return as_mona.post(url, {"files": file, "idempotency_key": KEY})

    assert upload(b"one thousand").status_code == upload(b"one thousand").status_code == 302
    assert upload(b"two thousand").status_code == 422
    assert Attachment.objects.count() == 1


def test_a_stranger_writes_no_key(client, db):
    assert create(client).status_code == 302
    assert not IdempotencyKey.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_make_one_row():
    ada = factories.UserFactory(role="admin", team=None)
    clients = [Client() for _number in range(20)]
    for client in clients:
        client.force_login(ada)
    answers, start = [], threading.Barrier(len(clients))

    def send(client):
        start.wait()
        try:
            answers.append(create(client))
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=[client]) for client in clients]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert {answer.status_code for answer in answers} == {302}
    assert len({answer["Location"] for answer in answers}) == 1
    assert Company.objects.count() == Event.objects.count() == 1


def test_an_answer_is_not_repeated_to_who_has_lost_the_right_to_it(client, ada):
    client.force_login(ada)
    data = {"name": "Works Ltd", "idempotency_key": "k" * 20}
    assert client.post("/companies/new/", data).status_code == 302
    type(ada).objects.filter(pk=ada.pk).update(role="analyst")
    assert client.post("/companies/new/", data).status_code in {403, 422}
