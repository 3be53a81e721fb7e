"""The score of a lead: points of the rules that fit it, summed and kept between 0 and 100. No model, no percentage.

What each rule looks for is said once, as a condition of the database: the scores of all leads and the explanation of
one cannot differ.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.db.models import Case, Exists, F, Func, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Greatest, Least, Lower
from django.db.models.lookups import Exact, In, LessThan
from django.utils.timezone import now as present

from activities.models import Activity, Kind, Outcome
from leads.models import Lead, LeadQuerySet, Rule, ScoreRule, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: An answer is fresh for so long, and silence begins after so long.
FRESH, SILENCE = dt.timedelta(days=7), dt.timedelta(days=30)
LOWEST, HIGHEST = 0, 100
#: so many leads are rescored in one transaction
BATCH = 2_000

#: Mail services that give an address to anybody.
FREE_MAIL = """
    163.com aol.com fastmail.com free.fr gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net googlemail.com hotmail.co.uk
    hotmail.com hotmail.de hotmail.fr hotmail.it icloud.com laposte.net libero.it live.com mac.com mail.com mail.ru
    me.com msn.com orange.fr outlook.com outlook.de proton.me protonmail.com qq.com rediffmail.com seznam.cz
    t-online.de web.de wp.pl yahoo.co.in yahoo.co.uk yahoo.com yahoo.de yahoo.es yahoo.fr yahoo.it yandex.ru ymail.com
""".split()  # noqa: SIM905 - one a line would be a page

Condition = Q | Exists


class _Domain(Func):
    """What stands behind the @."""

    function = "split_part"
    template = "%(function)s(%(expressions)s, '@', 2)"
    output_field = models.TextField()


def _done(**fits: Any) -> QuerySet[Activity]:
    return Activity.objects.get_queryset().filter(lead=OuterRef("pk"), done_at__isnull=False, **fits)


def _bounced() -> Q:
    """The newest mail came back: one that was sent to another address since counts instead."""
    newest = _done(kind=Kind.EMAIL).order_by("-done_at", "-pk").values("outcome")[:1]
    return Q(Exact(Subquery(newest), Value(Outcome.BOUNCED)))


def _from(kind: str) -> Exists:
    return Exists(Source.objects.get_queryset().filter(pk=OuterRef("source_id"), kind=kind))


def conditions(now: dt.datetime) -> dict[str, Condition]:
    """What each rule looks for in a lead, at `now`."""
    free = Q(In(_Domain(Lower("email")), FREE_MAIL))
    answers = [Outcome.REPLIED, Outcome.REACHED]
    silent_since = Coalesce("last_contact_at", "created_at")
    return {
        Rule.REFERRAL: _from("referral"),
        Rule.DEMO_REQUEST: _from("demo_request"),
        Rule.BUSINESS_EMAIL: ~Q(email="") & ~free,
        Rule.FREE_EMAIL: free,
        Rule.BOUNCED: _bounced(),
        Rule.PHONE: ~Q(phone=""),
        Rule.REPLIED: Exists(_done(outcome__in=answers, done_at__gt=now - FRESH, done_at__lte=now)),
        Rule.MEETING: Exists(_done(kind=Kind.MEETING).exclude(outcome=Outcome.NO_SHOW)),
        Rule.BUDGET: Q(value__gt=0),
        Rule.SILENT: Q(LessThan(silent_since, Value(now - SILENCE, models.DateTimeField()))),
    }


# One lead


@dataclass(frozen=True)
class Reason:
    """A rule that fits, in words, with its points."""

    rule: str
    points: int

    @property
    def text(self) -> str:
        return str(Rule(self.rule).label)

    @property
    def is_good(self) -> bool:
        return self.points > 0

    @property
    def signed(self) -> str:
        return f"{self.points:+d}".replace("-", "−")


class Reasons(list[Reason]):
    """Why a lead has its score: the most weighty first."""

    @property
    def points(self) -> int:
        return max(LOWEST, min(HIGHEST, sum(reason.points for reason in self)))


def explain(lead: Lead, now: dt.datetime | None = None) -> Reasons:
    """The rules that fit `lead` right now; rules of no points say nothing."""
    points = dict(ScoreRule.objects.exclude(points=0).values_list("rule", "points"))
    fits = {rule: Case(When(found, then=True), default=False) for rule, found in conditions(now or present()).items()}
    found = Lead.everything.filter(pk=lead.pk).values(**{f"fits_{rule}": case for rule, case in fits.items()}).first()
    fitting = [rule for rule in points if found and found.get(f"fits_{rule}")]
    reasons = (Reason(rule, points[rule]) for rule in fitting)
    return Reasons(sorted(reasons, key=lambda reason: (-abs(reason.points), reason.rule)))


def score(lead: Lead, now: dt.datetime | None = None) -> tuple[int, Reasons]:
    reasons = explain(lead, now)
    return reasons.points, reasons


# Many leads


def _points(now: dt.datetime) -> Any:
    """The score as an expression of the database, by the points that hold now."""
    total: Any = Value(0)
    found = conditions(now)
    for rule, points in ScoreRule.objects.exclude(points=0).values_list("rule", "points"):
        total = total + Case(When(found[rule], then=Value(points)), default=Value(0))
    return Greatest(Value(LOWEST), Least(Value(HIGHEST), total), output_field=models.IntegerField())


def rescore(pks: Iterable[int], now: dt.datetime | None = None) -> int:
    """Write the scores of these leads anew where they differ; so many did. One statement."""
    now = now or present()
    with transaction.atomic():
        chosen = Lead.everything.filter(pk__in=list(pks)).order_by("pk")
        list(chosen.select_for_update(of=("self",)).values_list("pk"))  # in one order: two jobs cannot wait crosswise
        stale = chosen.order_by().annotate(reckoned=_points(now)).filter(~Q(score=F("reckoned")) | Q(scored_at=None))
        return Lead.everything.filter(pk__in=stale.values("pk")).update(score=_points(now), scored_at=now)


def open_ones() -> LeadQuerySet:
    """The leads whose score still matters."""
    return LeadQuerySet(Lead).alive().open()


def batches(rows: LeadQuerySet) -> Iterator[list[int]]:
    """The ids of `rows` in order, so many at a time."""
    last = 0
    while pks := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        yield pks
        last = pks[-1]


def rescore_all(now: dt.datetime | None = None) -> int:
    """Every open lead: answers grow old and silence grows long by themselves."""
    return sum(rescore(pks, now) for pks in batches(open_ones()))
