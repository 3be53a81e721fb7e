"""Which column of a file of leads means what: declared once for files that are known, or said on the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

#: what a column can be
FIELDS = (
    "id",
    "name",
    "job_title",
    "email",
    "phone",
    "company",
    "industry",
    "website",
    "city",
    "country",
    "source",
    "status",
    "value",
    "owner",
    "created_at",
    "lost_reason",
)
REQUIRED = ("id",)


@dataclass(frozen=True)
class LeadLayout:
    """How to read a file of leads, one a row. Columns without a field are kept as further details."""

    source: str
    columns: Mapping[str, str]
    #: what a cell of the status says -> the status
    statuses: Mapping[str, str] = field(default_factory=dict)
    #: words, in small letters, that stand for nothing; in any column, and where countries are named
    empty: frozenset[str] = frozenset()
    no_countries: frozenset[str] = frozenset()
    #: names of sources, in small letters, that mean more to the score than a name
    source_kinds: Mapping[str, str] = field(default_factory=dict)
    #: the country of phone numbers without one
    region: str = ""
    time_zone: str = ""
    currency: str = ""
    date_format: str = ""
    decimal_comma: bool = False
    delimiter: str = ""
    encoding: str = ""


LEAD_PRESETS = {
    "x-education": LeadLayout(
        source="x-education",
        columns={
            "id": "Prospect ID",
            "source": "Lead Source",
            "status": "Converted",
            "country": "Country",
            "city": "City",
        },
        statuses={"0": "new", "1": "converted"},
        empty=frozenset({"select"}),
        no_countries=frozenset({"unknown", "asia/pacific region"}),
        source_kinds={"reference": "referral"},
    )
}
