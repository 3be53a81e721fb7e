"""A push service on a port of its own, which answers as a test tells it to; a browser that reads what it is sent."""

from __future__ import annotations

import datetime as dt
import json
import os
import ssl
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

from crm.webpush import bytes_of, text_of

HOST = "push.example.com"


class PushService:
    """Takes everything until it is told otherwise. `asked` holds (path, headers, body) of each message."""

    def __init__(self, host=HOST):
        self.host, self.asked = host, []
        #: status and headers of the next answers, by turn; then it takes everything
        self.answers = []
        #: called with each message before it is answered
        self.before_answering = None
        self.folder = tempfile.TemporaryDirectory()
        self.certificate = Path(self.folder.name) / "certificate.pem"
        self.certificate.write_bytes(certificate_for(host))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Desk", (Desk,), {"service": self}))
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # whoever asked has gone
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.thread = threading.Thread(target=self.server.serve_forever, args=[0.02], daemon=True)
        self.thread.start()

    @property
    def stand_in(self):
        return {self.host: (self.server.server_port, str(self.certificate))}

    def stop(self):
        """From here on nobody listens on the port."""
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(10)

    def close(self):
        if self.thread.is_alive():
            self.stop()
        self.folder.cleanup()

    def answer(self, status, **headers):
        self.answers.append((status, {name.replace("_", "-"): value for name, value in headers.items()}))


class Desk(BaseHTTPRequestHandler):
    service = None

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.service.asked.append((self.path, dict(self.headers), body))
        if self.service.before_answering:
            self.service.before_answering(self)
        status, headers = self.service.answers.pop(0) if self.service.answers else (201, {})
        self.send_response(status)
        for name, value in (headers | {"Content-Length": "0"}).items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_):
        pass


def certificate_for(host):
    """A key and a certificate of its own for this name."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    begin = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    made = x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key(), serial_number=1)
    made = made.not_valid_before(begin).not_valid_after(begin + dt.timedelta(days=2))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private + made.sign(key, SHA256()).public_bytes(Encoding.PEM)


class Browser:
    """Its keys; it reads messages by the receiver's side of RFC 8291, written from the text of the standard."""

    def __init__(self, path="/wpush/1", host=HOST):
        self.key, self.secret = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
        self.endpoint = f"https://{host}{path}"

    @property
    def point(self):
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def fields(self):
        return {"endpoint": self.endpoint, "p256dh": text_of(self.point), "auth": text_of(self.secret)}

    def read(self, body):
        salt, length = body[:16], body[20]
        theirs, sealed = body[21 : 21 + length], body[21 + length :]
        assert int.from_bytes(body[16:20], "big") >= len(sealed) >= 17, "one record"
        shared = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))
        info = b"WebPush: info\x00" + self.point + theirs
        common = HKDF(SHA256(), 32, self.secret, info).derive(shared)
        key = HKDF(SHA256(), 16, salt, b"Content-Encoding: aes128gcm\x00").derive(common)
        nonce = HKDF(SHA256(), 12, salt, b"Content-Encoding: nonce\x00").derive(common)
        plain = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\x00")
        assert plain[-1:] == b"\x02", "the last record"
        return plain[:-1]

    def read_json(self, body):
        return json.loads(self.read(body))


def proven(authorization):
    """The claims of a sender and the key that signed them; an exception when the signature is another's."""
    scheme, _, rest = authorization.partition(" ")
    assert scheme == "vapid"
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    head, claims, signature = parts["t"].split(".")
    assert json.loads(bytes_of(head)) == {"typ": "JWT", "alg": "ES256"}
    raw = bytes_of(signature)
    assert len(raw) == 64
    numbers = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), bytes_of(parts["k"]))
    key.verify(numbers, f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))
    found = json.loads(bytes_of(claims))
    assert time.time() < found["exp"] <= time.time() + 24 * 60 * 60
    return found, parts["k"]
