"""Notifications are one person's alone; a record can be followed by whoever sees it."""

from __future__ import annotations

from tests.architecture.access_rows import get, post

#        anonymous none admin manager sales agent analyst
OWN = "302 200 200 200 200 200 200"
DONE = "302 302 302 302 302 302 302"
NOBODY = "302 404 404 404 404 404 404"
ONE = ("302 404 404 404 302 404 404", NOBODY, "302 404 404 404 302 404 404", NOBODY)
SEEN_OF_DEAL = ("302 404 200 200 200 404 200", "302 404 200 404 404 404 200", NOBODY, NOBODY)
FOLLOWED = ("302 404 302 302 302 404 302", "302 404 302 404 404 404 302", NOBODY, NOBODY)
FOLLOWED_CUSTOMER = ("302 404 302 302 302 302 302", "302 404 302 302 302 404 302", NOBODY, NOBODY)


#: of the example in RFC 8291
BROWSER = {
    "endpoint": "https://updates.push.services.mozilla.com/wpush/v2/example",
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
}
INSIDE = BROWSER | {"endpoint": "https://169.254.169.254/latest/meta-data/"}
NO_WORD = "302 204 204 204 204 204 204"
BAD = "302 400 400 400 400 400 400"


def about(kind, label):
    return {"about": kind, "words": [label]}


NOTIFICATIONS = {
    "notifications:index": get(OWN),
    "notifications:bell": get(OWN),
    "notifications:news": get(OWN),
    "notifications:read": post(*ONE, about="notification"),
    "notifications:unread": post(*ONE, about="notification"),
    "notifications:read_all": post(DONE),
    "notifications:undo_read": post("302 400 400 400 400 400 400"),
    "notifications:attending": get(*SEEN_OF_DEAL, **about("deal", "deals.deal")),
    "notifications:attention": post(*FOLLOWED, **about("deal", "deals.deal"), data={"attention": "followed"}),
    "notifications:attention lead": post(*FOLLOWED, **about("lead", "leads.lead"), data={"attention": "muted"}),
    "notifications:attention customer": post(
        *FOLLOWED_CUSTOMER, **about("customer", "customers.customer"), data={"attention": ""}
    ),
    "notifications:attention user": post(NOBODY, NOBODY, NOBODY, NOBODY, **about("user", "accounts.user")),
    "notifications:attention wrong": post(
        "302 404 400 400 400 404 400",
        "302 404 400 404 404 404 400",
        NOBODY,
        NOBODY,
        **about("deal", "deals.deal"),
        data={"attention": "all"},
    ),
    "notifications:here": post(*SEEN_OF_DEAL, **about("deal", "deals.deal")),
    "notifications:here customer": post(
        "302 404 200 200 200 200 200",
        "302 404 200 200 200 404 200",
        NOBODY,
        NOBODY,
        **about("customer", "customers.customer"),
    ),
    "notifications:browsers": get(OWN),
    "notifications:browser_key": get(OWN),
    "notifications:keep_browser": post(NO_WORD, data=BROWSER),
    "notifications:keep_browser inside": post(BAD, data=INSIDE),
    "notifications:keep_browser nothing": post(BAD),
    "notifications:leave_browser": post(NO_WORD, data={"endpoint": BROWSER["endpoint"]}),
    "notifications:leave_browser nothing": post(BAD),
    "notifications:remove_browser": post(*ONE, about="browser"),
    "notifications:settings": get(OWN),
    "notifications:settings form": post("302 422 422 422 422 422 422"),
}
