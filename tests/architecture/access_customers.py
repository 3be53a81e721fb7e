"""Who may do what with customers and companies."""

from __future__ import annotations

from tests.architecture.access_rows import get, post

#                anonymous none admin manager sales agent analyst
EVERYBODY = "302 200 200 200 200 200 200"
WRITERS = "302 403 200 200 200 403 403"
NOBODY = "302 404 404 404 404 404 404"
#: a page of a record: own, foreign, deleted, missing
READ = ("302 404 200 200 200 200 200", "302 404 200 200 200 404 200", "302 404 200 200 200 404 404", NOBODY)
ORDERS = ("302 404 200 200 200 403 200", "302 404 200 200 200 404 200", "302 404 200 200 200 404 404", NOBODY)
EDIT = ("302 404 200 200 200 200 403", "302 404 200 200 403 404 403", NOBODY, NOBODY)
EMPTY_FORM = ("302 404 422 422 422 422 403", "302 404 422 422 403 404 403", NOBODY, NOBODY)
NO_EVENT = ("302 404 400 400 400 400 403", "302 404 400 400 403 404 403", NOBODY, NOBODY)
REMOVE = ("302 404 302 302 302 403 403", "302 404 302 302 403 404 403", "302 404 302 302 302 404 404", NOBODY)
#: the same for what agents only read
EDIT_NOT_AGENTS = ("302 404 200 200 200 403 403", "302 404 200 200 403 404 403", NOBODY, NOBODY)
EMPTY_FORM_NOT_AGENTS = ("302 404 422 422 422 403 403", "302 404 422 422 403 404 403", NOBODY, NOBODY)
NO_EVENT_NOT_AGENTS = ("302 404 400 400 400 403 403", "302 404 400 400 403 404 403", NOBODY, NOBODY)

CUSTOMERS = {
    "customers:index": get(EVERYBODY),
    "customers:create": get(WRITERS),
    "customers:create form": post("302 403 302 302 302 403 403", data={"name": "Ann", "lifecycle": "prospect"}),
    "customers:deleted": get(WRITERS),
    "customers:export": post("302 403 200 200 200 403 200"),
    "customers:duplicates": get(WRITERS),
    "customers:detail": get(*READ, about="customer"),
    "customers:head": get(*READ, about="customer"),
    "customers:facts": get(*READ, about="customer"),
    "customers:figures": get(*ORDERS, about="customer"),
    "customers:orders": get(*ORDERS, about="customer"),
    "customers:timeline": get(*READ, about="customer"),
    "customers:edit": get(*EDIT, about="customer"),
    "customers:edit form": post(*EMPTY_FORM, about="customer"),
    "customers:delete": post(*REMOVE, about="customer"),
    "customers:restore": post(*REMOVE, about="customer"),
    "customers:history": get(*READ, about="customer"),
    "customers:restore_value": post(*NO_EVENT, about="customer"),
    "companies:index": get(EVERYBODY),
    "companies:create": get(WRITERS),
    "companies:create form": post("302 403 302 302 302 403 403", data={"name": "Works Ltd"}),
    "companies:deleted": get(WRITERS),
    "companies:export": post("302 403 200 200 200 403 200"),
    "companies:duplicates": get(WRITERS),
    "companies:suggest": get(EVERYBODY),
    "companies:detail": get(*READ, about="company"),
    "companies:head": get(*READ, about="company"),
    "companies:facts": get(*READ, about="company"),
    "companies:edit": get(*EDIT_NOT_AGENTS, about="company"),
    "companies:edit form": post(*EMPTY_FORM_NOT_AGENTS, about="company"),
    "companies:delete": post(*REMOVE, about="company"),
    "companies:restore": post(*REMOVE, about="company"),
    "companies:history": get(*READ, about="company"),
    "companies:restore_value": post(*NO_EVENT_NOT_AGENTS, about="company"),
}
