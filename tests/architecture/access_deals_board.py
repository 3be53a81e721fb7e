"""Who may look at deals as a board or a forecast, and who moves them."""

from __future__ import annotations

from tests.architecture.access_rows import get, post

#            anonymous none admin manager sales agent analyst
SELLING = "302 403 200 200 200 403 200"
NOBODY = "302 404 404 404 404 404 404"
WRITE = ("302 404 200 200 200 404 403", "302 404 200 404 404 404 403", NOBODY, NOBODY)
EMPTY_FORM = ("302 404 422 422 422 404 403", "302 404 422 404 404 404 403", NOBODY, NOBODY)

DEALS_BOARD = {
    "deals:board": get(SELLING),
    # Without scripts a column leads to the list.
    "deals:column": get("302 403 302 302 302 403 302", missing="302 403 404 404 404 403 404", about="stage"),
    "deals:move": get(*WRITE, about="deal"),
    "deals:move form": post(*EMPTY_FORM, about="deal"),
    "deals:forecast": get(SELLING),
    "deals:forecast_csv": get(SELLING),
    "deals:forecast_past": get(SELLING),
    "deals:forecast_past_csv": get(SELLING),
}
