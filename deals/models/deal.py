from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, Round
from django.utils.translation import gettext_lazy as _

from crm.addresses import address
from crm.history import tracked
from crm.models import Record, RecordManager, RecordQuerySet
from crm.money import CurrencyField, MoneyField
from crm.text import folded
from crm.versions import raise_version
from customers.models import Company, Customer
from deals.lines import amount_of
from deals.models.pipeline import LostReason, Product, Stage
from deals.models.verbs import Verbs
from deals.models.worth import Worth

if TYPE_CHECKING:
    from accounts.models import User

#: Columns that the database keeps of the activities (activities/figures.py); no version, no history.
ROLLUPS = ("next_due_on", "open_activities", "last_contact_at")
#: The order among the cards of a column, and how often the deal has changed its stage: no version, no history.
PLACES = ("rank", "moves")

NO_DATE = dt.date(2200, 1, 1)
#: For sorting, written as the indexes have it: what has no date comes last, no amount counts as nothing.
NEXT_DUE = Coalesce(F("next_due_on"), Value(NO_DATE, models.DateField()))
EXPECTED = Coalesce(F("expected_close"), Value(NO_DATE, models.DateField()))
VALUE = Coalesce(F("base_amount"), Value(0, MoneyField()))
#: In percent: the deal's own, else its stage's.
PROBABILITY = Coalesce(F("probability"), F("stage__probability"))
#: Rounded to cents deal by deal, so that a sum is the sum of what is shown; multiplied, since dividing takes longer.
WEIGHTED = Round(VALUE * PROBABILITY * Value(Decimal("0.01")), precision=2, output_field=MoneyField())

ALIVE = Q(deleted_at=None)


class DealStatus(models.TextChoices):
    OPEN = "open", _("Open")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")


def _members(team: int | None) -> Any:
    """The ids of a team: read once and looked up for each row, where a join would be made for each."""
    return get_user_model()._default_manager.filter(team=team).values("pk")


class DealQuerySet(RecordQuerySet["Deal"]):
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
        through: Any = Deal.shared_with.through
        return Q(pk__in=through._default_manager.filter(user_id=user.pk).values("deal_id"))

    def editable_by(self, user: User) -> Self:
        return self.none() if user.effective_role == "analyst" else self.visible_to(user)

    def removable_by(self, user: User) -> Self:
        """With whom a deal is shared works on it; only its owner and those above take it away."""
        return self.filter(owner_id=user.pk) if user.effective_role == "sales" else self.editable_by(user)

    def open(self) -> Self:
        return self.filter(status=DealStatus.OPEN)

    def weighed(self) -> Self:
        """With `chance` in percent and `weighted` in the base currency."""
        return self.annotate(chance=PROBABILITY, weighted=WEIGHTED)


class DealManager(RecordManager["Deal"]):
    queryset_class = DealQuerySet

    def visible_to(self, user: User) -> DealQuerySet:
        return DealQuerySet(self.model, using=self._db).alive().visible_to(user)

    def editable_by(self, user: User) -> DealQuerySet:
        return DealQuerySet(self.model, using=self._db).alive().editable_by(user)


@tracked("sort_key", *ROLLUPS, *PLACES)
class Deal(Verbs, Worth, Record):
    """Something that may be sold. Its status is its stage's kind: a foreign key over both holds them together."""

    NOUN = "deal"
    #: who won or lost a deal stays who did it
    HANDED_OVER: ClassVar[Q] = Q(status=DealStatus.OPEN)

    title = models.CharField(_("title"), max_length=200)
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="deals", verbose_name=_("stage"))
    status = models.CharField(
        _("status"), max_length=5, choices=DealStatus.choices, default=DealStatus.OPEN, editable=False
    )
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, blank=True, related_name="deals", verbose_name=_("customer")
    )
    company = models.ForeignKey(
        Company, models.PROTECT, null=True, blank=True, related_name="deals", verbose_name=_("company")
    )
    lead = models.ForeignKey(
        "leads.Lead", models.PROTECT, null=True, blank=True, related_name="deals", verbose_name=_("lead")
    )
    source = models.ForeignKey(
        "leads.Source", models.PROTECT, null=True, blank=True, related_name="deals", verbose_name=_("source")
    )
    campaign = models.ForeignKey(
        "leads.Campaign", models.PROTECT, null=True, blank=True, related_name="deals", verbose_name=_("campaign")
    )
    amount = MoneyField(_("amount"), null=True, blank=True)
    currency = CurrencyField(_("currency"), default=settings.BASE_CURRENCY)
    #: `amount` in the base currency, at the newest rate when amount or currency was last set
    base_amount = MoneyField(null=True, blank=True, editable=False)
    amount_from_lines = models.BooleanField(_("amount follows the products"), default=False, db_default=False)
    opened_on = models.DateField(_("opened on"), null=True, blank=True)
    expected_close = models.DateField(_("expected close"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True, editable=False)
    #: the owner's own estimate; empty: the stage's
    probability = models.PositiveSmallIntegerField(_("own probability in percent"), null=True, blank=True)
    is_committed = models.BooleanField(_("committed"), default=False, db_default=False)
    lost_reason = models.ForeignKey(
        LostReason, models.PROTECT, null=True, blank=True, editable=False, related_name="deals"
    )
    lost_note = models.CharField(_("why it was lost"), max_length=500, blank=True, db_default="", editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="deals", verbose_name=_("owner")
    )
    shared_with = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="+", verbose_name=_("shared with")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    #: where the deal comes from when it was imported: the system and its number there
    external_source = models.CharField(max_length=60, blank=True, db_default="", editable=False)
    external_id = models.CharField(max_length=100, blank=True, db_default="", editable=False)

    stage_entered_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)
    moves = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    rank = models.BigIntegerField(default=0, db_default=0, editable=False)
    next_due_on = models.DateField(null=True, editable=False)
    open_activities = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    last_contact_at = models.DateTimeField(null=True, editable=False)

    sort_key = models.GeneratedField(expression=folded(F("title")), output_field=models.TextField(), db_persist=True)

    everything: ClassVar[models.Manager[Deal]] = models.Manager()
    objects: ClassVar[DealManager] = DealManager()

    class Meta:
        base_manager_name = "everything"
        default_manager_name = "objects"
        verbose_name = _("deal")
        verbose_name_plural = _("deals")
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="deal_has_title"),
            models.CheckConstraint(condition=Q(status__in=DealStatus.values), name="deal_status_known"),
            models.CheckConstraint(
                condition=Q(amount=None, base_amount=None) | Q(amount__gte=0, base_amount__gte=0),
                name="deal_amount_not_negative",
                violation_error_message=_("The amount must not be negative."),
            ),
            models.CheckConstraint(
                condition=Q(probability=None) | Q(probability__lte=100), name="deal_probability_percent"
            ),
            models.CheckConstraint(
                condition=Q(status=DealStatus.OPEN, closed_on=None)
                | (~Q(status=DealStatus.OPEN) & Q(closed_on__isnull=False)),
                name="deal_closed_has_day",
            ),
            models.CheckConstraint(
                condition=Q(status=DealStatus.LOST, lost_reason__isnull=False)
                | (~Q(status=DealStatus.LOST) & Q(lost_reason=None)),
                name="deal_lost_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(opened_on=None) | Q(closed_on__gte=F("opened_on")),
                name="deal_closed_after_opened",
                violation_error_message=_("The deal would be closed before it was opened."),
            ),
            models.CheckConstraint(
                condition=Q(expected_close=None) | Q(opened_on=None) | Q(expected_close__gte=F("opened_on")),
                name="deal_expected_after_opened",
                violation_error_message=_("The expected close lies before the day the deal was opened."),
            ),
            models.UniqueConstraint(
                fields=["external_source", "external_id"], name="deal_external_once", condition=~Q(external_id="")
            ),
        ]
        indexes = [
            models.Index(F("stage"), F("rank"), F("id"), name="deal_stage_rank", condition=ALIVE),
            models.Index(F("stage"), NEXT_DUE, F("id"), name="deal_stage_next", condition=ALIVE),
            models.Index(F("stage"), VALUE, F("id"), name="deal_stage_value", condition=ALIVE),
            models.Index(F("stage"), EXPECTED, F("id"), name="deal_stage_expected", condition=ALIVE),
            models.Index(F("sort_key"), F("id"), name="deal_sort", condition=ALIVE),
            models.Index(F("created_at"), F("id"), name="deal_created", condition=ALIVE),
            models.Index(VALUE, F("id"), name="deal_value", condition=ALIVE),
            models.Index(EXPECTED, F("id"), name="deal_expected", condition=ALIVE),
            models.Index(NEXT_DUE, F("id"), name="deal_next", condition=ALIVE),
            models.Index(F("owner"), F("status"), NEXT_DUE, F("id"), name="deal_owner_next", condition=ALIVE),
            models.Index(F("status"), F("closed_on"), name="deal_closed", condition=ALIVE),
            models.Index(F("deleted_at"), F("id"), name="deal_deleted", condition=~ALIVE),
            # All that counts and sums of many deals read, so that none of these rows is looked up.
            models.Index(
                fields=["stage", "status", "closed_on"],
                include=["owner", "base_amount", "probability", "expected_close", "is_committed"],
                name="deal_figures",
                condition=ALIVE,
            ),
            GinIndex(OpClass(F("sort_key"), "gin_trgm_ops"), name="deal_search"),
        ]
        triggers = [raise_version("sort_key", *ROLLUPS, *PLACES)]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address("deals:detail", self.pk)

    @property
    def chance_in_percent(self) -> int:
        """The deal's own probability, else its stage's."""
        return self.stage.probability if self.probability is None else self.probability


class DealLine(models.Model):
    """A product in a deal; `discount` in percent of the price. Replaced as a whole with the deal's form."""

    deal = models.ForeignKey(Deal, models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    product = models.ForeignKey(Product, models.PROTECT, null=True, blank=True, related_name="lines")
    description = models.CharField(_("description"), max_length=300, blank=True, db_default="")
    quantity = models.DecimalField(_("quantity"), max_digits=14, decimal_places=4)
    unit_price = MoneyField(_("unit price"))
    discount = models.DecimalField(_("discount"), max_digits=5, decimal_places=2, default=0, db_default=0)

    objects: ClassVar[models.Manager[DealLine]] = models.Manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["deal", "position"], name="deal_line_position_once"),
            models.CheckConstraint(condition=Q(product__isnull=False) | ~Q(description=""), name="deal_line_says_what"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="deal_line_quantity_positive"),
            models.CheckConstraint(condition=Q(unit_price__gte=0), name="deal_line_price_not_negative"),
            models.CheckConstraint(condition=Q(discount__gte=0, discount__lte=100), name="deal_line_discount_percent"),
        ]

    def __str__(self) -> str:
        return self.description or str(self.product)

    @property
    def amount(self) -> Decimal:
        return amount_of(self.quantity, self.unit_price, self.discount)


class StageVisit(models.Model):
    """One stay of a deal in a stage; the open one has no end. Only the deal's verbs write it."""

    deal = models.ForeignKey(Deal, models.PROTECT, related_name="visits")
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="visits")
    entered_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects: ClassVar[models.Manager[StageVisit]] = models.Manager()

    class Meta:
        ordering = ["entered_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["deal"], name="visit_one_open", condition=Q(left_at=None)),
            models.CheckConstraint(
                condition=Q(left_at=None) | Q(left_at__gte=F("entered_at")), name="visit_leaves_after_entering"
            ),
        ]
        indexes = [models.Index(fields=["stage", "entered_at"], name="visit_stage_entered")]

    def __str__(self) -> str:
        return f"{self.deal_id} in {self.stage}"
