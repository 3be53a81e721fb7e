from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models, transaction
from django.db.models import Case, CharField, F, Q, Value, When
from django.db.models.functions import Cast, Coalesce, Concat, Lower, Replace, Reverse
from django.db.models.lookups import LessThan
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from crm.addresses import address
from crm.countries import CountryField
from crm.events import record
from crm.history import tracked
from crm.models import Record, RecordManager, RecordQuerySet
from crm.money import CurrencyField, MoneyField
from crm.text import folded
from crm.versions import raise_version
from customers.models import Customer
from deals.models import LostReason
from leads.models.source import Campaign, Source

if TYPE_CHECKING:
    from accounts.models import User

#: Columns that the database keeps of the activities (activities/figures.py), and the score: no version, no history.
ROLLUPS = ("next_due_on", "open_activities", "last_contact_at", "responded_at", "score", "scored_at")

NEVER = dt.datetime(2200, 1, 1, tzinfo=dt.UTC)
NO_DATE = dt.date(2200, 1, 1)
#: For sorting, written as the indexes have it: what has no date comes last, no value counts as nothing.
NEXT_DUE = Coalesce(F("next_due_on"), Value(NO_DATE, models.DateField()))
#: When the first answer is due; those answered come last.
CLOCK = Case(
    When(responded_at=None, then=Coalesce(F("response_due_at"), Value(NEVER, models.DateTimeField()))),
    default=Value(NEVER, models.DateTimeField()),
)
VALUE = Coalesce(F("base_value"), Value(0, MoneyField()))
ALIVE = Q(deleted_at=None)


class LeadStatus(models.TextChoices):
    NEW = "new", _("New")
    CONTACTED = "contacted", _("Contacted")
    QUALIFIED = "qualified", _("Qualified")
    LOST = "lost", _("Lost")
    CONVERTED = "converted", _("Converted")


OPEN_STATUSES = (LeadStatus.NEW, LeadStatus.CONTACTED, LeadStatus.QUALIFIED)
IS_OPEN = Q(status__in=OPEN_STATUSES)
#: Where a lead may go from a status by a verb of its own. Converted is what leads/conversion.py makes and undoes.
STEPS: dict[LeadStatus, tuple[LeadStatus, ...]] = {
    LeadStatus.NEW: (LeadStatus.CONTACTED, LeadStatus.QUALIFIED, LeadStatus.LOST),
    LeadStatus.CONTACTED: (LeadStatus.QUALIFIED, LeadStatus.LOST),
    LeadStatus.QUALIFIED: (LeadStatus.CONTACTED, LeadStatus.LOST),
    LeadStatus.LOST: (LeadStatus.NEW, LeadStatus.CONTACTED),
    LeadStatus.CONVERTED: (),
}


def _members(team: int | None) -> Any:
    """The ids of a team: read once and looked up for each row, where a join would be made for each."""
    return get_user_model()._default_manager.filter(team=team).values("pk")


class LeadQuerySet(RecordQuerySet["Lead"]):
    def visible_to(self, user: User) -> Self:
        """Sales see their own and those shared with them, managers their team's and unassigned ones."""
        match user.effective_role:
            case "admin" | "analyst":
                return self
            case "manager":
                return self.filter(Q(owner__in=_members(user.team_id)) | Q(owner=None))
            case "sales":
                return self.filter(Q(owner_id=user.pk) | self._shared_with(user))
        return self.none()

    def visible_branches(self, user: User) -> list[Self]:
        """A manager's are one: whose they are is looked up in a set of ids, whatever index the rows come from."""
        if user.effective_role == "sales":
            others = self.exclude(owner_id=user.pk)
            return [self.filter(owner_id=user.pk), others.filter(self._shared_with(user))]
        return [self.visible_to(user)]

    def _shared_with(self, user: User) -> Q:
        through: Any = Lead.shared_with.through
        return Q(pk__in=through._default_manager.filter(user_id=user.pk).values("lead_id"))

    def editable_by(self, user: User) -> Self:
        return self.none() if user.effective_role == "analyst" else self.visible_to(user)

    def removable_by(self, user: User) -> Self:
        """With whom a lead is shared works on it; only its owner and those above take it away."""
        return self.filter(owner_id=user.pk) if user.effective_role == "sales" else self.editable_by(user)

    def open(self) -> Self:
        return self.filter(IS_OPEN)

    def unattended(self, now: dt.datetime) -> Self:
        """Open ones without an owner, or whose first answer is overdue."""
        # Said of the clock, which indexes are on: it has passed for those that nobody has answered alone.
        late: Any = LessThan(CLOCK, Value(now, models.DateTimeField()))
        return self.open().filter(Q(owner=None) | Q(late))


class LeadManager(RecordManager["Lead"]):
    queryset_class = LeadQuerySet

    def visible_to(self, user: User) -> LeadQuerySet:
        return LeadQuerySet(self.model, using=self._db).alive().visible_to(user)

    def editable_by(self, user: User) -> LeadQuerySet:
        return LeadQuerySet(self.model, using=self._db).alive().editable_by(user)


@tracked("sort_key", "phone_tail", *ROLLUPS)
class Lead(Record):
    """Somebody who may become a customer. Name and company may be unknown: then "Lead 7927b2df"."""

    NOUN = "lead"
    #: what became of a lead stays with whoever worked it
    HANDED_OVER: ClassVar[Q] = IS_OPEN

    name = models.CharField(_("name"), max_length=200, blank=True, db_default="")
    job_title = models.CharField(_("job title"), max_length=100, blank=True, db_default="")
    email = models.EmailField(_("e-mail"), max_length=254, blank=True, db_default="")
    #: E.164
    phone = models.CharField(_("phone"), max_length=20, blank=True, db_default="")
    company_name = models.CharField(_("company"), max_length=200, blank=True, db_default="")
    industry = models.CharField(_("industry"), max_length=100, blank=True, db_default="")
    website = models.URLField(_("website"), max_length=300, blank=True, db_default="")
    city = models.CharField(_("city"), max_length=100, blank=True, db_default="")
    country = CountryField(_("country"), db_default="")
    source = models.ForeignKey(
        Source, models.PROTECT, null=True, blank=True, related_name="leads", verbose_name=_("source")
    )
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, blank=True, related_name="leads", verbose_name=_("campaign")
    )
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=LeadStatus.choices,
        default=LeadStatus.NEW,
        db_default=LeadStatus.NEW,
        editable=False,
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="leads", verbose_name=_("owner")
    )
    shared_with = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="+", verbose_name=_("shared with")
    )
    value = MoneyField(_("estimated value"), null=True, blank=True)
    currency = CurrencyField(_("currency"), default=settings.BASE_CURRENCY)
    #: `value` in the base currency, at the newest rate when value or currency was last set
    base_value = MoneyField(null=True, blank=True, editable=False)
    lost_reason = models.ForeignKey(
        LostReason, models.PROTECT, null=True, blank=True, editable=False, related_name="leads"
    )
    lost_note = models.CharField(_("why it was lost"), max_length=500, blank=True, db_default="", editable=False)
    #: who it became; set by the conversion, emptied by its undoing
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, blank=True, editable=False, related_name="leads")
    #: what else the file or form said, by column
    details = models.JSONField(_("further details"), default=dict, db_default={}, blank=True, editable=False)
    external_source = models.CharField(max_length=60, blank=True, db_default="", editable=False)
    external_id = models.CharField(max_length=100, blank=True, db_default="", editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    #: when it is lost or converted
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    #: by when it is to be answered, counted in working time; empty for imported ones
    response_due_at = models.DateTimeField(null=True, blank=True, editable=False)
    responded_at = models.DateTimeField(null=True, blank=True, editable=False)
    score = models.PositiveSmallIntegerField(_("score"), default=0, db_default=0, editable=False)
    scored_at = models.DateTimeField(null=True, blank=True, editable=False)
    next_due_on = models.DateField(null=True, editable=False)
    open_activities = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    last_contact_at = models.DateTimeField(null=True, editable=False)

    sort_key = models.GeneratedField(
        expression=folded(
            Case(
                When(~Q(name=""), then=F("name")),
                When(~Q(company_name=""), then=F("company_name")),
                default=Concat(Value("Lead "), Cast(F("id"), CharField())),
                output_field=models.TextField(),
            )
        ),
        output_field=models.TextField(),
        db_persist=True,
    )
    phone_tail = models.GeneratedField(
        expression=Reverse(Replace("phone", Value("+"), Value(""))),
        output_field=models.CharField(max_length=20),
        db_persist=True,
    )

    everything: ClassVar[models.Manager[Lead]] = models.Manager()
    objects: ClassVar[LeadManager] = LeadManager()

    class Meta:
        base_manager_name = "everything"
        default_manager_name = "objects"
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=LeadStatus.values), name="lead_status_known"),
            models.CheckConstraint(condition=Q(phone="") | Q(phone__regex=r"^\+[0-9]{4,18}$"), name="lead_phone_e164"),
            models.CheckConstraint(
                condition=Q(value=None, base_value=None) | Q(value__gte=0, base_value__gte=0),
                name="lead_value_not_negative",
                violation_error_message=_("The value must not be negative."),
            ),
            models.CheckConstraint(
                condition=Q(status=LeadStatus.LOST, lost_reason__isnull=False)
                | (~Q(status=LeadStatus.LOST) & Q(lost_reason=None)),
                name="lead_lost_has_reason",
            ),
            models.CheckConstraint(
                condition=(IS_OPEN & Q(closed_at=None)) | (~IS_OPEN & Q(closed_at__isnull=False)),
                name="lead_closed_has_time",
            ),
            models.CheckConstraint(
                condition=Q(customer=None) | Q(status=LeadStatus.CONVERTED), name="lead_customer_of_converted"
            ),
            models.CheckConstraint(condition=Q(score__lte=100), name="lead_score_up_to_100"),
            models.UniqueConstraint(
                fields=["external_source", "external_id"], name="lead_external_once", condition=~Q(external_id="")
            ),
        ]
        indexes = [
            models.Index(F("sort_key"), F("id"), name="lead_sort", condition=ALIVE),
            models.Index(F("created_at"), F("id"), name="lead_created", condition=ALIVE),
            models.Index(F("score"), F("id"), name="lead_score", condition=ALIVE),
            models.Index(VALUE, F("id"), name="lead_value", condition=ALIVE),
            models.Index(NEXT_DUE, F("id"), name="lead_next", condition=ALIVE),
            models.Index(CLOCK, F("id"), name="lead_clock", condition=ALIVE),
            models.Index(F("owner"), F("created_at"), F("id"), name="lead_owner_created", condition=ALIVE),
            models.Index(F("owner"), CLOCK, F("id"), name="lead_owner_clock", condition=ALIVE),
            models.Index(F("owner"), F("status"), name="lead_owner_status", condition=ALIVE),
            models.Index(F("status"), F("created_at"), F("id"), name="lead_status_created", condition=ALIVE),
            models.Index(F("status"), F("score"), F("id"), name="lead_status_score", condition=ALIVE),
            models.Index(F("status"), CLOCK, F("id"), name="lead_status_clock", condition=ALIVE),
            models.Index(F("status"), F("closed_at"), name="lead_closed", condition=ALIVE),
            # Those that are open, or nobody's, are few: what is asked of them alone must not walk past all others.
            models.Index(CLOCK, F("id"), name="lead_open_clock", condition=ALIVE & IS_OPEN),
            models.Index(CLOCK, F("id"), name="lead_nobody_clock", condition=ALIVE & Q(owner=None)),
            models.Index(
                fields=["status"], include=["owner", "base_value"], name="lead_sums", condition=ALIVE & IS_OPEN
            ),
            models.Index(F("source"), F("created_at"), F("id"), name="lead_source_created", condition=ALIVE),
            models.Index(F("deleted_at"), F("id"), name="lead_deleted", condition=~ALIVE),
            models.Index(F("phone"), name="lead_phone", condition=~Q(phone="")),
            models.Index(OpClass(F("phone_tail"), "varchar_pattern_ops"), name="lead_phone_tail"),
            models.Index(
                OpClass(Lower("external_id"), "text_pattern_ops"), name="lead_external", condition=~Q(external_id="")
            ),
            models.Index(OpClass(Lower("email"), "text_pattern_ops"), name="lead_email"),
            GinIndex(OpClass(F("sort_key"), "gin_trgm_ops"), name="lead_search"),
            GinIndex(OpClass(folded(F("company_name")), "gin_trgm_ops"), name="lead_company_search"),
        ]
        triggers = [raise_version("sort_key", "phone_tail", *ROLLUPS)]

    def __str__(self) -> str:
        return self.name or self.company_name or f"{_('Lead')} {self.external_id[:8] or self.pk}"

    def get_absolute_url(self) -> str:
        return address("leads:detail", self.pk)

    # Verbs: each claims its step in SQL, and gives False when the lead is not (any more) where it can be taken.

    def contact(self, *, by: User) -> bool:
        """Somebody has been in touch: that answers a new lead."""
        return self._go("contacted", LeadStatus.CONTACTED, by=by, responded_at=Coalesce("responded_at", now()))

    def qualify(self, *, by: User) -> bool:
        return self._go("qualified", LeadStatus.QUALIFIED, by=by, responded_at=Coalesce("responded_at", now()))

    def lose(self, reason: LostReason, note: str = "", *, by: User) -> bool:
        given: dict[str, Any] = {"lost_reason": reason, "lost_note": note, "closed_at": now()}
        return self._go("lost", LeadStatus.LOST, by=by, facts={"reason": reason, "note": note}, **given)

    def reopen(self, *, by: User) -> bool:
        """Take a lost lead up again: contacted if somebody ever answered it, else new."""
        from leads.clock import due_when_reopened

        to = LeadStatus.CONTACTED if self.responded_at else LeadStatus.NEW
        cleared: dict[str, Any] = {"lost_reason": None, "lost_note": "", "closed_at": None}
        cleared["response_due_at"] = due_when_reopened(self, now())
        return self._go("reopened", to, by=by, starts=(LeadStatus.LOST,), **cleared)

    def _go(
        self,
        kind: str,
        to: LeadStatus,
        *,
        by: User,
        starts: tuple[LeadStatus, ...] = OPEN_STATUSES,
        facts: dict[str, Any] | None = None,
        **changes: Any,
    ) -> bool:
        claimed = [start for start in starts if to in STEPS[start]]
        with transaction.atomic():
            rows = Lead.everything.filter(pk=self.pk, deleted_at=None, status__in=claimed)
            if changed := rows.update(status=to, **changes):
                record(f"lead.{kind}", on=self, by=by, **facts or {})
        self.refresh_from_db()
        return bool(changed)

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES

    @property
    def initials(self) -> str:
        words = (self.name or self.company_name).split() or ["#"]
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()
