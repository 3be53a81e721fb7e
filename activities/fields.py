"""Form fields of activities: colleagues, hours, moments, files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from activities import files
from activities.files import Checked

if TYPE_CHECKING:
    from accounts.models import User

FIRST, LAST = dt.date(1900, 1, 1), dt.date(2199, 12, 31)


class DayField(forms.DateField):
    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "max": LAST.isoformat()})
        wrong = _("Choose a day between 1900 and 2200.")
        span = [MinValueValidator(FIRST, wrong), MaxValueValidator(LAST, wrong)]
        super().__init__(widget=widget, required=kwargs.pop("required", False), validators=span, **kwargs)


class MomentField(forms.DateTimeField):
    """A local day and hour, to the minute."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
        super().__init__(widget=widget, required=False, **kwargs)

    def clean(self, value: Any) -> Any:
        try:
            moment = super().clean(value)
        except OverflowError:
            moment = dt.datetime.max.replace(tzinfo=dt.UTC)
        if moment and not 1900 <= moment.year < 2200:
            raise ValidationError(_("Choose a day between 1900 and 2200."))
        return moment


class HourField(forms.TimeField):
    """An hour as the text that a form compares: "14:30", or nothing."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
        super().__init__(widget=widget, required=False, **kwargs)

    def clean(self, value: Any) -> Any:
        hour = super().clean(value)
        return f"{hour:%H:%M}" if hour else ""


class PersonField(forms.TypedChoiceField):
    """One of some colleagues, cleaned to the user."""

    def __init__(self, people: Iterable[User], **kwargs: Any) -> None:
        self.people = {person.pk: person for person in people}
        super().__init__(choices=_choices(self.people), coerce=self._person, empty_value=None, **kwargs)

    def _person(self, pk: Any) -> User:
        return self.people[int(pk)]


class PeopleField(forms.TypedMultipleChoiceField):
    """Some of some colleagues, cleaned to their ids in order."""

    def __init__(self, people: Iterable[User], **kwargs: Any) -> None:
        choices = _choices({person.pk: person for person in people})
        super().__init__(choices=choices, coerce=int, widget=forms.CheckboxSelectMultiple, required=False, **kwargs)

    def clean(self, value: Any) -> Any:
        return sorted(super().clean(value))


def _choices(people: dict[int, User]) -> list[tuple[Any, str]]:
    return [(pk, str(person)) for pk, person in people.items()]


class FileInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, each of them checked."""

    def __init__(self, **kwargs: Any) -> None:
        endings = ",".join(f".{ending}" for group in files.TYPES.values() for ending in group)
        widget = FileInput(attrs={"multiple": True, "accept": endings})
        super().__init__(widget=widget, required=kwargs.pop("required", False), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Checked]:
        sent: list[UploadedFile] = [file for file in (data if isinstance(data, list) else [data]) if file]
        if self.required and not sent:
            raise ValidationError(_("Choose a file."), code="required")
        if len(sent) > settings.ATTACHMENTS_AT_ONCE:
            most = {"most": settings.ATTACHMENTS_AT_ONCE}
            raise ValidationError(_("Send at most %(most)s files at a time."), params=most)
        return [files.check(file) for file in sent]
