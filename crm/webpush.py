"""Web Push: a message that one browser alone can read (RFC 8291), and a proof of who sends it (RFC 8292)."""

from __future__ import annotations

import datetime as dt
import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from email.utils import parseaddr
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.utils.crypto import salted_hmac

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase

CURVE = ec.SECP256R1()
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
#: of a point of the curve, of a browser's secret, of a salt
POINT, SECRET, SALT = 65, 16, 16
RECORD = 4096
#: what every push service takes, less what encryption adds
LONGEST_TEXT = RECORD - SALT - 5 - POINT - 17
#: of the proof of who we are; push services allow a day
PROOF_LASTS = dt.timedelta(hours=12)


def own_key() -> ec.EllipticCurvePrivateKey:
    """The one that is set, else one that follows from SECRET_KEY: all processes have the same, and nobody keeps it."""
    return _key(settings.WEBPUSH_PRIVATE_KEY, settings.SECRET_KEY)


def public_key() -> str:
    """By which browsers and push services know this installation."""
    return _public(own_key())


def mark_of(session: SessionBase) -> str:
    """Another one after every sign-in and with another key: a browser that is known under it need not say so again.

    It tells nothing of the session's own key.
    """
    return salted_hmac("crm.webpush.mark", f"{session.session_key}:{public_key()}").hexdigest()[:16]


@lru_cache(maxsize=4)
def _key(given: str, secret: str) -> ec.EllipticCurvePrivateKey:
    if given:
        return ec.derive_private_key(int.from_bytes(bytes_of(given), "big"), CURVE)
    # 16 bytes more than the curve needs: each of its keys is as likely as any other.
    number = int.from_bytes(_derived(secret.encode(), b"", b"rapport web push", 48), "big")
    return ec.derive_private_key(number % (ORDER - 1) + 1, CURVE)


@lru_cache(maxsize=4)
def _public(key: ec.EllipticCurvePrivateKey) -> str:
    return text_of(_point(key.public_key()))


def read_point(text: str) -> bytes:
    """A browser's public key; ValueError for what is none."""
    found = bytes_of(text)
    ec.EllipticCurvePublicKey.from_encoded_point(CURVE, found)
    if len(found) != POINT:
        raise ValueError("only whole points are sent")
    return found


def read_secret(text: str) -> bytes:
    """A browser's secret; ValueError for what is none."""
    found = bytes_of(text)
    if len(found) != SECRET:
        raise ValueError("it has another length")
    return found


def encrypted(
    text: bytes, point: bytes, secret: bytes, *, once: ec.EllipticCurvePrivateKey | None = None, salt: bytes = b""
) -> bytes:
    """For the browser whose public key and secret these are. `once` and `salt` are new each time; tests give theirs."""
    once = once or ec.generate_private_key(CURVE)
    salt = salt or os.urandom(SALT)
    ours = _point(once.public_key())
    shared = once.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, point))
    common = _derived(shared, secret, b"WebPush: info\0" + point + ours, 32)
    key = _derived(common, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(common, salt, b"Content-Encoding: nonce\0", 12)
    head = salt + RECORD.to_bytes(4, "big") + len(ours).to_bytes(1, "big") + ours
    return head + AESGCM(key).encrypt(nonce, text + b"\x02", None)


def proof(origin: str, now: dt.datetime) -> str:
    """The Authorization header for the push service at `origin`."""
    claims = {"aud": origin, "exp": int((now + PROOF_LASTS).timestamp()), "sub": _contact()}
    said = ".".join(text_of(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": "ES256"}, claims))
    numbers = decode_dss_signature(own_key().sign(said.encode(), ec.ECDSA(SHA256())))
    signature = b"".join(number.to_bytes(32, "big") for number in numbers)
    return f"vapid t={said}.{text_of(signature)}, k={public_key()}"


def _contact() -> str:
    """Whom a push service turns to when we trouble it."""
    site = settings.SITE_URL
    return site if site.startswith("https://") else f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}"


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def text_of(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def bytes_of(text: str) -> bytes:
    """ValueError for what is no base64url."""
    return urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
