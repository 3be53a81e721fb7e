"""Countries by ISO 3166 code, with the user-assigned codes for places that shops name and ISO does not."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db import models
from django.utils.functional import lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_countries import Countries

#: "EU" is reserved by ISO for the union; XA to XZ are free for use by agreement.
EXTRA = {"EU": _("European Union"), "XC": _("Channel Islands"), "XW": _("West Indies")}


@cache
def _names(language: str | None) -> dict[str, str]:
    return {code: str(name) for code, name in Countries()} | {code: str(name) for code, name in EXTRA.items()}


def country_names() -> dict[str, str]:
    """Code -> name in the active language."""
    return _names(get_language())


def country_name(code: str) -> str:
    """The name on screen; "" for no country, the code itself for one we do not know."""
    return country_names().get(code, code)


def country_choices() -> list[tuple[str, str]]:
    """Choices for forms, by name."""
    return sorted(country_names().items(), key=lambda pair: pair[1])


#: For declarations that are made before a language is active.
lazy_country_choices = lazy(country_choices, list)


class CountryField(models.CharField[Any, Any]):
    """A country code or "". The list of names belongs to forms, not to migrations."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"], kwargs["blank"], kwargs["default"] = 2, True, ""
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for key in ("max_length", "blank", "default"):
            kwargs.pop(key, None)
        return name, path, args, kwargs
