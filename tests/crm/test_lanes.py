"""Two lanes on one port, over real sockets: who is slow, rude or gone must not matter to anybody else."""

from __future__ import annotations

import json
import time

import pytest
from django.core.handlers.wsgi import WSGIHandler

from crm.lanes import Lanes, Pages
from crm.request_body import Limits
from tests.crm import views_for_lanes
from tests.crm.views_for_lanes import BIG, SEEN, SIZE
from tests.serving import Wire, request, serving, wait_until


class NoLive:
    """The other lane, which these tests do not use."""

    async def start(self):
        pass

    async def close(self):
        pass

    async def __call__(self, scope, receive, send):
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


@pytest.fixture
def limits():
    return Limits(size=60 * 1024 * 1024, idle=30.0, total=60.0)


@pytest.fixture
def port(settings, limits):
    settings.ROOT_URLCONF = views_for_lanes.__name__
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    settings.SECURE_SSL_REDIRECT = False
    SEEN.clear()
    with serving(Lanes(pages=Pages(WSGIHandler(), threads=2, limits=limits), live=NoLive())) as port:
        yield port


@pytest.fixture
def big_file():
    BIG.write_bytes(b"0123456789abcdef" * (SIZE // 16))
    yield
    BIG.unlink()


def ask(port, text):
    with Wire(port) as wire:
        return wire.say(text).hear()


def body_of(answer):
    return answer.split(b"\r\n\r\n", 1)[1]


def page_takes(port):
    began = time.monotonic()
    assert body_of(ask(port, request("GET", "/page/"))) == b"page"
    return time.monotonic() - began


def test_it_works(port):
    assert body_of(ask(port, request("GET", "/page/"))) == b"page"
    answer = json.loads(body_of(ask(port, request("POST", "/echo/", headers=FORM, body="a=1&b=2"))))
    assert answer == {"form": {"a": "1", "b": "2"}, "length": 7}


AT_ONCE = 5.0  # seconds on a busy machine; what is blocked waits for ever
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"


def test_the_live_lane_is_the_other_one(port):
    assert b" 204 " in ask(port, request("GET", "/live/?topics=x"))


def test_two_clients_sending_byte_by_byte_do_not_delay_a_third(port):
    with Wire(port) as one, Wire(port) as two:
        for wire in (one, two):
            wire.say(f"POST /echo/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 40\r\n{FORM}\r\n")
        for letter in "a=1&":
            one.say(letter)
            two.say(letter)
            assert page_takes(port) < AT_ONCE
    assert SEEN == []


@pytest.mark.parametrize("limits", [Limits(idle=0.6, total=60.0)])
def test_a_body_that_stops_is_refused_and_its_view_never_runs(port):
    with Wire(port) as wire:
        wire.say(f"POST /echo/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n{FORM}\r\namount=1&note=abc")
        assert wire.status() == 408
    assert SEEN == []


@pytest.mark.parametrize("limits", [Limits(idle=30.0, total=1.5)])
def test_a_body_that_crawls_is_refused_in_the_end(port):
    with Wire(port) as wire:
        wire.say(f"POST /echo/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n{FORM}\r\n")
        began = time.monotonic()
        while time.monotonic() - began < 1.3:
            wire.say("x")
            time.sleep(0.2)
        assert wire.status() == 408


def test_a_client_that_leaves_in_the_middle_of_a_form_changes_nothing(port):
    with Wire(port) as wire:
        wire.say(f"POST /echo/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n{FORM}\r\namount=1&note=abc")
    time.sleep(0.2)
    assert page_takes(port) < AT_ONCE
    assert SEEN == []


def test_a_body_above_the_limit_is_refused_before_it_is_read(port):
    with Wire(port) as wire:
        wire.say(f"POST /echo/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {10**12}\r\n{FORM}\r\n")
        assert wire.status() == 413
    assert SEEN == []


@pytest.mark.parametrize("limits", [Limits(size=1000, idle=2, total=5)])
def test_a_chunked_body_above_the_limit_is_refused(port, limits):
    with Wire(port) as wire:
        wire.say(f"POST /echo/ HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n{FORM}\r\n")
        wire.say("400\r\n" + "x" * 1024 + "\r\n")
        assert wire.status() == 413
    assert SEEN == []


def test_a_chunked_body_arrives_whole(port):
    head = f"POST /echo/ HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n{FORM}\r\n"
    answer = json.loads(body_of(ask(port, head + "4\r\na=1&\r\n3\r\nb=2\r\n0\r\n\r\n")))
    assert answer == {"form": {"a": "1", "b": "2"}, "length": 7}


@pytest.mark.parametrize("length", ["-1", "1, 2", "x", "10\r\nContent-Length: 7"])
def test_a_nonsense_length_is_refused(port, length):
    head = (
        f"POST /echo/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: {length}\r\n{FORM}\r\na=1&b=2"
    )
    assert b" 400 " in ask(port, head).split(b"\r\n")[0]
    assert SEEN == []


def test_a_large_upload_goes_through_a_file(port):
    edge = "rapportedge"
    body = (
        f'--{edge}\r\nContent-Disposition: form-data; name="sheet"; filename="a.bin"\r\n'
        f"Content-Type: application/octet-stream\r\n\r\n{'x' * SIZE}\r\n--{edge}--\r\n"
    )
    answer = ask(
        port, request("POST", "/upload/", headers=f"Content-Type: multipart/form-data; boundary={edge}\r\n", body=body)
    )
    assert json.loads(body_of(answer)) == {"sheet": SIZE}


def test_a_raw_body_above_djangos_limit_is_a_400(port):
    answer = ask(port, request("POST", "/echo/", headers=FORM, body="x" * (6 * 1024 * 1024)))
    assert b" 400 " in answer.split(b"\r\n")[0]


def test_headers_with_underscores_are_dropped(port):
    answer = ask(port, request("GET", "/headers/", headers="X_Forwarded_Proto: https\r\n"))
    assert json.loads(body_of(answer))["secure"] == ""


def test_head_has_the_length_and_no_body_and_the_connection_goes_on(port, big_file):
    with Wire(port) as wire:
        for address, length in (("/page/", 4), ("/file/", SIZE)):
            answer = wire.say(request("HEAD", address, close=False)).hear(upto=b"\r\n\r\n")
            assert f"content-length: {length}".encode() in answer.lower()
            assert answer.endswith(b"\r\n\r\n")
        assert body_of(wire.say(request("GET", "/page/")).hear()) == b"page"


def test_two_slow_readers_of_a_big_file_do_not_delay_a_third(port, big_file):
    with Wire(port) as one, Wire(port) as two:
        for wire in (one, two):
            wire.say(request("GET", "/file/")).hear(upto=b"0123")
        for _ in range(3):
            assert page_takes(port) < AT_ONCE


def test_a_big_file_arrives_whole(port, big_file):
    assert len(body_of(ask(port, request("GET", "/file/")))) == SIZE


def test_a_stream_arrives_whole(port):
    answer = ask(port, request("GET", "/stream/?parts=200&size=4096"))
    assert body_of(answer).count(b"x") == 200 * 4096
    assert SEEN == ["stream", "closed"]


def test_slow_readers_of_streams_do_not_delay_a_page(port):
    with Wire(port) as one, Wire(port) as two, Wire(port) as three:
        for wire in (one, two, three):
            wire.say(request("GET", "/stream/?parts=100000&size=4096"))
        wait_until(lambda: SEEN.count("stream") == 2)
        assert page_takes(port) < AT_ONCE
    wait_until(lambda: SEEN.count("closed") == 3)


def test_a_generator_is_closed_when_its_reader_leaves(port):
    with Wire(port) as wire:
        wire.say(request("GET", "/stream/?parts=1000000&size=4096")).hear(upto=b"xxxx")
    wait_until(lambda: SEEN[-1] == "closed")


def test_an_error_in_mid_stream_cuts_the_answer(port, caplog):
    answer = ask(port, request("GET", "/stream/?fail=1"))
    assert b"x" in answer
    assert not answer.endswith(b"0\r\n\r\n")


def test_an_error_is_a_500_and_the_next_page_is_fine(port):
    assert b" 500 " in ask(port, request("GET", "/broken/")).split(b"\r\n")[0]
    assert page_takes(port) < AT_ONCE


def test_slow_views_take_the_threads_they_have_and_no_more(port):
    with Wire(port) as one, Wire(port) as two, Wire(port) as gone:
        for wire in (one, two):
            wire.say(request("GET", "/slow/?seconds=1"))
        wait_until(lambda: len(SEEN) == 2)
        gone.say(request("GET", "/slow/?seconds=1"))
        time.sleep(0.1)
        gone.socket.close()
        assert one.hear().endswith(b"slow")
        assert two.hear().endswith(b"slow")
    assert SEEN == ["slow", "slow"], "the view of a client that had left before its turn ran"


def test_nothing_of_one_request_is_found_by_the_next(port):
    for _ in range(4):
        assert body_of(ask(port, request("GET", "/leave_traces/"))) == b"UTC en"


@pytest.mark.parametrize("address", ["/page/\xff", "/page/?q=\xff"])
def test_raw_bytes_in_the_address_are_a_400(port, address):
    assert b" 400 " in ask(port, request("GET", address)).split(b"\r\n")[0]
