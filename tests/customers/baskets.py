"""How a browser sends the lines of an order."""

from __future__ import annotations

from tests.customers.edits import opened


def basket(*lines, name="lines"):
    """Rows of (sku, description, quantity, unit price), as typed."""
    parts = ("sku", "description", "quantity", "unit_price")
    return {f"{name}-{n}-{part}": text for n, line in enumerate(lines) for part, text in zip(parts, line, strict=True)}


LANTERN = ("A1", "Lantern", "2", "12.50")


def new_order(client, *lines, url="/orders/new/", **typed):
    """Opens the form of a new order, types, and sends it."""
    return client.post(url, opened(client, url) | basket(*(lines or [LANTERN])) | typed)


def errors(response):
    return response.context["form"].errors.get_json_data()


def sentences(response, name):
    return " ".join(error["message"] for error in errors(response).get(name, []))
