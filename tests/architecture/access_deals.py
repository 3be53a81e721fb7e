"""Who may do what with deals, and who sets up what they go through."""

from __future__ import annotations

from tests.architecture.access_rows import get, post

#         anonymous none admin manager sales agent analyst
SELLING = "302 403 200 200 200 403 200"
WRITERS = "302 403 200 200 200 403 403"
LEADERS = "302 403 200 200 403 403 403"
ADMINS = "302 403 200 403 403 403 403"
NOTHING_CHOSEN = "302 403 422 422 422 403 403"
NOBODY = "302 404 404 404 404 404 404"
#: own, foreign, deleted, missing
READ = ("302 404 200 200 200 404 200", "302 404 200 404 404 404 200", "302 404 200 200 200 404 404", NOBODY)
WRITE = ("302 404 200 200 200 404 403", "302 404 200 404 404 404 403", NOBODY, NOBODY)
EMPTY_FORM = ("302 404 422 422 422 404 403", "302 404 422 404 404 404 403", NOBODY, NOBODY)
NO_EVENT = ("302 404 400 400 400 404 403", "302 404 400 404 404 404 403", NOBODY, NOBODY)
DONE = ("302 404 302 302 302 404 403", "302 404 302 404 404 404 403", NOBODY, NOBODY)
REMOVE = ("302 404 302 302 302 404 403", "302 404 302 404 404 404 403", "302 404 302 302 302 404 404", NOBODY)
#: without script a cell leads to the form on a page of its own
CELL = ("302 404 302 302 302 404 403", "302 404 302 404 404 404 403", NOBODY, NOBODY)
#: what everybody who works with deals may see, and admins change
SET_UP = {"own": "302 404 200 403 403 404 403", "missing": NOBODY}
SET_UP_FORM = {"own": "302 404 422 403 403 404 403", "missing": NOBODY}
SET_UP_DONE = {"own": "302 404 302 403 403 404 403", "missing": NOBODY}
NEW = "302 403 302 403 403 403 403"

DEALS = {
    "deals:list": get(SELLING),
    "deals:export": post("302 403 200 200 200 403 200"),
    "deals:bulk": post(NOTHING_CHOSEN),
    "deals:bulk_job": get("302 403 404 404 404 403 403", words=["00000000-0000-0000-0000-000000000001"]),
    "deals:bulk_undo": post("302 403 302 302 302 403 403", words=["00000000-0000-0000-0000-000000000001"]),
    "deals:deleted": get(WRITERS),
    "deals:suggest": get(SELLING),
    "deals:create": get(WRITERS),
    "deals:create form": post("302 403 422 422 422 403 403", data={"title": ""}),
    "deals:sums": post("302 403 200 200 200 403 403", data={"currency": "EUR"}),
    "deals:sums of nothing": post("302 403 400 400 400 403 403"),
    "deals:detail": get(*READ, about="deal"),
    "deals:head": get(*READ, about="deal"),
    "deals:facts": get(*READ, about="deal"),
    "deals:lines": get(*READ, about="deal"),
    "deals:stages": get(*READ, about="deal"),
    "deals:timeline": get(*READ, about="deal"),
    "deals:history": get(*READ, about="deal"),
    "deals:edit": get(*WRITE, about="deal"),
    "deals:edit form": post(*EMPTY_FORM, about="deal"),
    "deals:cell": get(*CELL, about="deal", words=["amount"]),
    "deals:delete": post(*REMOVE, about="deal"),
    "deals:restore": post(*REMOVE, about="deal"),
    "deals:restore_value": post(*NO_EVENT, about="deal"),
    "deals:win": post(*DONE, about="deal"),
    "deals:lose": get(*WRITE, about="deal"),
    "deals:lose form": post(*EMPTY_FORM, about="deal"),
    "deals:reopen": post(*EMPTY_FORM, about="deal"),
    "deals:change_pipeline": get(*WRITE, about="deal"),
    "deals:change_pipeline form": post(*EMPTY_FORM, about="deal"),
    "deals:targets": get(LEADERS),
    "deals:targets form": post("302 403 422 422 403 403 403"),
    "deals:setup": get(ADMINS),
    "deals:create_pipeline": get(ADMINS),
    "deals:create_pipeline form": post(NEW, data={"name": "Partners", "position": "2", "is_active": "on"}),
    "deals:pipeline": get(**SET_UP, about="pipeline"),
    "deals:pipeline form": post(**SET_UP_FORM, about="pipeline"),
    "deals:create_stage": get(**SET_UP, about="pipeline"),
    "deals:create_stage form": post(**SET_UP_DONE, about="pipeline", data={"name": "Trial", "probability": "60"}),
    "deals:stage": get(**SET_UP, about="stage"),
    "deals:stage form": post(**SET_UP_FORM, about="stage"),
    "deals:stage_up": post(**SET_UP_DONE, about="stage"),
    "deals:stage_down": post(**SET_UP_DONE, about="stage"),
    "deals:delete_stage": get(**SET_UP, about="stage"),
    "deals:delete_stage form": post(**SET_UP_FORM, about="stage"),
    "deals:create_reason": get(ADMINS),
    "deals:create_reason form": post(NEW, data={"name": "Moved abroad", "for_deals": "on", "is_active": "on"}),
    "deals:reason": get(**SET_UP, about="reason"),
    "deals:reason form": post(**SET_UP_FORM, about="reason"),
    "deals:products": get(ADMINS),
    "deals:create_product": get(ADMINS),
    "deals:create_product form": post(NEW, data={"name": "Rope", "currency": "EUR", "is_active": "on"}),
    "deals:product": get(**SET_UP, about="product"),
    "deals:product form": post(**SET_UP_FORM, about="product"),
}
