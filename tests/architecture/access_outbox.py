"""Who looks after the mail that leaves: admins alone."""

from __future__ import annotations

from tests.architecture.access_rows import get, post

#       anonymous none admin manager sales agent analyst
NOBODY = "302 404 404 404 404 404 404"
ADMINS = {"own": "302 404 200 404 404 404 404", "missing": NOBODY}
DONE = {"own": "302 404 302 404 404 404 404", "missing": NOBODY}

OUTBOX = {
    "outbox:index": get("302 403 200 403 403 403 403"),
    "outbox:detail": get(**ADMINS, about="mail"),
    "outbox:cancel": post(**DONE, about="mail"),
    "outbox:send_again": post(**DONE, about="mail"),
}
