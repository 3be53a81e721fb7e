"""How a browser fills and sends the form of a record."""

from __future__ import annotations

from html.parser import HTMLParser

from django.urls import reverse

NEW = "/customers/new/"


class Fields(HTMLParser):
    """The fields of the form that is posted to `action`, as a browser would send them untouched."""

    def __init__(self, html, action):
        super().__init__()
        self.action, self.inside, self.data, self.name, self.area = action, False, {}, "", None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self.inside = given.get("action") == self.action
        if not self.inside or ("name" not in given and tag != "option"):
            return
        if tag == "input":
            self._input(given)
        elif tag == "textarea":
            self.area, self.data[given["name"]] = given["name"], ""
        elif tag == "select":
            self.name = given["name"]
        elif tag == "option" and self.name and ("selected" in given or self.name not in self.data):
            self.data[self.name] = given.get("value", "")

    def _input(self, given):
        chosen = "checked" in given
        if given.get("type") not in {"checkbox", "radio"} or chosen:
            self.data[given["name"]] = given.get("value") or ("on" if chosen and "value" not in given else "")

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self.name = ""
        elif tag == "textarea":
            self.area = None

    def handle_data(self, data):
        if self.area:
            self.data[self.area] += data


def sent(response, action):
    """What the form with `action` on this page would send, without its key, so that each sending counts."""
    data = Fields(response.content.decode(), action).data
    for name in ("csrfmiddlewaretoken", "idempotency_key"):
        data.pop(name, None)
    # A browser drops the line break that follows <textarea>.
    return {name: value.removeprefix("\r\n").removeprefix("\n") for name, value in data.items()}


def opened(client, url, **headers):
    """The form at `url` as it was opened now: the action and what it would send."""
    response = client.get(url, headers=headers)
    assert response.status_code == 200, response.status_code
    return sent(response, url)


IN_PLACE = {"HX-Request": "true"}


def in_place(name):
    """The headers of htmx for the form of one fact."""
    return {"HX-Request": "true", "HX-Target": f"fact-{name}"}


def edit_url(customer, field=""):
    return reverse("customers:edit", args=[customer.pk]) + (f"?field={field}" if field else "")


def make(client, **data):
    return client.post(NEW, {"lifecycle": "prospect", **data})
