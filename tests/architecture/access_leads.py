"""Who may do what with leads. A sales user sees their own and those shared with them; agents see none."""

from __future__ import annotations

from tests.architecture.access_rows import get, post

#       anonymous none admin manager sales agent analyst
LIST = "302 403 200 200 200 403 200"
WRITERS = "302 403 200 200 200 403 403"
NOBODY = "302 404 404 404 404 404 404"
#: a page of a record: own, foreign (of another team), deleted, missing
READ = ("302 404 200 200 200 404 200", "302 404 200 404 404 404 200", "302 404 200 200 200 404 404", NOBODY)
EDIT = ("302 404 200 200 200 404 403", "302 404 200 404 404 404 403", NOBODY, NOBODY)
EMPTY_FORM = ("302 404 422 422 422 404 403", "302 404 422 404 404 404 403", NOBODY, NOBODY)
NO_EVENT = ("302 404 400 400 400 404 403", "302 404 400 404 404 404 403", NOBODY, NOBODY)
DONE = ("302 404 302 302 302 404 403", "302 404 302 404 404 404 403", NOBODY, NOBODY)
#: the lead is not where it could be taken from
STALE = ("302 404 409 409 409 404 403", "302 404 409 404 404 404 403", NOBODY, NOBODY)
REMOVE = ("302 404 302 302 302 404 403", "302 404 302 404 404 404 403", "302 404 302 302 302 404 404", NOBODY)

LEADS = {
    "leads:index": get(LIST),
    "leads:board": get(LIST),
    "leads:column": get("302 403 302 302 302 403 302", words=["new"]),
    "leads:create": get(WRITERS),
    "leads:create form": post("302 403 302 302 302 403 403", data={"name": "Ann"}),
    "leads:create empty": post("302 403 422 422 422 403 403"),
    "leads:deleted": get(WRITERS),
    "leads:export": post("302 403 200 200 200 403 200"),
    "leads:duplicates": get(WRITERS),
    "leads:detail": get(*READ, about="lead"),
    "leads:head": get(*READ, about="lead"),
    "leads:facts": get(*READ, about="lead"),
    "leads:timeline": get(*READ, about="lead"),
    "leads:edit": get(*EDIT, about="lead"),
    "leads:edit form": post(*EMPTY_FORM, about="lead"),
    "leads:delete": post(*REMOVE, about="lead"),
    "leads:restore": post(*REMOVE, about="lead"),
    "leads:history": get(*READ, about="lead"),
    "leads:restore_value": post(*NO_EVENT, about="lead"),
    "leads:contact": post(*DONE, about="lead"),
    "leads:qualify": post(*DONE, about="lead"),
    "leads:lose": get(*EDIT, about="lead"),
    "leads:lose form": post(*EMPTY_FORM, about="lead"),
    "leads:reopen": post(*STALE, about="lead"),
    "leads:move": get(*EDIT, about="lead"),
    "leads:move form": post(*EMPTY_FORM, about="lead"),
    "leads:move on": post(*DONE, about="lead", data={"to": "qualified"}),
    "leads:convert": get(*EDIT, about="lead"),
    "leads:convert form": post(*EMPTY_FORM, about="lead"),
    "leads:convert on": post(*DONE, about="lead", data={"customer": "new", "company": "none"}),
    "leads:convert_undo": post(
        "302 404 404 404 404 404 403", "302 404 404 404 404 404 403", NOBODY, NOBODY, about="lead"
    ),
}
