"""Form fields of our own: a record chosen by typing, a list typed line by line, tags, a day, a time zone."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from crm.moments import zone_names
from crm.text import refuse_unstorable, without_directions

_NUMBERED = re.compile(r"\(#([0-9]{1,18})\)\s*\Z")


class LineField(forms.CharField):
    """A line of text in a form that is no RecordForm: those take the marks out by themselves."""

    def to_python(self, value: Any) -> str:
        return without_directions(super().to_python(value) or "")


class RecordChoiceField(forms.ModelChoiceField[Any]):
    """A record typed by name, with suggestions from `suggest_url`: "Ångström Interiör (#12)", "#12", or a full name."""

    widget = forms.TextInput

    def __init__(self, queryset: models.QuerySet[Any], *, suggest_url: str, by: str = "name", **kwargs: Any) -> None:
        self.suggest_url, self.by = suggest_url, by
        super().__init__(queryset, **kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"data-suggest": str(self.suggest_url), "autocomplete": "off"}

    def clean(self, value: Any) -> Any:
        refuse_unstorable(str(value or ""))
        return super().clean(value)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int) or (isinstance(value, str) and re.fullmatch(r"[0-9]{1,18}", value)):
            value = self._rows().filter(pk=int(value)).first() or value
        return f"{value} (#{value.pk})" if isinstance(value, models.Model) else value

    def named_by_number(self, texts: Iterable[str]) -> dict[str, Any]:
        """The records of those texts that name one as suggestions do, by one query; what is not found is left out."""
        numbers = {text: int(found[1]) for text in texts if (found := _NUMBERED.search(text.strip()))}
        rows = self._rows().in_bulk(set(numbers.values())) if numbers else {}
        return {text: rows[number] for text, number in numbers.items() if number in rows}

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        text = str(value).strip()
        numbered = _NUMBERED.search(text) or re.fullmatch(r"#?([0-9]{1,18})", text)
        rows = self._rows()
        found = list(
            rows.filter(pk=int(numbered[1]))[:1] if numbered else rows.filter(**{f"{self.by}__iexact": text})[:2]
        )
        if len(found) == 1:
            return found[0]
        if found:
            raise ValidationError(_("There are several of that name: choose one from the list."), code="ambiguous")
        raise ValidationError(
            _("There is none of that name: choose one from the list or create it first."), code="none"
        )

    def _rows(self) -> models.QuerySet[Any]:
        assert self.queryset is not None  # noqa: S101 - given by the constructor
        return self.queryset


class LinesField(forms.CharField):
    """Several values, one a line; cleaned to a list by `parse` (a value or ValidationError), without repetitions."""

    widget = forms.Textarea(attrs={"rows": 2})

    def __init__(self, *, parse: Callable[[str], str], most: int = 20, **kwargs: Any) -> None:
        self.parse, self.most = parse, most
        super().__init__(max_length=most * 300, required=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, (list, tuple)) else value

    def clean(self, value: Any) -> Any:
        lines = [line.strip() for line in str(super().clean(value) or "").splitlines() if line.strip()]
        if len(lines) > self.most:
            raise ValidationError(_("Enter at most %(most)s, one a line."), params={"most": self.most})
        return list(dict.fromkeys(self.parse(line) for line in lines))


class TagsField(forms.CharField):
    """Tags with commas between them; cleaned to a list of at most 20 of 40 characters, sorted."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=1000, required=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, (list, tuple)) else value

    def clean(self, value: Any) -> Any:
        tags = sorted({" ".join(tag.split()) for tag in str(super().clean(value) or "").split(",")} - {""})
        if len(tags) > 20 or any(len(tag) > 40 for tag in tags):
            raise ValidationError(_("Enter at most 20 tags of 40 characters, with commas between them."))
        return tags


class DateField(forms.DateField):
    """A day of this era: earlier and later ones have no instants in every zone."""

    def __init__(self, label: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(label=label, required=False, widget=widget, input_formats=["%Y-%m-%d"])

    def clean(self, value: Any) -> dt.date | None:
        day: dt.date | None = super().clean(value)
        if day and not 1900 <= day.year <= 2200:
            raise ValidationError(_("Choose a day between 1900 and 2200."))
        return day


class TimeZoneInput(forms.TextInput):
    """A text box that brings the list of all zones along."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        options = format_html_join("", '<option value="{}"></option>', ((zone,) for zone in sorted(zone_names())))
        list_id = f"{(attrs or {}).get('id', name)}-zones"
        box = super().render(name, value, (attrs or {}) | {"list": list_id}, renderer)
        return format_html('{}<datalist id="{}">{}</datalist>', box, list_id, options)


class TimeZoneField(forms.CharField):
    """The name of a time zone, suggested from the list of all."""

    widget = TimeZoneInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=60, required=False, **kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"autocomplete": "off"}

    def clean(self, value: Any) -> str:
        name = str(super().clean(value) or "")
        if name and name not in zone_names():
            raise ValidationError(_("Choose a time zone from the list, such as Europe/Stockholm."))
        return name
