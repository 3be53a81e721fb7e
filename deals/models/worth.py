"""What a deal is worth: its amount, given or the sum of its products, and the same in the base currency."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.events import record
from crm.money import LIMIT, to_base
from deals.lines import Line

if TYPE_CHECKING:
    from accounts.models import User
    from deals.models.deal import Deal


def in_base(amount: Decimal | None, currency: str, today: dt.date) -> Decimal | None:
    """The amount in the base currency; ValidationError naming the field when it cannot be reckoned or kept."""
    if amount is None:
        return None
    if amount >= LIMIT:
        raise ValidationError({"amount": _("The amount is too large to be kept.")})
    try:
        found = to_base(amount, currency, today)
    except ValidationError as error:
        raise ValidationError({"currency": error}) from error
    if found >= LIMIT:
        sentence = _("The amount is too large in %(currency)s.") % {"currency": settings.BASE_CURRENCY}
        raise ValidationError({"amount": sentence})
    return found


class Worth:
    """The one place that writes the amount of a deal."""

    def reckon(self, *, today: dt.date | None = None) -> None:
        """Write the amount, which follows the products if it is to, and what it is in the base currency."""
        deal = cast("Deal", self)
        if deal.amount_from_lines:
            amounts = [line.amount for line in deal.lines.all()]
            deal.amount = sum(amounts, Decimal()) if amounts else None
        deal.base_amount = in_base(deal.amount, deal.currency, today or timezone.localdate())
        type(deal).everything.filter(pk=deal.pk).update(amount=deal.amount, base_amount=deal.base_amount)

    def set_lines(self, lines: Sequence[Line]) -> None:
        """Replace all products, and with them the amount if it follows them."""
        deal = cast("Deal", self)
        with transaction.atomic():
            deal.lines.all().delete()
            model = deal.lines.model
            model.objects.bulk_create(
                model(
                    deal=deal,
                    position=position,
                    product_id=line.product,
                    description=line.description,
                    quantity=line.quantity,
                    unit_price=line.unit_price,
                    discount=line.discount,
                )
                for position, line in enumerate(lines, 1)
            )
            if deal.amount_from_lines:
                self.reckon()

    def set_products(self, lines: Sequence[Line], *, by: User | None) -> None:
        """The products of the deal from now on, outside of its form."""
        deal = cast("Deal", self)
        with transaction.atomic():
            type(deal).objects.filter(pk=deal.pk).update(version=F("version") + 1)
            self.set_lines(lines)
            record("deal.changed", on=deal, by=by, fields=["lines"])
        deal.refresh_from_db()
