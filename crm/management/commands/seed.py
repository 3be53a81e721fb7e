from __future__ import annotations

import random
import time
from argparse import ArgumentParser
from typing import Any, get_args

import pghistory
from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, models

from crm import bulk, moments
from crm.seeding import Plan, Scale, shares

#: where any row, a deleted one too, means that somebody works here
PRECIOUS = (
    "customers.Customer",
    "customers.Company",
    "customers.Order",
    "leads.Lead",
    "deals.Deal",
    "activities.Activity",
)


class Command(BaseCommand):
    help = "Fill an empty database with believable, fictional data: the same for the same scale, seed and day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--scale", choices=get_args(Scale), default="demo")
        parser.add_argument("--seed", type=int, default=42)
        parser.add_argument("--if-empty", action="store_true", help="do nothing where there is data already")

    def handle(self, *args: Any, **options: Any) -> None:
        begun = time.monotonic()
        # The lock makes a second seed at the same time wait, and then see that there is data.
        with pghistory.context(command="seed"), bulk.long_transaction():
            bulk.fetch("SELECT pg_advisory_xact_lock(hashtextextended('seed', 0))")
            if found := _kept():
                if options["if_empty"]:
                    return
                raise CommandError(f"There is data already ({found}): seed fills an empty database only.")
            self._seed(options["scale"], options["seed"], loud=options["verbosity"] > 0)
        _tidy()
        if options["verbosity"]:
            self.stdout.write(f"Done in {time.monotonic() - begun:.1f} s.")

    def _seed(self, scale: Scale, seed: int, *, loud: bool) -> None:
        say = self.stdout.write if loud else lambda _: None
        for label, share in shares():
            # Each app draws from its own stream: what one adds does not change the others.
            rng = random.Random(f"{label}:{scale}:{seed}")  # noqa: S311  no secret is made of it
            share(Plan(scale=scale, seed=seed, today=moments.today(), rng=rng, say=say))


def _kept() -> str:
    found = (model for label in PRECIOUS if (model := apps.get_model(label))._base_manager.exists())
    return ", ".join(str(model._meta.verbose_name_plural) for model in found)


def _tidy() -> None:
    """Tell the planner what there is; outside a transaction also mark the pages that all may see."""
    models_ = [model for model in apps.get_models() if _is_ours(model)]
    tables = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in models_)
    how = "ANALYZE" if connection.in_atomic_block else "VACUUM (ANALYZE)"
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(f"{how} {tables}")
        cursor.execute("RESET statement_timeout")


def _is_ours(model: type[models.Model]) -> bool:
    return model._meta.app_label in {label for label, _ in shares()} and model._meta.managed and not model._meta.proxy
