"""Phones, e-mails and numbers in other systems: read, compared and written as whole lists."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from crm import phones
from crm.fields import LinesField
from customers.models import Customer, Email, ExternalId, Phone

_is_address = EmailValidator()


class PhonesField(LinesField):
    """Phone numbers in any spelling, cleaned to E.164, shown as people write them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(parse=_e164, **kwargs)

    def read_as_in(self, region: str) -> None:
        """Numbers without a country code are of this country."""
        self.parse = partial(_e164, region=region)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            value = [phones.screen_text(number) for number in value]
        return super().prepare_value(value)


class EmailsField(LinesField):
    """Addresses as they were written; the same one in other letters counts once."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(parse=_address, **kwargs)

    def clean(self, value: Any) -> Any:
        once: dict[str, str] = {}
        for address in super().clean(value):
            once.setdefault(address.lower(), address)
        return list(once.values())


class ExternalIdsField(LinesField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(parse=_external_id, **kwargs)


def _e164(text: str, region: str = "") -> str:
    try:
        return phones.parse(text, region).e164
    except ValidationError as error:
        raise ValidationError(
            _("“%(text)s”: %(reason)s"), params={"text": text, "reason": error.messages[0]}
        ) from error


def _address(text: str) -> str:
    try:
        _is_address(text)
    except ValidationError as error:
        message = _("“%(text)s” is not an e-mail address: write it like name@example.com.")
        raise ValidationError(message, params={"text": text}) from error
    if len(text) > 254:
        raise ValidationError(_("An e-mail address has at most 254 characters."))
    return text


def _external_id(text: str) -> str:
    source, found, value = (part.strip() for part in text.partition(":"))
    if not (source and found and value) or len(source) > 60 or len(value) > 100:
        raise ValidationError(
            _("“%(text)s”: write the name of the other system, a colon and the number, such as “shop: 17850”."),
            params={"text": text},
        )
    return f"{source}: {value}"


# Reading

#: form field -> how the value of one row is written
FIELDS = {"phones": "number", "emails": "address", "external_ids": ""}


def values_of(customer: Customer, name: str) -> list[str]:
    """The list that a form edits under `name`, in its order."""
    rows: Any = getattr(customer, name).all()
    return [str(getattr(row, FIELDS[name]) if FIELDS[name] else row) for row in rows]


def first_ones() -> dict[str, Subquery]:
    """For lists: the first phone and the first e-mail of each customer, as annotations."""
    firsts = {"first_phone": (Phone, "number"), "first_email": (Email, "address")}
    return {
        name: Subquery(
            model._default_manager.filter(customer=OuterRef("pk")).order_by("position", "pk").values(column)[:1]
        )
        for name, (model, column) in firsts.items()
    }


def taken(ids: Iterable[str], *, except_of: int | None) -> list[str]:
    """Those of `ids` ("source: number") that another customer has already, a deleted one included."""
    fits = Q(pk=None)
    for text in ids:
        source, _colon, value = text.partition(": ")
        fits |= Q(source=source, value=value)
    return [str(row) for row in ExternalId.objects.filter(fits).exclude(customer_id=except_of or 0)]


# Writing


def write(customer: Customer, name: str, values: list[str]) -> None:
    """Make the list under `name` what `values` says: rows that stay keep their ids, those that go leave a history."""
    {"phones": _write_phones, "emails": _write_emails, "external_ids": _write_external_ids}[name](customer, values)
    getattr(customer, "_prefetched_objects_cache", {}).pop(name, None)


def _write_phones(customer: Customer, numbers: list[str]) -> None:
    kept = {phone.number: phone for phone in Phone.objects.filter(customer=customer)}
    Phone.objects.filter(customer=customer).exclude(number__in=numbers).delete()
    for position, number in enumerate(numbers):
        if number not in kept:
            national = phones.parse(number).national
            Phone.objects.create(customer=customer, number=number, national=national, position=position)
        elif kept[number].position != position:
            Phone.objects.filter(pk=kept[number].pk).update(position=position)


def _write_emails(customer: Customer, addresses: list[str]) -> None:
    kept = {email.address.lower(): email for email in Email.objects.filter(customer=customer)}
    gone = kept.keys() - {address.lower() for address in addresses}
    Email.objects.filter(pk__in=[kept[key].pk for key in gone]).delete()
    for position, address in enumerate(addresses):
        email = kept.get(address.lower())
        if email is None:
            Email.objects.create(customer=customer, address=address, position=position)
        elif (email.address, email.position) != (address, position):
            Email.objects.filter(pk=email.pk).update(address=address, position=position)


def _write_external_ids(customer: Customer, ids: list[str]) -> None:
    kept = {str(row): row.pk for row in ExternalId.objects.filter(customer=customer)}
    ExternalId.objects.filter(pk__in=[pk for text, pk in kept.items() if text not in ids]).delete()
    for text in ids:
        if text not in kept:
            source, _colon, value = text.partition(": ")
            ExternalId.objects.create(customer=customer, source=source, value=value)
