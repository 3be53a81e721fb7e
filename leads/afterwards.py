"""What has happened to a lead, and to what it became, since it was converted: only if nothing, that can be undone.

A snapshot taken right after the conversion holds the versions of the rows, how many rows point to each of them (from
whatever app), and the newest event. Whatever differs later has happened since.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from activities.models import Activity
from crm import moments
from crm.models import Event, Record
from crm.words import words_for
from leads.models import Conversion, Lead


class Changed(Exception):
    """The conversion cannot be undone (any more). `sentence` says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def snapshot(conversion: Conversion) -> dict[str, Any]:
    rows = _rows(conversion)
    return {
        "versions": {name: _version(row) for name, row in rows.items()},
        "related": {name: _related(row) for name, row in rows.items()},
        "activities": {str(pk): version for pk, version in _activities(conversion)},
        "event": Event.objects.aggregate(newest=Max("pk"))["newest"] or 0,
    }


def lock(conversion: Conversion) -> None:
    """Nobody changes the rows, or points new ones to them, until the caller's transaction is over."""
    for row in _rows(conversion).values():
        list(type(row)._base_manager.select_for_update().filter(pk=row.pk).values_list("pk"))


def check(conversion: Conversion) -> None:
    """Changed if anything has happened since."""
    kept, rows = conversion.versions, _rows(conversion)
    if event := _events(conversion, rows).filter(pk__gt=kept["event"]).order_by("-pk").first():
        raise Changed(_told(event))
    for name, row in rows.items():
        if _version(row) != kept["versions"].get(name):
            raise Changed(_("It is too late to undo the conversion: “%(name)s” was changed since.") % {"name": row})
        if more := _more(_related(row), kept["related"].get(name, {})):
            words = {"name": row, "what": more}
            raise Changed(_("It is too late to undo the conversion: “%(name)s” has more %(what)s since.") % words)
    if {str(pk): version for pk, version in _activities(conversion)} != kept["activities"]:
        raise Changed(_("It is too late to undo the conversion: an activity was changed since."))


def _rows(conversion: Conversion) -> dict[str, Record]:
    """The lead, and what the conversion made. A customer that was there before has a life of its own."""
    made: dict[str, Record | None] = {
        "lead": Lead.everything.get(pk=conversion.lead_id),
        "customer": conversion.customer if conversion.made_customer else None,
        "company": conversion.company if conversion.made_company else None,
        "deal": conversion.deal,
    }
    return {name: row for name, row in made.items() if row}


def _version(row: Record) -> list[int]:
    """A deal's moves count too: they raise no version."""
    names = ["version", "moves"] if hasattr(row, "moves") else ["version"]
    return list(type(row)._base_manager.filter(pk=row.pk).values_list(*names).get())


def _activities(conversion: Conversion) -> Any:
    return Activity.everything.filter(lead=conversion.lead_id).order_by("pk").values_list("pk", "version")


def _related(row: Record) -> dict[str, int]:
    """How many rows of which kind point to this one; histories and events apart."""
    found = {}
    for relation in row._meta.related_objects:
        model: Any = relation.related_model
        if hasattr(model, "pgh_tracked_model") or model in {Event, Conversion}:
            continue
        alive = Q(deleted_at=None) if issubclass(model, Record) else Q()
        label = f"{model._meta.label_lower}.{relation.field.name}"
        found[label] = model._base_manager.filter(alive, **{relation.field.name: row.pk}).count()
    return found


def _more(present: dict[str, int], kept: dict[str, int]) -> str:
    """The kind of rows of which there are more or fewer than then, in words."""
    for label, count in present.items():
        if count != kept.get(label, 0):
            return str(apps.get_model(label.rsplit(".", 1)[0])._meta.verbose_name_plural)
    return ""


def _events(conversion: Conversion, rows: dict[str, Record]) -> Any:
    about = Q()
    for row in rows.values():
        about |= Q(subject_type=row._meta.label_lower, subject_id=row.pk)
    if conversion.made_customer:
        about |= Q(customer=conversion.customer_id)
    return Event.objects.filter(about).select_related("actor")


def _told(event: Event) -> str:
    words = {
        "what": words_for(event.kind).say("", [_("Details")]),
        "who": event.actor or _("Rapport"),
        "when": moments.shown(event.at).when,
    }
    return _("It is too late to undo the conversion. Since then: %(what)s (%(who)s, %(when)s).") % words
