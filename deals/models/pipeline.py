"""What an admin sets up: pipelines with their stages, reasons for losing, products, targets."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from crm.access import AccessQuerySet
from crm.history import tracked
from crm.money import CurrencyField, MoneyField
from crm.versions import Versioned, raise_version

if TYPE_CHECKING:
    from accounts.models import User

READERS = frozenset({"admin", "manager", "sales", "analyst"})


class SetUpQuerySet(AccessQuerySet["models.Model"]):
    """Everybody who works with deals may read it; admins change it."""

    def visible_to(self, user: User) -> Self:
        return self if user.effective_role in READERS else self.none()

    def editable_by(self, user: User) -> Self:
        return self if user.effective_role == "admin" else self.none()


@tracked()
class Pipeline(Versioned):
    NOUN: ClassVar[str] = "pipeline"

    name = models.CharField(_("name"), max_length=60)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = SetUpQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("pipeline")
        verbose_name_plural = _("pipelines")
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="pipeline_name_once",
                violation_error_message=_("There is a pipeline of that name already."),
            )
        ]
        triggers = [raise_version()]

    def __str__(self) -> str:
        return self.name


class StageKind(models.TextChoices):
    OPEN = "open", _("Open")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")


class Requirement(models.TextChoices):
    """What a deal may be asked to have before it enters a stage."""

    AMOUNT = "amount", _("Amount")
    CUSTOMER = "customer", _("Customer")
    COMPANY = "company", _("Company")
    EXPECTED_CLOSE = "expected_close", _("Expected close")
    OWNER = "owner", _("Owner")
    LINES = "lines", _("Products")


@tracked()
class Stage(Versioned):
    """A column of the board. Each pipeline has exactly one stage of kind won and one of kind lost."""

    NOUN: ClassVar[str] = "stage"

    pipeline = models.ForeignKey(Pipeline, models.PROTECT, related_name="stages", verbose_name=_("pipeline"))
    name = models.CharField(_("name"), max_length=60)
    position = models.PositiveSmallIntegerField(_("position"))
    kind = models.CharField(
        _("kind"), max_length=5, choices=StageKind.choices, default=StageKind.OPEN, db_default=StageKind.OPEN
    )
    probability = models.PositiveSmallIntegerField(_("probability in percent"))
    #: days without contact after which a deal is shown as rotting; none: never
    rotting_days = models.PositiveSmallIntegerField(_("rots after days"), null=True, blank=True)
    required = ArrayField(
        models.CharField(max_length=20, choices=Requirement.choices),
        default=list,
        db_default=[],
        blank=True,
        verbose_name=_("needed to enter"),
    )

    objects = SetUpQuerySet.as_manager()

    class Meta:
        ordering = ["pipeline__position", "pipeline", "position"]
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        constraints = [
            models.UniqueConstraint(fields=["id", "kind"], name="stage_and_kind"),
            models.UniqueConstraint("pipeline", Lower("name"), name="stage_name_once"),
            models.UniqueConstraint(
                fields=["pipeline", "position"], name="stage_position_once", deferrable=models.Deferrable.DEFERRED
            ),
            models.UniqueConstraint(
                fields=["pipeline", "kind"], name="stage_one_won_one_lost", condition=~Q(kind=StageKind.OPEN)
            ),
            models.CheckConstraint(condition=Q(kind__in=StageKind.values), name="stage_kind_known"),
            models.CheckConstraint(
                condition=Q(kind=StageKind.WON, probability=100)
                | Q(kind=StageKind.LOST, probability=0)
                | Q(kind=StageKind.OPEN, probability__lte=100),
                name="stage_probability_fits",
            ),
        ]
        triggers = [raise_version()]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.kind == StageKind.OPEN

    @property
    def required_text(self) -> str:
        return ", ".join(str(Requirement(name).label) for name in self.required)


@tracked()
class LostReason(Versioned):
    """Why leads and deals are lost: chosen from a list, so that it can be counted."""

    NOUN: ClassVar[str] = "lost_reason"
    #: of what was lost elsewhere; nobody who knows why chooses it
    NOT_RECORDED: ClassVar[str] = "Not recorded"

    name = models.CharField(_("name"), max_length=60)
    for_deals = models.BooleanField(_("for deals"), default=True)
    for_leads = models.BooleanField(_("for leads"), default=True)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = SetUpQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("reason for losing")
        verbose_name_plural = _("reasons for losing")
        constraints = [models.UniqueConstraint(Lower("name"), name="lost_reason_once")]
        triggers = [raise_version()]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def keep_not_recorded(cls) -> None:
        """See that it is there, for an import."""
        cls.objects.get_or_create(name=cls.NOT_RECORDED, defaults={"is_active": False})


@tracked()
class Product(Versioned):
    NOUN: ClassVar[str] = "product"

    name = models.CharField(_("name"), max_length=200)
    sku = models.CharField(_("article number"), max_length=60, blank=True, db_default="")
    series = models.CharField(_("series"), max_length=100, blank=True, db_default="")
    price = MoneyField(_("list price"), null=True, blank=True)
    currency = CurrencyField(_("currency"), default=settings.BASE_CURRENCY)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = SetUpQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="product_name_once",
                violation_error_message=_("There is a product of that name already."),
            ),
            models.CheckConstraint(condition=Q(price=None) | Q(price__gte=0), name="product_price_not_negative"),
        ]
        triggers = [raise_version()]

    def __str__(self) -> str:
        return self.name


class TargetQuerySet(AccessQuerySet["Target"]):
    def visible_to(self, user: User) -> Self:
        match user.effective_role:
            case "admin" | "analyst":
                return self
            case "manager":
                return self.filter(person__team_id=user.team_id)
            case "sales":
                return self.filter(person_id=user.pk)
        return self.none()

    def editable_by(self, user: User) -> Self:
        return self.visible_to(user) if user.effective_role in {"admin", "manager"} else self.none()


@tracked()
class Target(Versioned):
    """What a person is to win in a month, in the base currency. A team's target is the sum of its members'."""

    NOUN: ClassVar[str] = "target"

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="targets", verbose_name=_("person")
    )
    month = models.DateField(_("month"))
    amount = MoneyField(_("amount"))

    objects = TargetQuerySet.as_manager()

    class Meta:
        ordering = ["month", "person"]
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "month"],
                name="target_once_a_month",
                violation_error_message=_("This person has a target for that month already."),
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="target_first_of_month"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="target_not_negative"),
        ]
        triggers = [raise_version()]

    def __str__(self) -> str:
        return f"{self.person}, {self.month:%Y-%m}"
