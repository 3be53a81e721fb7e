"""How a browser fills the forms of deals."""

from __future__ import annotations

from django.urls import reverse

from tests.customers import edits
from tests.customers.baskets import errors, sentences
from tests.customers.edits import in_place

__all__ = ["edit_url", "errors", "goods", "in_place", "new_deal", "opened", "sent", "sentences"]


def opened(client, url, **headers):
    """The form as it was opened; a list of colleagues of whom none is chosen sends nothing."""
    data = edits.opened(client, url, **headers)
    data.pop("shared_with", None)
    return data


def sent(response, url):
    data = edits.sent(response, url)
    data.pop("shared_with", None)
    return data


def edit_url(deal, field=""):
    return reverse("deals:edit", args=[deal.pk]) + (f"?field={field}" if field else "")


def goods(*lines, name="lines"):
    """Rows of (product, description, quantity, unit price, discount), as typed."""
    parts = ("product", "description", "quantity", "unit_price", "discount")
    return {f"{name}-{n}-{part}": text for n, line in enumerate(lines) for part, text in zip(parts, line, strict=True)}


def new_deal(client, url="/deals/new/", **typed):
    """Opens the form of a new deal, types, and sends it."""
    return client.post(url, opened(client, url) | typed)
