"""Who hands leads out, and who sets up where they come from and what their score is made of."""

from __future__ import annotations

from tests.architecture.access_rows import get, post

#         anonymous none admin manager sales agent analyst
LEADERS = "302 403 200 200 403 403 403"
NOTHING_CHOSEN = "302 403 422 422 403 403 403"
ADMINS = "302 403 200 403 403 403 403"
NOBODY = "302 404 404 404 404 404 404"
#: what everybody who works with deals may see, and admins change
SET_UP = {"own": "302 404 200 403 403 404 403", "missing": NOBODY}
EMPTY_FORM = {"own": "302 404 422 403 403 404 403", "missing": NOBODY}
DONE = {"own": "302 404 302 403 403 404 403", "missing": NOBODY}
#: a handing out is its maker's, here the manager
MADE = {"own": "302 404 404 200 404 404 404", "missing": NOBODY}

LEADS_SETUP = {
    "leads:assign": get(LEADERS),
    "leads:assign form": post(NOTHING_CHOSEN),
    "leads:share_out": post(NOTHING_CHOSEN),
    "leads:handout": get(**MADE, about="handout"),
    "leads:handout_undo": post("302 404 404 302 404 404 404", missing=NOBODY, about="handout"),
    "leads:unattended": get("302 403 200 200 200 403 200"),
    "leads:setup": get(ADMINS),
    "leads:create_source": get(ADMINS),
    "leads:create_source form": post("302 403 302 403 403 403 403", data={"name": "Podcast", "kind": "other"}),
    "leads:source": get(**SET_UP, about="source"),
    "leads:source form": post(**EMPTY_FORM, about="source"),
    "leads:retire_source": post(**DONE, about="source"),
    "leads:resume_source": post(**DONE, about="source"),
    "leads:create_campaign": get(ADMINS),
    "leads:create_campaign form": post("302 403 302 403 403 403 403", data={"name": "Autumn"}),
    "leads:campaign": get(**SET_UP, about="campaign"),
    "leads:campaign form": post(**EMPTY_FORM, about="campaign"),
    "leads:retire_campaign": post(**DONE, about="campaign"),
    "leads:resume_campaign": post(**DONE, about="campaign"),
    "leads:rule": get(**SET_UP, about="rule"),
    "leads:rule form": post(**EMPTY_FORM, about="rule"),
}
