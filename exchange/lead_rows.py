"""One row of a file of leads, as PostgreSQL is to have it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from collections import Counter
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from accounts.models import User
from crm import phones
from deals.models import LostReason
from exchange.cells import (
    BadCell,
    Cells,
    Reader,
    amount_reader,
    choice_reader,
    country_reader,
    email_reader,
    moment_reader,
    or_nothing,
    quoted,
    text_reader,
)
from exchange.lead_layouts import REQUIRED, LeadLayout
from exchange.rates import Rates
from leads.models import LeadStatus

#: as exchange/lead_sql.py stages a lead
STAGED = (
    *("row", "id", "name", "job_title", "email", "phone", "company", "industry", "website", "city", "country"),
    *("source", "status", "value", "base", "owner", "created_at", "lost_reason", "details", "fingerprint"),
)
TEXTS = {"name": 200, "job_title": 100, "company": 200, "industry": 100, "city": 100, "source": 60}
LONGEST_DETAIL = 2_000


class LeadRows:
    """Reads leads; BadCell with a reason that names field and column. Counts how each source is spelt."""

    def __init__(self, layout: LeadLayout, header: list[str], today: dt.date) -> None:
        self._layout, self._today = layout, today
        self._cells = Cells(layout.columns, header, self._readers(), REQUIRED)
        taken = set(layout.columns.values())
        self._further = [(place, name) for place, name in enumerate(header) if name and name not in taken]
        self._detail = text_reader(LONGEST_DETAIL, empty=layout.empty)
        self._rates = Rates(layout.currency)
        self.sources: Counter[str] = Counter()

    def _readers(self) -> dict[str, Reader]:
        layout = self._layout
        readers = {name: text_reader(longest, empty=layout.empty) for name, longest in TEXTS.items()}
        reasons = LostReason.objects.filter(for_leads=True).values_list("name", flat=True)
        owners = User.objects.owners().values_list("email", "pk")
        return readers | {
            "id": text_reader(100, needed=True),
            "email": or_nothing(email_reader),
            "phone": or_nothing(self._phone),
            "website": or_nothing(_website),
            "country": self._country,
            "status": choice_reader({label: label for label in LeadStatus.values} | dict(layout.statuses)),
            "value": or_nothing(amount_reader(comma=layout.decimal_comma)),
            "owner": or_nothing(choice_reader(dict(owners))),
            "created_at": or_nothing(moment_reader(layout.time_zone, layout.date_format)),
            "lost_reason": or_nothing(choice_reader({name: name for name in reasons})),
        }

    def read(self, number: int, cells: list[str]) -> list[Any]:
        """The values in the order of STAGED."""
        lead = self._cells.read(cells)
        lead["details"] = json.dumps(self._details(cells), sort_keys=True)
        lead["fingerprint"] = self._fingerprint(lead)
        lead["status"] = lead["status"] or LeadStatus.NEW.value
        is_lost = lead["status"] == LeadStatus.LOST
        lead["lost_reason"] = (lead["lost_reason"] or LostReason.NOT_RECORDED) if is_lost else None
        lead["row"], lead["base"] = number, self._base_value(lead["value"])
        if lead["source"]:
            self.sources[lead["source"]] += 1
        return [lead[name] for name in STAGED]

    def _details(self, cells: list[str]) -> dict[str, str]:
        found = {}
        for place, name in self._further:
            try:
                text = self._detail(cells[place])
            except BadCell as problem:
                raise BadCell(f"column {name}: {problem}") from None
            if text:
                found[name] = text
        return found

    def _phone(self, cell: str) -> str:
        try:
            return phones.parse(cell, self._layout.region).e164
        except ValidationError:
            raise BadCell(f"{quoted(cell.strip())} is no phone number (see --region)") from None

    def _country(self, cell: str) -> str:
        nothing = self._layout.empty | self._layout.no_countries
        code: str = "" if cell.strip().lower() in nothing else country_reader(cell)
        return code

    def _base_value(self, value: str | None) -> Decimal | None:
        try:
            return self._rates.to_base(value, self._today)
        except BadCell as problem:
            raise BadCell(f"value: {problem}") from None

    def _fingerprint(self, lead: dict[str, Any]) -> uuid.UUID:
        """Of what the file says, whatever was edited here since."""
        said = [self._layout.currency, *(f"{name}={value}" for name, value in sorted(lead.items()))]
        return uuid.UUID(bytes=hashlib.md5("\x1f".join(said).encode(), usedforsecurity=False).digest())


def _website(cell: str) -> str:
    text = cell.strip()
    text = text if "://" in text else f"https://{text}"
    try:
        URLValidator(schemes=["http", "https"])(text)
    except ValidationError:
        raise BadCell(f"{quoted(text)} is no web address") from None
    if len(text) > 300:
        raise BadCell("longer than 300 characters")
    return text
