from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from exchange.command import ImportCommand, pairs, said_options
from exchange.deal_layouts import DEAL_PRESETS, FIELDS, REQUIRED, DealLayout
from exchange.deals import Outcome, import_deals
from exchange.problems import Refused

EXPLAINED = f"""
A column can be: {", ".join(FIELDS)}; {", ".join(REQUIRED)} are needed.
  import_deals deals.csv --source oldcrm --map id=Number --map stage=Phase --map title=Subject --map amount=Value \\
      --map company=Account --map owner=Mail --stage "Closed Won=Won" --stage "Closed Lost=Lost"

Stages are those of the pipeline (--pipeline, else the first one); won and lost deals need the day they were closed on.
Companies and products are found by name, or made. Owners are e-mail addresses of users. Dates are YYYY-MM-DD unless
--date-format says otherwise: 3/4/2017 could be two days, so it is not guessed at. A lost deal without a reason gets
“Not recorded”. A deal is known by source and number: known ones add nothing, and are refused when the file has changed
them. One wrong row refuses the file. Exit code: 0 when done or nothing was new, 1 when refused.

--preset maven takes the folder of Maven's “CRM Sales Opportunities”: sales_pipeline.csv, accounts.csv, products.csv
and sales_teams.csv. Its deals go into a pipeline of their own; agents and managers become users who cannot sign in,
each manager with the team of theirs. A closed deal was in Engaging since its engage date. Only won deals have a value
in that file: for the others the list price of the product counts.
"""


class Command(ImportCommand):
    help = "Import deals from a CSV file with one deal a row, or from a folder with the sheets of a preset."
    explained, presets = EXPLAINED, DEAL_PRESETS

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--pipeline", help="the name of the pipeline; the first one unless given")
        parser.add_argument(
            "--stage",
            action="append",
            default=[],
            metavar="SAID=STAGE",
            help="what the file calls a stage, such as “Closed Won=Won”; may be repeated",
        )

    def bring(self, options: dict[str, Any], **common: Any) -> tuple[str, Mapping[str, float]]:
        outcome = import_deals(options["file"], _layout(options), **common)
        return _said(outcome), outcome.seconds


def _layout(options: dict[str, Any]) -> DealLayout:
    base = DEAL_PRESETS[options["preset"]] if options["preset"] else DealLayout(source="", columns={})
    layout = replace(
        base,
        **said_options(options, "source", "pipeline", "currency", "encoding", "date_format"),
        columns={**base.columns, **pairs(options["map"], "--map")},
        stages={**base.stages, **pairs(options["stage"], "--stage")},
        decimal_comma=options["decimal_comma"],
    )
    if not layout.source:
        raise Refused("Give --source, or a --preset.")
    return layout


def _said(outcome: Outcome) -> str:
    known = f" {outcome.known:,} deals were known already." if outcome.known else ""
    if not any((outcome.deals, outcome.companies, outcome.products, outcome.people)):
        return f"Nothing new.{known}" if outcome.known else "Nothing new: the file has no rows."
    return (
        f"{outcome.deals:,} deals imported, with {outcome.companies:,} new companies, {outcome.products:,} new products"
        f" and {outcome.people:,} new people.{known}"
    )
