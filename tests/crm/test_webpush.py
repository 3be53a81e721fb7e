"""The two formats of Web Push, against the standard's own example and against a receiver written from its text."""

from __future__ import annotations

import datetime as dt

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils.timezone import now

from crm import webpush
from tests.architecture.test_settings import _start
from tests.push_service import Browser, proven

#: a browser of the standard
EXAMPLE = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"


def key_of(text):
    return ec.derive_private_key(int.from_bytes(webpush.bytes_of(text), "big"), ec.SECP256R1())


def test_the_example_of_the_standard():
    """RFC 8291, appendix A."""
    body = webpush.encrypted(
        b"When I grow up, I want to be a watermelon",
        webpush.read_point(EXAMPLE),
        webpush.read_secret("BTBZMqHH6r4Tts7J_aSIgg"),
        once=key_of("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"),
        salt=webpush.bytes_of("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert webpush.text_of(body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl"
        "7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


@pytest.mark.parametrize("text", [b"", "Zoë Ångström".encode(), b"x" * webpush.LONGEST_TEXT])
def test_the_browser_reads_it_and_no_other_does(text):
    browser, other = Browser(), Browser()
    body = webpush.encrypted(text, browser.point, browser.secret)
    assert len(body) <= 4096, "what every push service takes"
    assert browser.read(body) == text
    with pytest.raises(InvalidTag):
        other.read(body)


def test_the_same_text_never_looks_the_same():
    browser = Browser()
    bodies = [webpush.encrypted(b"Hello", browser.point, browser.secret) for _turn in range(2)]
    assert bodies[0][:16] != bodies[1][:16] and bodies[0][21:86] != bodies[1][21:86]


def test_the_sender_is_proven_for_one_service_and_for_hours(settings):
    settings.SITE_URL = "https://crm.example.com"
    claims, key = proven(webpush.proof("https://push.example.com", now()))
    assert (claims["aud"], claims["sub"]) == ("https://push.example.com", "https://crm.example.com")
    assert key == webpush.public_key()
    assert dt.timedelta(hours=11) < dt.timedelta(seconds=claims["exp"] - now().timestamp()) <= webpush.PROOF_LASTS


def test_without_an_address_of_the_site_an_address_for_mail_is_named(settings):
    settings.SITE_URL, settings.DEFAULT_FROM_EMAIL = "http://127.0.0.1:8000", "Rapport <crm@example.com>"
    assert proven(webpush.proof("https://push.example.com", now()))[0]["sub"] == "mailto:crm@example.com"


def test_the_key_follows_from_the_secret_of_the_installation(settings):
    settings.SECRET_KEY = "a" * 50
    first = webpush.public_key()
    settings.SECRET_KEY = "b" * 50
    assert webpush.public_key() != first
    settings.SECRET_KEY = "a" * 50
    assert webpush.public_key() == first, "every process finds the same"


def test_a_key_that_is_set_is_taken(settings):
    """The private and the public key of the standard's example."""
    settings.WEBPUSH_PRIVATE_KEY = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
    expected = "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8"
    assert webpush.public_key() == expected


def test_a_key_that_is_none_stops_the_start():
    result = _start(SECRET_KEY="x" * 60, ALLOWED_HOSTS="crm.example.com", WEBPUSH_PRIVATE_KEY="secret")
    assert result.returncode != 0
    assert "WEBPUSH_PRIVATE_KEY must be a key of 32 bytes" in result.stderr


@pytest.mark.parametrize("point", ["", "x", "é", "BA" * 43, webpush.text_of(b"\x04" + bytes(64)), "A" * 87])
def test_a_point_that_is_not_on_the_curve_is_none(point):
    with pytest.raises(ValueError):
        webpush.read_point(point)


def test_half_a_point_is_none():
    whole = Browser().point
    with pytest.raises(ValueError):
        webpush.read_point(webpush.text_of(bytes([2 + whole[-1] % 2]) + whole[1:33]))


@pytest.mark.parametrize("secret", ["", "é", webpush.text_of(bytes(15)), webpush.text_of(bytes(17))])
def test_a_secret_of_another_length_is_none(secret):
    with pytest.raises(ValueError):
        webpush.read_secret(secret)
