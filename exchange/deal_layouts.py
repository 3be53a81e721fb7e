"""Which column of a file of deals means what; which sheets come with it; which stages it knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

#: what a column of the deals can be
FIELDS = (
    "id",
    "title",
    "stage",
    "amount",
    "product",
    "company",
    "owner",
    "opened_on",
    "closed_on",
    "expected_close",
    "lost_reason",
)
REQUIRED = ("id", "stage")


class Step(NamedTuple):
    """A stage of the pipeline that the import makes, and what the file calls it."""

    name: str
    kind: str
    probability: int


@dataclass(frozen=True)
class Companion:
    """A sheet beside that of the deals: its file in the same folder, and field -> column."""

    file: str
    columns: Mapping[str, str]


@dataclass(frozen=True)
class DealLayout:
    """How to read a file of deals, one a row. No pipeline: the first one; no currency: the base currency."""

    source: str
    columns: Mapping[str, str]
    pipeline: str = ""
    steps: tuple[Step, ...] = ()
    #: the stage that a closed deal was in from the day it was opened, if the file says so much
    worked_in: str = ""
    #: only a won deal has an amount in the file; for the others the list price of the product counts
    amount_of_won_only: bool = False
    file: str = ""
    companies: Companion | None = None
    products: Companion | None = None
    people: Companion | None = None
    #: what a cell of the stage says -> the name of the stage
    stages: Mapping[str, str] = field(default_factory=dict)
    currency: str = ""
    date_format: str = ""
    decimal_comma: bool = False
    delimiter: str = ""
    encoding: str = ""


DEAL_PRESETS = {
    "maven": DealLayout(
        source="maven",
        file="sales_pipeline.csv",
        columns={
            "id": "opportunity_id",
            "owner": "sales_agent",
            "product": "product",
            "company": "account",
            "stage": "deal_stage",
            "opened_on": "engage_date",
            "closed_on": "close_date",
            "amount": "close_value",
        },
        pipeline="Maven",
        steps=(
            Step("Prospecting", "open", 10),
            Step("Engaging", "open", 40),
            Step("Won", "won", 100),
            Step("Lost", "lost", 0),
        ),
        worked_in="Engaging",
        amount_of_won_only=True,
        companies=Companion("accounts.csv", {"name": "account", "industry": "sector", "country": "office_location"}),
        products=Companion("products.csv", {"name": "product", "series": "series", "price": "sales_price"}),
        people=Companion("sales_teams.csv", {"name": "sales_agent", "manager": "manager", "office": "regional_office"}),
    )
}
