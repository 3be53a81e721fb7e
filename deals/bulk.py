"""Something done to many deals at once: each by its own verb, what does not go stays as it is and is counted.

Few are done at once, and what was done is kept for an hour, so that one click takes it back. More go to the worker, so
many in one transaction: its job keeps what was done, and is taken back as a whole.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from crm import jobs
from crm.access import editable, visible
from crm.events import Together
from crm.models import JobProgress
from deals import ranks
from deals.models import Deal, LostReason, Stage, StageKind
from deals.moves import Stale

#: so many in one transaction: each is a move of its own, with its own line in the history
AT_ONCE = 500
#: so many at one go
MOST = 50_000
KEPT_SECONDS = 3600
Undo = dict[str, Any]
Verb = Callable[[Deal], Undo | None]


@dataclass(frozen=True)
class Deed:
    """What is done to each deal: move (`to` a stage), lose (for a reason), or assign (`to` a person, or nobody)."""

    name: str
    to: int | None = None
    reason: int | None = None
    note: str = ""

    def verb(self, by: User, together: Together) -> Verb:
        """Gives what takes it back, or None when it was so already; jobs.JobError when it cannot be done any more."""
        if self.name == "assign":
            return self._assign(by, together)
        if self.name == "lose":
            return self._lose(by, together)
        return self._move(by, together)

    def _move(self, by: User, together: Together) -> Verb:
        to = visible(Stage, by).select_related("pipeline").filter(pk=self.to or 0).first()
        if to is None:
            raise jobs.JobError(_("The stage is not there any more."))

        def verb(deal: Deal) -> Undo | None:
            if deal.stage_id == to.pk:
                return None
            return _moved(deal, lambda moves: deal.move(to, by=by, moves=moves, together=together))

        return verb

    def _lose(self, by: User, together: Together) -> Verb:
        reason = visible(LostReason, by).filter(pk=self.reason or 0).first()
        if reason is None:
            raise jobs.JobError(_("The reason is not there any more."))

        def verb(deal: Deal) -> Undo | None:
            if deal.stage.kind == StageKind.LOST:
                return None
            return _moved(deal, lambda moves: deal.lose(reason, self.note, by=by, moves=moves, together=together))

        return verb

    def _assign(self, by: User, together: Together) -> Verb:
        to = User.objects.assignable_by(by).filter(pk=self.to).first() if self.to else None
        if self.to and to is None:
            raise jobs.JobError(_("The colleague you chose can no longer own deals. Choose another."))

        def verb(deal: Deal) -> Undo | None:
            before = deal.owner_id
            return {"owner": before, "to": self.to} if deal.assign(to, by=by, together=together) else None

        return verb


def _moved(deal: Deal, move: Callable[[int], None]) -> Undo:
    before = deal.stage_id
    move(deal.moves)
    return {"stage": before, "moves": deal.moves}


@dataclass
class Result:
    """`done` are ids; `stayed` are reasons with how many they concern."""

    done: list[int] = field(default_factory=list)
    undo: list[Undo] = field(default_factory=list)
    stayed: Counter[str] = field(default_factory=Counter)
    #: by which it can be taken back
    key: str = ""

    def sentence(self, done: str) -> str:
        """What was done, and why the others stayed as they are."""
        stayed = [_("%(count)s left: %(why)s") % {"count": n, "why": why} for why, n in self.stayed.items()]
        return " ".join([done, *stayed]) if self.done else " ".join(stayed) or _("Nothing was changed.")


def do(deed: Deed, pks: Iterable[int], *, by: User) -> Result:
    """At once; what takes it back is kept for an hour."""
    result = _each(deed, pks, by)
    if result.undo:
        result.key = str(uuid.uuid4())
        cache.set(_key(result.key, by), {"kind": deed.name, "rows": result.undo}, KEPT_SECONDS)
    return result


def _each(deed: Deed, pks: Iterable[int], by: User) -> Result:
    """Each in a savepoint of its own; the lock of all that moves comes before any deal."""
    result, together = Result(), Together()
    with transaction.atomic():
        ranks.hold()
        verb = deed.verb(by, together)
        for deal in editable(Deal, by).filter(pk__in=list(pks)).select_related("stage", "owner").order_by("pk"):
            try:
                with transaction.atomic():
                    undo = verb(deal)
            except Stale:
                result.stayed[_("somebody has moved it in the meantime.")] += 1
            except ValidationError as problem:
                result.stayed[" ".join(problem.messages)] += 1
            else:
                if undo is None:
                    result.stayed[_("it was so already.")] += 1
                else:
                    result.done.append(deal.pk)
                    result.undo.append(undo | {"pk": deal.pk})
        together.tell()
    return result


# In the background


def start(deed: Deed, pks: list[int], what: str, *, by: User) -> JobProgress:
    """Leave it to the worker. `what` says it in words, for the page of the job."""
    count = len(pks)
    title = ngettext("%(count)s deal %(what)s", "%(count)s deals %(what)s", count) % {"count": count, "what": what}
    with transaction.atomic():
        job = jobs.start("deals.bulk", title=title[:200], by=by, deed=asdict(deed), pks=pks, what=what)
        job.arguments |= {"rows": [], "stayed": {}}
        job.arguments["page"] = reverse("deals:bulk_job", args=[job.pk])
        job.save(update_fields=["arguments"])
    return job


@jobs.work("deals.bulk")
def work_through(job: JobProgress) -> None:
    """So many at a time; begun again it goes on where it stopped, since what was done is kept in the same commit."""
    total = len(job.arguments["pks"])
    while (done := job.arguments.get("dealt_with", 0)) < total and not job.arguments.get("undone"):
        with transaction.atomic():
            kept = JobProgress.objects.select_for_update().get(pk=job.pk).arguments
            if kept.get("dealt_with", 0) == done:
                kept |= _next(kept, _who(job))
                JobProgress.objects.filter(pk=job.pk).update(arguments=kept)
        job.arguments = kept
        jobs.advance(job, min(kept["dealt_with"], total), total)


def _who(job: JobProgress) -> User:
    """As they are now: whoever loses a role or a team while the job runs has lost it for what is left."""
    return User.objects.get(pk=job.user_id)


def _next(kept: dict[str, Any], by: User) -> dict[str, Any]:
    begun = kept.get("dealt_with", 0)
    result = _each(Deed(**kept["deed"]), kept["pks"][begun : begun + AT_ONCE], by)
    whole = Result(undo=kept["rows"] + result.undo, stayed=Counter(kept["stayed"]) + result.stayed)
    whole.done = [row["pk"] for row in whole.undo]
    return {
        "dealt_with": begun + AT_ONCE,
        "rows": whole.undo,
        "stayed": dict(whole.stayed),
        "said": whole.sentence(sentence(len(whole.done), kept["what"])),
    }


def sentence(count: int, what: str) -> str:
    words = ngettext("%(count)s deal was %(what)s.", "%(count)s deals were %(what)s.", count)
    return words % {"count": count, "what": what}


def undo_url(job: JobProgress) -> str:
    """Where a finished job is taken back; nothing when it is none of ours, did nothing, or was taken back."""
    told = job.arguments
    offered = told["work"] == "deals.bulk" and job.is_over and told["rows"] and not told.get("undone")
    return reverse("deals:bulk_undo", args=[job.pk]) if offered else ""


@jobs.work("deals.take_back")
def take_back(job: JobProgress) -> None:
    """What went back already is no longer as it was left: done twice, it stays."""
    told = JobProgress.objects.get(pk=job.arguments["of"]).arguments
    rows = told["rows"]
    for begun in range(0, len(rows), AT_ONCE):
        _take_back(told["deed"]["name"], rows[begun : begun + AT_ONCE], _who(job))
        jobs.advance(job, min(begun + AT_ONCE, len(rows)), len(rows))


# And back


def _key(key: str, by: User) -> str:
    return f"deals-done:{by.pk}:{key}"


def undo(key: str, *, by: User) -> int | JobProgress | None:
    """Take it back where nothing has happened since; how many, the job that does it, or None when it is not known
    any more."""
    if kept := cache.get(_key(key, by)):
        cache.delete(_key(key, by))
        return _take_back(kept["kind"], kept["rows"], by)
    with transaction.atomic():
        job = JobProgress.objects.visible_to(by).select_for_update().filter(pk=key).first()
        if job is None or not undo_url(job):
            return None
        JobProgress.objects.filter(pk=job.pk).update(arguments=job.arguments | {"undone": True})
        return jobs.start("deals.take_back", title=_("Take back: %(what)s") % {"what": job.title}, by=by, of=key)


def _take_back(kind: str, kept: list[Undo], by: User) -> int:
    rows = {row["pk"]: row for row in kept}
    back, together = 0, Together()
    before = _before(kind, rows.values())
    with transaction.atomic():
        ranks.hold()
        for deal in editable(Deal, by).filter(pk__in=list(rows)).select_related("stage").order_by("pk"):
            try:
                with transaction.atomic():
                    back += _back(deal, rows[deal.pk], before, by, together)
            except (Stale, ValidationError):
                continue
        together.tell()
    return back


def _before(kind: str, rows: Iterable[dict[str, Any]]) -> dict[Any, Any]:
    """The stages or owners that the deals had; who has left gets nothing back."""
    if kind == "assign":
        return {None: None, **User.objects.owners().in_bulk({row["owner"] for row in rows if row["owner"]})}
    return dict(Stage.objects.in_bulk({row["stage"] for row in rows}))


def _back(deal: Deal, row: dict[str, Any], before: dict[Any, Any], by: User, together: Together) -> bool:
    if "owner" in row:
        stays = deal.owner_id != row["to"] or row["owner"] not in before
        return not stays and deal.assign(before[row["owner"]], by=by, together=together, undone=True)
    deal.move(before[row["stage"]], by=by, moves=row["moves"], together=together)
    return True
