"""What may be asked of a board: dates, buckets, filters; every refusal names its field."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, ClassVar, Self, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.countries import lazy_country_choices
from crm.moments import organisation_zone
from customers.models import Channel
from dashboard.board import Query
from dashboard.periods import (
    DEFAULT,
    EARLIEST,
    LATEST,
    MOST_DAYS,
    MOST_YEARS,
    PRESETS,
    By,
    Period,
    Unit,
    all_time,
    fitting,
    months_later,
)
from dashboard.scope import UNKNOWN, Scope, scope_of

#: the words of the URL, where they are no names for Python
WORDS = {"first": "from", "last": "to", "by": "bucket"}


class DayField(forms.DateField):
    """A date as ISO writes it, of an era in which every zone has instants."""

    def __init__(self, label: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "input"})
        message = gettext_lazy("Give a date as year-month-day, such as 2026-01-31.")
        super().__init__(
            label=label, required=False, widget=widget, input_formats=["%Y-%m-%d"], error_messages={"invalid": message}
        )

    def clean(self, value: Any) -> dt.date | None:
        day: dt.date | None = super().clean(value)
        if day and not EARLIEST <= day <= LATEST:
            raise ValidationError(
                _("Choose a day between %(first)s and %(last)s."), params={"first": EARLIEST, "last": LATEST}
            )
        return day


class PeriodForm(forms.Form):
    """GET only. Without dates the preset decides, and without a preset the default one."""

    #: fields that go on from page to page beside the dates
    kept: ClassVar[tuple[str, ...]] = ("by",)

    first = DayField(gettext_lazy("From"))
    last = DayField(gettext_lazy("To"))
    by = forms.ChoiceField(
        label=gettext_lazy("By"), required=False, choices=[("", gettext_lazy("Automatic")), *By.choices]
    )
    preset = forms.ChoiceField(
        label=gettext_lazy("Period"),
        required=False,
        choices=[(name, label) for name, (label, _period) in PRESETS.items()],
        widget=forms.HiddenInput,
    )

    def __init__(self, data: Any, *, today: dt.date) -> None:
        super().__init__(data)
        self.today = today
        self.use_required_attribute = False
        for name in self.kept:
            if name in self.fields:
                self.fields[name].widget.attrs["class"] = "input"

    def add_prefix(self, field_name: str) -> str:
        return WORDS.get(field_name, field_name)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.errors:
            return data
        first, last = data.get("first"), data.get("last")
        if last and not first:
            self.add_error("first", _("Give the first day too."))
        elif first and last and last < first:
            self.add_error("last", _("The last day lies before the first."))
        elif first:
            self._check_length(Period(first, max(first, last or self.today)), data.get("by", ""))
        return data

    def _check_length(self, period: Period, by: str) -> None:
        if period.last >= months_later(period.first, 12 * MOST_YEARS):
            self.add_error("last", _("Choose at most %(years)s years.") % {"years": MOST_YEARS})
        elif by == By.DAY and period.days > MOST_DAYS:
            self.add_error(
                "by",
                _("By day, choose at most %(days)s days; by week or month it may be longer.") % {"days": MOST_DAYS},
            )

    @property
    def chosen_preset(self) -> str:
        """The preset in force; "" when dates are given."""
        return "" if self.cleaned_data.get("first") else self.cleaned_data.get("preset") or DEFAULT

    def period(self, oldest: Callable[[], dt.date | None]) -> Period:
        """What a valid form asks for; `oldest` is looked up for all time alone."""
        if first := self.cleaned_data["first"]:
            return Period(first, self.cleaned_data["last"] or max(first, self.today))
        if self.chosen_preset == "all":
            return all_time(oldest(), self.today)
        return PRESETS[self.chosen_preset][1](self.today)

    def unit(self, period: Period) -> Unit:
        by = cast("Unit", self.cleaned_data["by"] or fitting(period))
        return "month" if by == "day" and period.days > MOST_DAYS else by

    def with_dates(self, period: Period) -> Self:
        """The valid form as it is shown: with the dates of a preset too, so that one can go on from there."""
        chosen = {WORDS.get(name, name): self.cleaned_data[name] for name in self.kept if name in self.fields}
        self.data = chosen | {"from": period.first, "to": period.last}
        return self

    def sentences(self) -> list[str]:
        """Each refusal with the name of its field."""
        return [
            f"{self.fields[name].label or name}: {error}" for name, errors in self.errors.items() for error in errors
        ]


class BoardForm(PeriodForm):
    """The revenue board's: with the country and the channel of orders."""

    kept = ("by", "country", "channel")

    country = forms.ChoiceField(label=gettext_lazy("Country"), required=False)
    channel = forms.ChoiceField(
        label=gettext_lazy("Channel"), required=False, choices=[("", gettext_lazy("All channels")), *Channel.choices]
    )

    def __init__(self, data: Any, *, today: dt.date) -> None:
        super().__init__(data, today=today)
        country = cast("forms.ChoiceField", self.fields["country"])
        country.choices = [
            ("", _("All countries")),
            (UNKNOWN, _("Unknown country")),
            *lazy_country_choices(),
        ]

    def query(self, user: Any) -> Query:
        """What a valid form asks for. 403 for whoever sees no revenue."""
        data = self.cleaned_data
        scope = scope_of(user, country=data["country"], channel=data["channel"])
        period = self.period(lambda: _oldest_order(scope))
        return Query(scope, period, self.unit(period), self.today, organisation_zone())


def _oldest_order(scope: Scope) -> dt.date | None:
    oldest = scope.orders().order_by("placed_at").values_list("placed_at", flat=True).first()
    return oldest.astimezone(organisation_zone()).date() if oldest else None
