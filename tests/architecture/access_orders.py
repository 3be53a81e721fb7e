"""Who may do what with orders; agents and users without a role are refused all of it."""

from __future__ import annotations

from tests.architecture.access_rows import get, post

#          anonymous none admin manager sales agent analyst
READERS = "302 403 200 200 200 403 200"
WRITERS = "302 403 200 200 200 403 403"
NOBODY = "302 403 404 404 404 403 404"
#: own, foreign, deleted (with its customer), missing
READ = (READERS, READERS, "302 403 200 200 404 403 404", NOBODY)
EDIT = (WRITERS, "302 403 200 200 403 403 403", NOBODY, NOBODY)
EMPTY_FORM = ("302 403 422 422 422 403 403", "302 403 422 422 403 403 403", NOBODY, NOBODY)
REMOVE = ("302 403 302 302 302 403 403", "302 403 302 302 403 403 403", "302 403 302 302 404 403 404", NOBODY)
NO_EVENT = ("302 403 400 400 400 403 403", "302 403 400 400 403 403 403", NOBODY, NOBODY)

ORDERS = {
    "orders:index": get(READERS),
    "orders:create": get(WRITERS),
    "orders:create form": post("302 403 422 422 422 403 403"),
    "orders:deleted": get(WRITERS),
    "orders:export": post(READERS),
    "orders:suggest": get(READERS),
    "orders:customers": get(READERS),
    "orders:detail": get(*READ, about="order"),
    "orders:facts": get(*READ, about="order"),
    "orders:lines": get(*READ, about="order"),
    "orders:edit": get(*EDIT, about="order"),
    "orders:edit form": post(*EMPTY_FORM, about="order"),
    "orders:delete": post(*REMOVE, about="order"),
    "orders:restore": post(*REMOVE, about="order"),
    "orders:history": get(*READ, about="order"),
    "orders:restore_value": post(*NO_EVENT, about="order"),
}
