"""Who may do what with notes, plans, comments and files: those who see the record, and its author."""

from __future__ import annotations

from tests.architecture.access_rows import get, post

#        anonymous none admin manager sales agent analyst
NOBODY = "302 404 404 404 404 404 404"
FORM = "302 403 200 200 200 200 403"
#: what is about a customer: those who see the customer
SEEN = ("302 404 200 200 200 200 200", "302 404 200 200 200 404 200", NOBODY, NOBODY)
WRITTEN = ("302 404 302 302 302 302 403", "302 404 302 302 302 404 403", NOBODY, NOBODY)
ASKED = ("302 404 200 200 200 200 403", "302 404 200 200 200 404 403", NOBODY, NOBODY)
WRONG = ("302 404 422 422 422 422 403", "302 404 422 422 422 404 403", NOBODY, NOBODY)
#: what is about a deal or a lead: no agents, and sales only their own
SEEN_OF_DEAL = ("302 404 200 200 200 404 200", "302 404 200 404 404 404 200", NOBODY, NOBODY)
WRITTEN_OF_DEAL = ("302 404 302 302 302 404 403", "302 404 302 404 404 404 403", NOBODY, NOBODY)
WRONG_OF_DEAL = ("302 404 422 422 422 404 403", "302 404 422 404 404 404 403", NOBODY, NOBODY)
#: a note: its author's alone, and admins'
RESTORED = ("302 404 302 403 302 403 403", "302 404 302 403 403 404 403", NOBODY, NOBODY)
#: a plan of one's own, about a deal: the manager of the team may change it too
EDIT_PLAN = ("302 404 200 200 200 404 403", "302 404 200 404 404 404 403", NOBODY, NOBODY)
WRONG_PLAN = ("302 404 422 422 422 404 403", "302 404 422 404 404 404 403", NOBODY, NOBODY)
DO_PLAN = ("302 404 302 302 302 404 403", "302 404 302 404 404 404 403", NOBODY, NOBODY)
NOT_DONE = ("302 404 409 409 409 404 403", "302 404 409 404 404 404 403", NOBODY, NOBODY)
UNSIGNED = ("302 404 400 400 400 404 403", "302 404 400 404 404 404 403", NOBODY, NOBODY)
#: a comment or file of one's own, about a deal
OWN = ("302 404 200 403 200 404 403", "302 404 200 404 404 404 403", NOBODY, NOBODY)
WRONG_OWN = ("302 404 422 403 422 404 403", "302 404 422 404 404 404 403", NOBODY, NOBODY)
DELETED_OWN = ("302 404 302 403 302 404 403", "302 404 302 404 404 404 403", NOBODY, NOBODY)


def about(kind):
    return {"about": kind, "words": [kind]}


ACTIVITIES = {
    "activities:plan": get(FORM),
    "activities:plan form": post("302 403 422 422 422 422 403"),
    "activities:records": get(FORM),
    "activities:create": get(*ASKED, **about("customer")),
    "activities:create note": post(*WRITTEN, **about("customer"), data={"body": "Called back."}),
    "activities:create nothing": post(*WRONG, **about("customer")),
    "activities:create deal": post(*WRITTEN_OF_DEAL, **about("deal"), data={"body": "Called back."}),
    "activities:create lead": post(*WRITTEN_OF_DEAL, **about("lead"), data={"body": "Called back."}),
    "activities:choices": get(*ASKED, **about("customer")),
    "activities:planned": get(*SEEN, **about("customer")),
    "activities:planned deal": get(*SEEN_OF_DEAL, **about("deal")),
    "activities:people": get(*SEEN, **about("customer")),
    "activities:people lead": get(*SEEN_OF_DEAL, **about("lead")),
    "activities:files": get(*SEEN, **about("customer")),
    "activities:files deal": get(*SEEN_OF_DEAL, **about("deal")),
    "activities:upload": post(*WRONG, **about("customer")),
    "activities:upload deal": post(*WRONG_OF_DEAL, **about("deal")),
    "activities:detail": get(*SEEN, about="note"),
    "activities:detail plan": get(*SEEN_OF_DEAL, about="plan"),
    "activities:edit": get("302 404 200 403 200 403 403", "302 404 200 403 403 404 403", NOBODY, NOBODY, about="note"),
    "activities:edit form": post(
        "302 404 422 403 422 403 403", "302 404 422 403 403 404 403", NOBODY, NOBODY, about="note"
    ),
    "activities:edit plan": get(*EDIT_PLAN, about="plan"),
    "activities:edit plan form": post(*WRONG_PLAN, about="plan"),
    "activities:delete": post(*RESTORED, about="note"),
    "activities:delete plan": post(*DO_PLAN, about="plan"),
    "activities:restore": post(*RESTORED, about="note"),
    "activities:finish": post(*DO_PLAN, about="plan"),
    "activities:outcome": get(*EDIT_PLAN, about="plan"),
    "activities:outcome form": post(*NOT_DONE, about="plan"),
    "activities:reopen": post(*NOT_DONE, about="plan"),
    "activities:snooze": post(*DO_PLAN, about="plan", data={"to": "2150-01-01"}),
    "activities:snooze form": post(*WRONG_PLAN, about="plan"),
    "activities:reschedule": get(*EDIT_PLAN, about="plan"),
    "activities:reschedule form": post(*DO_PLAN, about="plan", data={"due_on": "2150-01-01"}),
    # what it was and became is in its signed address
    "activities:put_back": post(*UNSIGNED, about="plan"),
    "activities:pin": post(*WRITTEN, about="note"),
    "activities:unpin": post(*WRITTEN, about="note"),
    "activities:comment said": post(*WRITTEN_OF_DEAL, about="plan", data={"body": "Ask for the price."}),
    "activities:comment": get(*EDIT_PLAN, about="plan"),
    "activities:comment form": post(*WRONG_OF_DEAL, about="plan"),
    "activities:comment_detail": get(
        "302 404 302 302 302 404 302", "302 404 302 404 404 404 302", NOBODY, NOBODY, about="comment"
    ),
    "activities:comment_edit": get(*OWN, about="comment"),
    "activities:comment_edit form": post(*WRONG_OWN, about="comment"),
    "activities:comment_delete": post(*DELETED_OWN, about="comment"),
    "activities:comment_restore": post(*DELETED_OWN, about="comment"),
    "activities:file": get(*SEEN_OF_DEAL, about="file"),
    "activities:file_delete": post(*DELETED_OWN, about="file"),
    "activities:file_restore": post(*DELETED_OWN, about="file"),
}
