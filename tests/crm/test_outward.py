"""What is asked of addresses that came from outside: nothing inside, nothing but https, nothing for long."""

from __future__ import annotations

import contextlib
import socket
import ssl
import time

import pytest

from crm import outward
from tests.push_service import HOST, PushService

URL = f"https://{HOST}/a?b=c"


@pytest.fixture
def service(settings):
    made = PushService()
    settings.OUTWARD_STAND_INS = made.stand_in
    yield made
    made.close()


def test_it_works(service):
    assert outward.post(URL, b"hello", {"TTL": "60"}) == outward.Answer(201)
    ((path, headers, body),) = service.asked
    assert (path, headers["Host"], headers["TTL"], body) == ("/a?b=c", HOST, "60", b"hello")


@pytest.mark.parametrize(
    "url",
    [
        "http://push.example.com/",
        "file:///etc/passwd",
        "gopher://push.example.com/",
        "//push.example.com/",
        "push.example.com",
        "",
        "https://",
        "https://push.example.com:22/",
        "https://push.example.com:0443x/",
        "https://push.example.com:99999/",
        "https://user:word@push.example.com/",
        "https://push.example.com@evil.example/",
        "https://push.example.com\\@evil.example/",
        "https://push.example.com/ x",
        "https://push.example.com/\r\nHost: evil.example",
        "https://push.example.com/\x00",
        "https://püsh.example.com/",
        "https://push.example.com./",
        "https://-push.example.com/",
        "https://push_1.example.com/",
        f"https://{'a' * 64}.example.com/",
        f"https://push.example.com/{'a' * 1000}",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://0/",
        "https://8.8.8.8/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::a00:1]/",
        "https://[fe80::1%25eth0]/",
        "https://[::1/",
    ],
)
def test_what_is_not_plain_https_to_a_name_is_refused(url):
    with pytest.raises(outward.Refused):
        outward.post(url, b"", {})


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.8.9.1", "172.16.0.1"),  # noqa: S104
        *(
            "169.254.169.254",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
        ),
        *("198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::7f00:1", "64:ff9b::10.0.0.1", "64:ff9b:1::1"),
        *("100::1", "2001::1", "2001:0:a00:1::", "2001:10::1", "2001:20::1", "2001:db8::1", "2002:a00:1::", "3fff::1"),
        *("fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1"),
    ],
)
def test_what_is_not_open_to_everybody_is_inside(address):
    assert not outward.is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "142.250.1.95", "2a00:1450:4001:800::200a", "2606:4700::1111"])
def test_what_is_open_to_everybody_is_not(address):
    assert outward.is_public(address)


def test_a_name_that_leads_inside_is_refused():
    """By the real resolver of this machine."""
    with pytest.raises(outward.Refused, match="not open to everybody"):
        outward.post("https://localhost/", b"", {})


def test_a_name_that_leads_nowhere_is_unreachable():
    with pytest.raises(outward.Unreachable):
        outward.post("https://nobody.invalid/", b"", {})


def found(*addresses):
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in addresses]


def test_a_name_is_looked_up_once_and_only_its_public_addresses_are_tried(monkeypatch):
    """The second look would lead inside."""
    answers = [found("10.0.0.1", "8.8.8.8"), found("127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers.pop(0))
    tried = []

    def refuse(address, timeout):
        tried.append(address)
        raise ConnectionRefusedError("refused")

    monkeypatch.setattr(socket, "create_connection", refuse)
    with pytest.raises(outward.Unreachable):
        outward.post(URL, b"", {})
    assert tried == [("8.8.8.8", 443)]
    assert len(answers) == 1


def test_nobody_is_sent_on(service):
    service.answer(302, Location=f"https://{HOST}/elsewhere")
    assert outward.post(URL, b"", {}).status == 302
    assert len(service.asked) == 1


def test_when_to_come_again_is_said(service):
    service.answer(429, Retry_After="17")
    assert outward.post(URL, b"", {}) == outward.Answer(429, "17")


def test_a_certificate_of_another_name_is_not_believed(service, settings):
    settings.OUTWARD_STAND_INS = {"other.example.com": service.stand_in[HOST]}
    with pytest.raises(outward.Unreachable) as problem:
        outward.post("https://other.example.com/", b"", {})
    assert isinstance(problem.value.__cause__, ssl.SSLCertVerificationError)
    assert service.asked == []


def test_who_does_not_answer_is_not_waited_for(service, monkeypatch):
    monkeypatch.setattr(outward, "PATIENCE", 0.3)
    service.before_answering = lambda _desk: time.sleep(5)
    begun = time.monotonic()
    with pytest.raises(outward.Unreachable):
        outward.post(URL, b"", {})
    assert time.monotonic() - begun < 4


def drip(desk):
    """A byte every tenth of a second: each comes in time."""
    desk.wfile.write(b"HTTP/1.1 201 Created\r\nX: ")
    with contextlib.suppress(OSError):
        for _turn in range(100):
            desk.wfile.write(b"x")
            time.sleep(0.1)


def test_nor_is_who_talks_very_slowly(service, monkeypatch):
    monkeypatch.setattr(outward, "LONGEST", 0.5)
    service.before_answering = drip
    begun = time.monotonic()
    with pytest.raises(outward.Unreachable):
        outward.post(URL, b"", {})
    assert time.monotonic() - begun < 8


def flood(desk):
    desk.wfile.write(b"HTTP/1.1 201 Created\r\n\r\n")
    with contextlib.suppress(OSError):
        for _turn in range(1000):
            desk.wfile.write(b"x" * 1_000_000)


def test_a_long_answer_is_not_read(service):
    service.before_answering = flood
    begun = time.monotonic()
    assert outward.post(URL, b"", {}).status == 201
    assert time.monotonic() - begun < 8


def test_who_talks_nonsense_is_unreachable(service):
    service.before_answering = lambda desk: desk.wfile.write(b"SSH-2.0-OpenSSH\r\n")
    with pytest.raises(outward.Unreachable):
        outward.post(URL, b"", {})


def test_the_product_has_no_stand_ins():
    from crm import settings as product

    assert product.OUTWARD_STAND_INS == {}
