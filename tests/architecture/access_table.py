"""The table of every URL: who may what. A URL without a row here fails the suite."""

from __future__ import annotations

from tests.architecture.access_accounts import ACCOUNTS
from tests.architecture.access_activities import ACTIVITIES
from tests.architecture.access_customers import CUSTOMERS
from tests.architecture.access_deals import DEALS
from tests.architecture.access_deals_board import DEALS_BOARD
from tests.architecture.access_home import HOME
from tests.architecture.access_leads import LEADS
from tests.architecture.access_leads_setup import LEADS_SETUP
from tests.architecture.access_notifications import NOTIFICATIONS
from tests.architecture.access_operating import OPERATING
from tests.architecture.access_orders import ORDERS
from tests.architecture.access_outbox import OUTBOX
from tests.architecture.access_rows import get, post
from tests.architecture.access_sales import SALES

#          anonymous none admin manager sales agent analyst
REVENUE = "302 403 200 200 200 403 200"
NOBODY = "302 404 404 404 404 404 404"

ACCESS = {
    "search": get("302 200 200 200 200 200 200"),
    "search_palette": get("302 200 200 200 200 200 200"),
    "dashboard:revenue": get(REVENUE),
    "dashboard:revenue_csv": get(REVENUE),
    "dashboard:top": get(REVENUE, words=["customers"]),
    "jobs:index": get("302 200 200 200 200 200 200"),
    # A job is its user's alone.
    "jobs:detail": get("302 404 404 404 200 404 404", NOBODY, missing=NOBODY, about="job"),
    "jobs:cancel": post("302 404 404 404 302 404 404", NOBODY, missing=NOBODY, about="job"),
    "jobs:file": get(NOBODY, NOBODY, missing=NOBODY, about="job"),
    **ACCOUNTS,
    **ACTIVITIES,
    **CUSTOMERS,
    **DEALS,
    **DEALS_BOARD,
    **HOME,
    **LEADS,
    **LEADS_SETUP,
    **NOTIFICATIONS,
    **OPERATING,
    **ORDERS,
    **OUTBOX,
    **SALES,
}

#: Open to whoever is not signed in, or the library's own; tests/accounts and tests/crm cover them.
PUBLIC = {
    "healthz",
    "readyz",
    "notifications:unsubscribe",
    "notifications:service_worker",
    "account_login",
    "account_logout",
    "account_inactive",
    "account_reauthenticate",
    "account_change_password",
    "account_set_password",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
}
