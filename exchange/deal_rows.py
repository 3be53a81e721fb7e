"""One row of a file of deals, and the rows of the sheets that come with it. Names find each other by their letters."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import uuid
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from accounts.models import User
from deals.models import LostReason, Stage, StageKind
from exchange.cells import (
    BadCell,
    Cells,
    Reader,
    amount_reader,
    choice_reader,
    country_reader,
    date_reader,
    email_reader,
    or_nothing,
    quoted,
    text_reader,
)
from exchange.deal_layouts import REQUIRED, DealLayout, Step
from exchange.rates import Rates

#: as exchange/deal_sql.py stages a deal
STAGED = (
    *("row", "id", "title", "stage", "status", "amount", "base", "product", "company", "owner"),
    *("opened_on", "closed_on", "expected_close", "lost_reason", "fingerprint"),
)


def key(name: str) -> str:
    """The letters and digits of a name alone: "GTXPro" is "GTX Pro"."""
    return re.sub(r"[\W_]+", "", name.casefold()) or name.casefold()


class Names:
    """Things known by name. Closed: what is not among them is no such thing; open: then it is a new one."""

    def __init__(self, noun: str, *, closed_by: str = "") -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        self._noun, self._closed_by = noun, closed_by

    def add(self, row: dict[str, Any]) -> None:
        self.rows.setdefault(key(row["name"]), row)

    def find(self, name: str) -> dict[str, Any]:
        found = self.rows.get(key(name))
        if found is None and self._closed_by:
            raise BadCell(f"{quoted(name)} is no {self._noun} of {self._closed_by}")
        if found is None:
            found = {"name": name}
            self.add(found)
        return found


def companion_readers(kind: str, layout: DealLayout) -> dict[str, Reader]:
    """How to read the columns of the sheet of companies, products or people."""
    name = text_reader(150 if kind == "people" else 200, needed=True)
    match kind:
        case "companies":
            return {"name": name, "industry": text_reader(100), "country": country_reader}
        case "products":
            price = or_nothing(amount_reader(comma=layout.decimal_comma))
            return {"name": name, "series": text_reader(100), "price": price}
    return {"name": name, "manager": text_reader(150), "office": text_reader(90)}


class DealRows:
    """Reads deals; BadCell with a reason that names field and column."""

    def __init__(self, layout: DealLayout, header: list[str], names: Mapping[str, Names], today: dt.date) -> None:
        self._layout, self._names, self._today = layout, names, today
        self._stages = stages_of(layout)
        self._cells = Cells(layout.columns, header, self._readers(), REQUIRED)
        self._rates = Rates(layout.currency)

    def _readers(self) -> dict[str, Reader]:
        layout = self._layout
        day, text = or_nothing(date_reader(layout.date_format)), text_reader(200)
        reasons = LostReason.objects.filter(for_deals=True).values_list("name", flat=True)
        return {
            "id": text_reader(100, needed=True),
            "title": text,
            "stage": choice_reader(self._stages),
            "amount": or_nothing(amount_reader(comma=layout.decimal_comma)),
            "product": text,
            "company": text,
            "owner": text_reader(150) if layout.people else or_nothing(_owner_reader()),
            "opened_on": day,
            "closed_on": day,
            "expected_close": day,
            "lost_reason": or_nothing(choice_reader({name: name for name in reasons})),
        }

    def read(self, number: int, cells: list[str]) -> list[Any]:
        """The values in the order of STAGED."""
        deal = self._cells.read(cells)
        step: Step = deal["stage"]
        deal["stage"] = step.name
        deal["fingerprint"] = self._fingerprint(deal)
        deal["row"], deal["status"] = number, step.kind
        self._check_days(deal)
        self._resolve(deal)
        deal["base"] = self._base_amount(deal)
        deal["title"] = (deal["title"] or self._title(deal))[:200]
        if step.kind == StageKind.LOST:
            deal["lost_reason"] = deal["lost_reason"] or LostReason.NOT_RECORDED
        else:
            deal["lost_reason"] = None
        return [deal[name] for name in STAGED]

    def _check_days(self, deal: dict[str, Any]) -> None:
        columns, opened = self._layout.columns, deal["opened_on"]
        if deal["status"] == StageKind.OPEN:
            deal["closed_on"] = None
        elif deal["closed_on"] is None:
            raise BadCell(f"closed_on, column {columns.get('closed_on', '–')}: missing, the deal is {deal['status']}")
        for field, word in (("closed_on", "closed"), ("expected_close", "expected to close")):
            if opened and deal[field] and deal[field] < opened:
                raise BadCell(f"{field}, column {columns[field]}: {word} on {deal[field]}, before {opened}")

    def _resolve(self, deal: dict[str, Any]) -> None:
        """Names as the other sheets write them; the amount by the price of the product where the file has none."""
        price = None
        for field in ("company", "product", "owner"):
            if field == "owner" and not self._layout.people:
                continue
            name = deal[field]
            try:
                found = self._names[field].find(name) if name else None
            except BadCell as problem:
                raise BadCell(f"{field}, column {self._layout.columns[field]}: {problem}") from None
            deal[field] = found and found["name"]
            price = found.get("price") if found and field == "product" else price
        if self._layout.amount_of_won_only:
            if deal["status"] != StageKind.WON:
                deal["amount"] = price
            elif deal["amount"] is None:
                raise BadCell(f"amount, column {self._layout.columns['amount']}: missing, the deal is won")

    def _base_amount(self, deal: dict[str, Any]) -> Decimal | None:
        try:
            return self._rates.to_base(deal["amount"], deal["closed_on"] or self._today)
        except BadCell as problem:
            raise BadCell(f"amount: {problem}") from None

    def _title(self, deal: dict[str, Any]) -> str:
        if deal["product"] and deal["company"]:
            return f"{deal['product']} for {deal['company']}"
        return deal["product"] or deal["company"] or f"Deal {deal['id']}"

    def _fingerprint(self, deal: dict[str, Any]) -> uuid.UUID:
        """Of what the file says, whatever was edited here since."""
        said = [self._layout.currency, *(f"{name}={value}" for name, value in sorted(deal.items()))]
        return uuid.UUID(bytes=hashlib.md5("\x1f".join(said).encode(), usedforsecurity=False).digest())


def _owner_reader() -> Reader:
    """The e-mail address of somebody who may own deals."""
    owners = set(User.objects.owners().values_list("email", flat=True))

    def read(cell: str) -> str:
        address: str = email_reader(cell)
        if address not in owners:
            raise BadCell(f"no user who may own deals has the e-mail {quoted(address)}")
        return address

    return read


def stages_of(layout: DealLayout) -> dict[str, Step]:
    """What a cell may say -> the stage; those of the pipeline that is there, else those the layout makes."""
    rows: Iterable[Any] = Stage.objects.filter(pipeline__name=layout.pipeline).order_by("position")
    steps = [Step(stage.name, stage.kind, stage.probability) for stage in rows] or list(layout.steps)
    by_name = {step.name: step for step in steps}
    spoken = {said: by_name[name] for said, name in layout.stages.items() if name in by_name}
    return by_name | spoken
