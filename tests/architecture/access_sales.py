"""Who may see the figures of sales: agents and users without a role none of them."""

from __future__ import annotations

from tests.architecture.access_rows import get, post

#          anonymous none admin manager sales agent analyst
READERS = "302 403 200 200 200 403 200"

SALES = {
    "dashboard:sales": get(READERS),
    "dashboard:sales_csv": get(READERS, words=["trend"]),
    "dashboard:sales_activities": get(READERS),
    "dashboard:sales_activities_export": post(READERS),
    "reports:pipeline": get(READERS),
    "reports:pipeline_csv": get(READERS, words=["stages"]),
    "reports:pipeline_deals": get(READERS),
    "reports:pipeline_deals_export": post(READERS),
}
