"""Who may do what with users, teams and their own settings."""

from __future__ import annotations

from tests.architecture.access_rows import get, post

#            anonymous none admin manager sales agent analyst
SIGNED_IN = "302 200 200 200 200 200 200"
DONE = "302 302 302 302 302 302 302"
LEADERS = "302 403 200 200 403 403 403"
ADMINS = "302 403 200 403 403 403 403"
NOBODY = "302 404 404 404 404 404 404"
#: a page of a colleague: of the manager's team, of another team, missing
COLLEAGUE = {"own": "302 404 200 200 404 404 404", "foreign": "302 404 200 404 404 404 404", "missing": NOBODY}
EMPTY_FORM = {"own": "302 404 422 422 404 404 404", "foreign": "302 404 422 404 404 404 404", "missing": NOBODY}
VERB = {"own": "302 404 302 302 404 404 404", "foreign": "302 404 302 404 404 404 404", "missing": NOBODY}
SET_UP = {"own": "302 404 200 403 403 403 403", "missing": NOBODY}

ACCOUNTS = {
    "accounts:settings": get(SIGNED_IN),
    "accounts:settings form": post("302 422 422 422 422 422 422"),
    "accounts:own_access": get(SIGNED_IN),
    "accounts:theme": post(DONE, data={"theme": "dark"}),
    "accounts:end_sessions": post(DONE),
    "accounts:working_time": get("302 403 200 200 200 200 200"),
    # Hours and holidays: read by everybody with a role, set by admins.
    "accounts:add_hours": get(ADMINS),
    "accounts:add_hours form": post(
        "302 403 302 403 403 403 403", data={"weekday": "6", "opens": "10:00", "closes": "12:00"}
    ),
    "accounts:hours": get(**SET_UP, about="hours"),
    "accounts:hours form": post("302 404 422 403 403 403 403", missing=NOBODY, about="hours"),
    "accounts:remove_hours": post("302 404 302 403 403 403 403", missing=NOBODY, about="hours"),
    "accounts:add_holiday": get(ADMINS),
    "accounts:add_holiday form": post("302 403 302 403 403 403 403", data={"day": "2031-01-01", "name": "New Year"}),
    "accounts:holiday": get(**SET_UP, about="holiday"),
    "accounts:holiday form": post("302 404 422 403 403 403 403", missing=NOBODY, about="holiday"),
    "accounts:remove_holiday": post("302 404 302 403 403 403 403", missing=NOBODY, about="holiday"),
    # Absences: one's own, the team's, all; own here are those of the sales user.
    "accounts:add_absence": get("302 403 200 200 200 200 200"),
    "accounts:add_absence form": post("302 403 422 422 422 422 422"),
    "accounts:absence": get(
        "302 404 200 200 200 404 404", "302 404 200 404 404 404 404", missing=NOBODY, about="absence"
    ),
    "accounts:absence form": post(
        "302 404 422 422 422 404 404", "302 404 422 404 404 404 404", missing=NOBODY, about="absence"
    ),
    "accounts:remove_absence": post(
        "302 404 302 302 302 404 404", "302 404 302 404 404 404 404", missing=NOBODY, about="absence"
    ),
    "accounts:put_back": post(NOBODY, words=["made-up"]),
    "accounts:users": get(LEADERS),
    "accounts:invite": get(LEADERS),
    # The admin must name a team; a manager's own is given.
    "accounts:invite form": post(
        "302 403 422 302 403 403 403", data={"email": "new@example.com", "name": "New", "role": "sales"}
    ),
    "accounts:teams": get(ADMINS),
    "accounts:teams form": post("302 403 302 403 403 403 403", data={"name": "East"}),
    "accounts:team": get("302 404 200 403 404 404 403", "302 404 200 404 404 404 403", missing=NOBODY, about="team"),
    "accounts:team form": post(
        "302 404 422 403 404 404 403", "302 404 422 404 404 404 403", missing=NOBODY, about="team"
    ),
    "accounts:user": get(**COLLEAGUE, about="user"),
    "accounts:edit_user": get(**COLLEAGUE, about="user"),
    "accounts:edit_user form": post(**EMPTY_FORM, about="user"),
    "accounts:access": get(**COLLEAGUE, about="user"),
    "accounts:deactivate": get(**COLLEAGUE, about="user"),
    "accounts:deactivate form": post(**VERB, about="user"),
    "accounts:reactivate": post(**VERB, about="user"),
    "accounts:resend_invitation": post(**VERB, about="user"),
}
