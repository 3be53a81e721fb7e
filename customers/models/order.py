"""Orders and their lines. A return or an adjustment is an order of its own date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Exists, F, OuterRef, Q, Sum
from django.utils.translation import gettext_lazy as _

from crm.addresses import address
from crm.countries import CountryField
from crm.history import tracked
from crm.models import Record, RecordManager, RecordQuerySet
from crm.moments import organisation_zone
from crm.money import CurrencyField, MoneyField, to_base
from crm.versions import raise_version
from customers.lines import Line
from customers.models.customer import Customer, refresh_figures
from customers.models.stamp import stamp_lines, stamp_orders

if TYPE_CHECKING:
    from accounts.models import User


class OrderKind(models.TextChoices):
    SALE = "sale", _("Sale")
    RETURN = "return", _("Return")
    ADJUSTMENT = "adjustment", _("Adjustment")


class OrderStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    OPEN = "open", _("Open")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", _("Cancelled")
    FAILED = "failed", _("Failed")


class Channel(models.TextChoices):
    SHOP = "shop", _("Shop")
    ONLINE = "online", _("Online")
    PHONE = "phone", _("Phone")
    MARKETPLACE = "marketplace", _("Marketplace")
    OTHER = "other", _("Other")


#: The source of orders that are entered here.
OWN_SOURCE = "rapport"
#: Orders that count as revenue; drafts, cancelled and failed ones never do.
COUNTED = (OrderStatus.OPEN, OrderStatus.COMPLETED)
IS_COUNTED = Q(deleted_at=None, status__in=COUNTED)
#: A purchase is a counted sale of more than nothing.
IS_PURCHASE = Q(kind=OrderKind.SALE, base_total__gt=0)


class OrderQuerySet(RecordQuerySet["Order"]):
    def visible_to(self, user: User) -> Self:
        match user.effective_role:
            case "admin" | "manager" | "analyst":
                return self
            case "sales":
                return self.filter(Q(customer=None) | Q(customer__in=Customer.objects.visible_to(user)))
        return self.none()

    def editable_by(self, user: User) -> Self:
        match user.effective_role:
            case "admin" | "manager":
                return self
            case "sales":
                return self.filter(customer__in=Customer.objects.editable_by(user))
        return self.none()

    def with_article(self, sku: str) -> Self:
        """The orders with a line of this article."""
        return self.filter(Exists(OrderLine.objects.filter(order=OuterRef("pk"), sku=sku)))

    def counted(self) -> Self:
        """The orders that make revenue."""
        return self.filter(IS_COUNTED)

    def revenue_of(self, user: User) -> Self:
        """The orders whose revenue `user` may see: all, or for sales those of living customers they own."""
        match user.effective_role:
            case "admin" | "manager" | "analyst":
                return self
            case "sales":
                return self.filter(customer__owner_id=user.pk, customer__deleted_at=None)
        return self.none()


class OrderManager(RecordManager["Order"]):
    queryset_class = OrderQuerySet

    def visible_to(self, user: User) -> OrderQuerySet:
        return OrderQuerySet(self.model, using=self._db).alive().visible_to(user)

    def editable_by(self, user: User) -> OrderQuerySet:
        return OrderQuerySet(self.model, using=self._db).alive().editable_by(user)

    def revenue_of(self, user: User) -> OrderQuerySet:
        return OrderQuerySet(self.model, using=self._db).alive().revenue_of(user)


def proposed_number() -> str:
    """What next_number() will give, if nobody asks before."""
    return _numbered("SELECT last_value + is_called::int FROM customers_order_number")


def next_number() -> str:
    """A number that no order of ours has. Numbers may be left out, none is given twice."""
    number = ""
    while not number or Order.everything.filter(source=OWN_SOURCE, number=number).exists():
        number = _numbered("SELECT nextval('customers_order_number')")
    return number


def _numbered(query: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return f"R-{cursor.fetchone()[0]:06}"


@tracked("total", "base_total")
class Order(Record):
    """`total` is the sum of the lines in `currency`; `base_total` the same in the base currency of its day."""

    NOUN = "order"

    number = models.CharField(_("number"), max_length=60)
    source = models.CharField(_("source"), max_length=60, default=OWN_SOURCE, db_default=OWN_SOURCE, editable=False)
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, blank=True, related_name="orders", verbose_name=_("customer")
    )
    kind = models.CharField(
        _("kind"), max_length=10, choices=OrderKind.choices, default=OrderKind.SALE, db_default=OrderKind.SALE
    )
    status = models.CharField(
        _("status"), max_length=10, choices=OrderStatus.choices, default=OrderStatus.OPEN, db_default=OrderStatus.OPEN
    )
    channel = models.CharField(
        _("channel"), max_length=12, choices=Channel.choices, default=Channel.OTHER, db_default=Channel.OTHER
    )
    country = CountryField(_("country"), db_default="")
    placed_at = models.DateTimeField(_("placed at"))
    currency = CurrencyField(_("currency"))
    returns_order = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="returns", verbose_name=_("returns order")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    total = MoneyField(default=0, db_default=0, editable=False)
    base_total = MoneyField(default=0, db_default=0, editable=False)

    everything: ClassVar[models.Manager[Order]] = models.Manager()
    objects: ClassVar[OrderManager] = OrderManager()

    class Meta:
        base_manager_name = "everything"
        default_manager_name = "objects"
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [
            models.UniqueConstraint(fields=["source", "number"], name="order_number_once_a_source"),
            models.CheckConstraint(condition=Q(kind__in=OrderKind.values), name="order_kind_known"),
            models.CheckConstraint(condition=Q(status__in=OrderStatus.values), name="order_status_known"),
            models.CheckConstraint(condition=~Q(returns_order=F("id")), name="order_returns_another"),
        ]
        indexes = [
            models.Index(F("placed_at"), F("id"), name="order_placed", condition=Q(deleted_at=None)),
            models.Index(F("base_total"), F("id"), name="order_total", condition=Q(deleted_at=None)),
            models.Index(F("deleted_at"), F("id"), name="order_deleted", condition=~Q(deleted_at=None)),
            models.Index(F("customer"), F("placed_at"), name="order_customer_placed"),
            models.Index(F("number"), name="order_number"),
            models.Index(F("kind"), F("placed_at"), F("id"), name="order_kind_placed", condition=Q(deleted_at=None)),
            models.Index(
                F("country"), F("placed_at"), F("id"), name="order_country_placed", condition=Q(deleted_at=None)
            ),
            models.Index(
                fields=["placed_at"],
                include=["kind", "base_total", "customer_id", "country", "channel"],
                name="order_revenue",
                condition=IS_COUNTED,
            ),
            models.Index(fields=["customer", "placed_at"], name="order_purchase", condition=IS_COUNTED & IS_PURCHASE),
        ]
        triggers = [raise_version("total", "base_total"), *stamp_orders()]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return address("orders:detail", self.pk)

    def same_number(self, number: str) -> Order | None:
        """Another order of the same source that has `number` already, a deleted one too."""
        return type(self).everything.filter(source=self.source, number=number).exclude(pk=self.pk).first()

    def set_lines(self, lines: Sequence[Line]) -> None:
        """Replace all lines, and with them the total."""
        with transaction.atomic():
            self.lines.all().delete()
            OrderLine.objects.bulk_create(
                OrderLine(
                    order=self,
                    position=position,
                    sku=line.sku,
                    description=line.description,
                    quantity=line.quantity,
                    unit_price=line.unit_price,
                )
                for position, line in enumerate(lines, 1)
            )
            self.total = self.lines.aggregate(sum=Sum("amount"))["sum"] or Decimal()
            self.reckon()

    def reckon(self) -> None:
        """Write the total, and what it is in the base currency on the day of the order."""
        self.base_total = self.in_base(self.currency, self.placed_at)
        type(self).everything.filter(pk=self.pk).update(total=self.total, base_total=self.base_total)

    def in_base(self, currency: str, at: dt.datetime) -> Decimal:
        """The total, were it in `currency` at that moment; ValidationError when there is no rate."""
        return to_base(self.total, currency, at.astimezone(organisation_zone()).date())

    def _turn(self, *, from_deleted: bool, kind: str, by: User) -> bool:
        """A deleted order no longer counts for its customer, a restored one does."""
        with transaction.atomic():
            changed = super()._turn(from_deleted=from_deleted, kind=kind, by=by)
            if changed and self.customer_id:
                refresh_figures([self.customer_id])
        return changed


class OrderLine(models.Model):
    """Never edited once the order counts in history: replaced as a whole by Order.set_lines()."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    sku = models.CharField(_("article"), max_length=60, blank=True, db_default="")
    description = models.CharField(_("description"), max_length=300, blank=True, db_default="")
    quantity = models.DecimalField(_("quantity"), max_digits=14, decimal_places=4)
    unit_price = MoneyField(_("unit price"))
    amount = models.GeneratedField(
        expression=F("quantity") * F("unit_price"), output_field=MoneyField(), db_persist=True
    )

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["order", "position"], name="order_line_position_once")]
        indexes = [models.Index(fields=["sku", "order"], name="order_line_sku")]
        triggers = stamp_lines()

    def __str__(self) -> str:
        return f"{self.position}: {self.sku} {self.description}"
