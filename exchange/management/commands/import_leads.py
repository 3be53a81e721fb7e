from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from exchange.command import ImportCommand, pairs, said_options
from exchange.lead_layouts import FIELDS, LEAD_PRESETS, REQUIRED, LeadLayout
from exchange.leads import Outcome, import_leads
from exchange.problems import Refused
from leads.models import LeadStatus

EXPLAINED = f"""
A column can be: {", ".join(FIELDS)}; {", ".join(REQUIRED)} is needed. Every other column is kept as a further detail.
  import_leads leads.csv --source oldcrm --map id=Number --map name=Contact --map email=Mail --map source=Channel \\
      --map status=State --status "Not yet called=new" --map created_at=Created --time-zone Europe/Berlin

Statuses are {", ".join(LeadStatus.values)}, new unless a column says otherwise. Owners are e-mail addresses of users.
Sources are found by name, whatever the size of its letters, or made. No first-response clock runs for what comes from
a file. A lead is known by source and number: known ones add nothing, and are refused when the file has changed them.
One wrong row refuses the file. Exit code: 0 when done or nothing was new, 1 when refused.

--preset x-education takes Leads.csv of “X Education”: leads without names, “Select” means that nothing was chosen.
Converted ones get the status converted without a customer, since the file names none; when they came and were
converted it does not say either: the moment of the import counts.
"""


class Command(ImportCommand):
    help = "Import leads from a CSV file with one lead a row (plain or .gz)."
    explained, presets = EXPLAINED, LEAD_PRESETS

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--time-zone", help="the zone of times without an offset; the organisation's unless given")
        parser.add_argument("--region", help="the country of phone numbers without one, such as DE")
        parser.add_argument(
            "--status",
            action="append",
            default=[],
            metavar="SAID=STATUS",
            help="what the file calls a status, such as Open=new; may be repeated",
        )

    def bring(self, options: dict[str, Any], **common: Any) -> tuple[str, Mapping[str, float]]:
        outcome = import_leads(options["file"], _layout(options), **common)
        return _said(outcome), outcome.seconds


def _layout(options: dict[str, Any]) -> LeadLayout:
    base = LEAD_PRESETS[options["preset"]] if options["preset"] else LeadLayout(source="", columns={})
    statuses = pairs(options["status"], "--status")
    if wrong := sorted(set(statuses.values()) - set(LeadStatus.values)):
        raise Refused(f"--status: {', '.join(wrong)} is none of {', '.join(LeadStatus.values)}.")
    layout = replace(
        base,
        **said_options(options, "source", "time_zone", "region", "currency", "encoding", "date_format"),
        columns={**base.columns, **pairs(options["map"], "--map")},
        statuses={**base.statuses, **statuses},
        decimal_comma=options["decimal_comma"],
    )
    if not layout.source:
        raise Refused("Give --source, or a --preset.")
    return layout


def _said(outcome: Outcome) -> str:
    known = f" {outcome.known:,} leads were known already." if outcome.known else ""
    if not outcome.leads:
        return f"Nothing new.{known}" if outcome.known else "Nothing new: the file has no rows."
    return f"{outcome.leads:,} leads imported, with {outcome.sources:,} new sources.{known}"
