"""Phone numbers: any spelling goes in, E.164 is kept, any spelling or the last digits find it, by index."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from phonenumbers import PhoneNumberFormat


@dataclass(frozen=True)
class ParsedPhone:
    """`e164` as "+4420…", `national` the digits as dialled inside the country, trunk prefix included."""

    e164: str
    national: str
    region: str


def parse(text: str, region: str = "") -> ParsedPhone:
    """Read a number as typed in `region` (two letters; the organisation's when empty). ValidationError otherwise."""
    cleaned = text.strip().removeprefix("tel:")
    try:
        number = phonenumbers.parse(cleaned, (region or settings.PHONE_REGION).upper())
    except phonenumbers.NumberParseException as error:
        raise ValidationError(_message(), code="phone") from error
    if not phonenumbers.is_possible_number(number) or number.extension:
        raise ValidationError(_message(), code="phone")
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    national = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    return ParsedPhone(e164, digits_of(national), phonenumbers.region_code_for_number(number) or "")


def _message() -> str:
    return str(_("Enter a phone number with its country code, such as +44 20 7946 0018."))


def digits_of(text: str) -> str:
    """Only the digits, any script's read as 0-9."""
    return str(phonenumbers.normalize_digits_only(text))


@lru_cache(maxsize=20_000)
def screen_text(e164: str) -> str:
    """The international spelling with blanks; what cannot be read is shown as it is."""
    try:
        return phonenumbers.format_number(phonenumbers.parse(e164), PhoneNumberFormat.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        return e164


def looks_like_phone(text: str) -> bool:
    """At least four digits and nothing but what people write around them."""
    stripped = text.strip().removeprefix("tel:")
    return len(digits_of(stripped)) >= 4 and all(
        c.isdigit() or c in " +-./()[]\u00a0\u2011\u2013\u202f" for c in stripped
    )


def spellings(text: str) -> list[str]:
    """The digit strings under which a typed number may be kept: as it is, and without an international prefix."""
    digits = digits_of(text)
    prefixes = ("00", "011", "0011", "810", "010", "001")
    return [digits, *(digits.removeprefix(p) for p in prefixes if digits.startswith(p) and len(digits) > len(p) + 5)]
