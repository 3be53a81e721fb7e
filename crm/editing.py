"""Editing a record: a form knows what it was opened with, writes only what its user changed, and merges.

The signed token in the form holds the version and the values of its fields at opening. On POST the row is locked and
compared: a field that the user changed and somebody else changed too is a clash (409 with a merge form); everything
else is written. Values are always compared: an equal version proves nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from django import forms
from django.core import signing
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import DataError, IntegrityError, models, transaction
from django.db.models import F
from django.db.models.expressions import DatabaseDefault
from django.http import HttpResponse
from django.utils.translation import gettext as _

from crm import history, htmx
from crm.access import editable, hidden_fields
from crm.errors import BadInput
from crm.events import record
from crm.http import UserRequest
from crm.models import Event
from crm.moments import short_day
from crm.money import MoneyField, price_text
from crm.text import without_directions
from crm.versions import Versioned

if TYPE_CHECKING:
    from accounts.models import User

R = TypeVar("R", bound=Versioned)
#: so many events are looked through for who changed a field
LOOKED_AT = 20
#: what is told by an event of its own, by the verb of that event
OF_THEIR_OWN = {"repriced": ("amount", "currency"), "assigned": ("owner",)}


def plain(value: Any) -> Any:
    """A value in the one form in which two are compared and signed: text, number, truth or list."""
    if value is None:
        return ""
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, Decimal):
        return format(value.normalize(), "f") if value else "0"
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).replace(microsecond=0).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, str):
        return value.replace("\r\n", "\n").strip()
    return value


@dataclass(frozen=True)
class Clash:
    """A field that two people changed: what it was, what it is now, what was sent; raw values for the merge form."""

    name: str
    label: str
    before: str
    theirs: str
    yours: str
    theirs_raw: str
    yours_raw: str


class Conflict(Exception):
    """Somebody changed the same fields since the form was opened. Nothing was written."""

    def __init__(self, row: Versioned, clashes: list[Clash], hidden: Sequence[str], token: str) -> None:
        super().__init__(", ".join(clash.name for clash in clashes))
        self.row, self.clashes, self.hidden, self.token = row, clashes, hidden, token

    @property
    def by(self) -> User | None:
        """Whose change it was, as far as the last events of the record tell."""
        names = {clash.name for clash in self.clashes}
        about = Event.objects.filter(subject_type=self.row._meta.label_lower, subject_id=self.row.pk)
        for event in about.select_related("actor").order_by("-at", "-pk")[:LOOKED_AT]:
            changed = event.data.get("fields") or OF_THEIR_OWN.get(event.kind.partition(".")[2], ())
            if names & set(changed):
                return event.actor
        return None


class RecordForm(forms.ModelForm[R], Generic[R]):
    """The form of one record: creates it, edits it whole, or edits the one field `only`.

    Fields hidden from the user are not in it. Fields of other tables are declared on the subclass, which overrides
    read() and write_related() for them.
    """

    #: what happened, for events: "<noun>.changed" and "<noun>.created"
    noun: ClassVar[str]
    base = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        user: User,
        instance: R | None = None,
        only: str = "",
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, instance=instance, initial=initial)
        # What only the database will fill in is nothing to show yet.
        self.initial = {name: value for name, value in self.initial.items() if not isinstance(value, DatabaseDefault)}
        self.user = user
        for name in hidden_fields(self._meta.model, user):
            self.fields.pop(name, None)
        self.tailor(user)
        if only:
            self._keep_only(only)
        if not self.is_new:
            for name in self.names:
                self.initial.setdefault(name, self.read(self.instance, name))
            self.initial["base"] = self.token(self.instance)

    def tailor(self, user: User) -> None:
        """For subclasses: choices and fields by user."""

    def _keep_only(self, only: str) -> None:
        if only not in self.names:
            raise BadInput(_("There is no field of that name to edit."))
        self.fields = {name: self.fields[name] for name in (only, "base")}

    @property
    def is_new(self) -> bool:
        return self.instance.pk is None

    @property
    def names(self) -> list[str]:
        """The fields that the user edits."""
        return [name for name in self.fields if name != "base"]

    # What is compared

    def read(self, row: R, name: str) -> Any:
        """The present value of a field of `row`."""
        field = row._meta.get_field(name)
        return getattr(row, getattr(field, "attname", name))

    def values(self, row: R) -> dict[str, Any]:
        return {name: plain(self.read(row, name)) for name in self.names}

    def token(self, row: R) -> str:
        """What this form was opened with, signed for this very row."""
        return signing.dumps({"v": row.version, "b": self.values(row)}, salt=_salt(row), compress=True)

    def clean(self) -> dict[str, Any]:
        super().clean()
        for name, value in self.cleaned_data.items():
            if isinstance(value, str) and isinstance(self.fields[name].widget, forms.TextInput):
                self.cleaned_data[name] = without_directions(value)
        if not self.is_new:
            self.opened_with = self._opened_with()
        return self.cleaned_data

    def _opened_with(self) -> dict[str, Any]:
        try:
            opened: dict[str, Any] = signing.loads(self.cleaned_data.get("base", ""), salt=_salt(self.instance))["b"]
        except signing.BadSignature:
            opened = {}
        if not opened.keys() >= set(self.names):
            raise ValidationError(_("This form is out of date. Reload the page and enter your change again."))
        return opened

    # What is written

    def apply(self, *, by: User) -> R:
        """Write the form: create the row, or merge it in. Conflict or ValidationError, and nothing is written."""
        try:
            with transaction.atomic():
                row = self._create(by) if self.is_new else self._merge(by)
                self._check_scope(row, by)
                return row
        except IntegrityError as error:
            raise ValidationError(_("Somebody has just saved the same. Reload the page and look again.")) from error
        except DataError as error:
            raise ValidationError(_("A number here, or a sum it is part of, is too large to be kept.")) from error

    def _create(self, by: User) -> R:
        row = self.save(commit=False)
        if _is_column(row, "created_by"):
            setattr(row, "created_by", by)  # noqa: B010 - not every record has it
        row.save(force_insert=True)
        self.write_related(row, self.names)
        record(f"{self.noun}.created", on=row, by=by)
        return row

    def _merge(self, by: User) -> R:
        row: R = self._meta.model._base_manager.select_for_update().get(pk=self.instance.pk)
        theirs = self.values(row)
        yours = {name: plain(self.cleaned_data[name]) for name in self.names}
        changed = [name for name in self.names if yours[name] not in (self.opened_with[name], theirs[name])]
        if clashing := [name for name in changed if theirs[name] != self.opened_with[name]]:
            raise self._conflict(row, clashing, changed)
        if changed:
            self.write(row, changed)
            self.tell(row, changed, by=by)
        return row

    def tell(self, row: R, changed: list[str], *, by: User) -> None:
        """Say what was changed. For subclasses: what has an event of its own is told by that."""
        record(f"{self.noun}.changed", on=row, by=by, fields=changed)

    def write(self, row: R, changed: list[str]) -> None:
        """Write only the changed fields; the version is raised even if they all lie in other tables."""
        columns = [name for name in changed if _is_column(row, name)]
        for name in columns:
            setattr(row, name, self.cleaned_data[name])
        row.clean()
        row.validate_constraints()
        if columns:
            row.save(update_fields=columns)
        else:
            type(row)._base_manager.filter(pk=row.pk).update(version=F("version") + 1)
        self.write_related(row, changed)
        row.refresh_from_db(fields=["version", "updated_at"])

    def write_related(self, row: R, changed: list[str]) -> None:
        """For subclasses: write the changed fields that live in other tables."""

    def _check_scope(self, row: R, by: User) -> None:
        """Nobody edits a row out of, or into, somebody else's view."""
        if not editable(self._meta.model, by).filter(pk=row.pk).exists():
            raise ValidationError(_("This change would take the record out of your reach. Ask your manager for it."))

    # What clashes

    def _conflict(self, row: R, clashing: list[str], changed: list[str]) -> Conflict:
        only = self.names[0] if len(self.names) == 1 else ""
        fresh = type(self)(user=self.user, instance=row, only=only)
        hidden = [(self if name in changed else fresh)[name].as_hidden() for name in self.names if name not in clashing]
        return Conflict(row, [self._clash(fresh, name) for name in clashing], hidden, fresh.token(row))

    def _clash(self, fresh: RecordForm[R], name: str) -> Clash:
        theirs = fresh[name].value()
        return Clash(
            name=name,
            label=str(self.fields[name].label or name),
            before=self.show(name, self.opened_with[name]),
            theirs=self.show(name, plain(fresh.read(fresh.instance, name))),
            yours=self.show(name, plain(self.cleaned_data[name])),
            theirs_raw=_sent(fresh[name].field.widget, theirs),
            yours_raw=self.data.get(name, "False"),
        )

    def show(self, name: str, value: Any) -> str:
        """A compared value for the screen."""
        field = self.fields[name]
        if value == "" or value == []:
            return "–"
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        if isinstance(field, forms.DateField):
            return short_day(dt.date.fromisoformat(value))
        if _is_money(self.instance, name):
            return price_text(Decimal(value), getattr(self.instance, "currency", ""))
        if isinstance(field, forms.ModelChoiceField):
            return str(_model_of(field)._base_manager.filter(pk=value).first() or value)
        if isinstance(field, forms.ChoiceField):
            return str(dict(field.choices).get(value, value))  # type: ignore[arg-type]  # choices are pairs here
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _model_of(field: forms.ModelChoiceField[Any]) -> type[models.Model]:
    assert field.queryset is not None  # noqa: S101 - given by every form
    return field.queryset.model


def _sent(widget: forms.Widget, value: Any) -> str:
    """The text with which a browser would send `value`."""
    if isinstance(value, bool):
        return str(value)
    formatted = widget.format_value(value)
    # A select formats to the list of what is chosen in it.
    return str((formatted[0] if isinstance(formatted, list) else formatted) or "")


def _salt(row: models.Model) -> str:
    return f"base:{row._meta.label_lower}:{row.pk}"


def _is_column(row: models.Model, name: str) -> bool:
    try:
        field = row._meta.get_field(name)
        return field.concrete and not field.many_to_many
    except FieldDoesNotExist:
        return False


def _is_money(row: models.Model, name: str) -> bool:
    return _is_column(row, name) and isinstance(row._meta.get_field(name), MoneyField)


def answer(
    request: UserRequest,
    form: RecordForm[R],
    *,
    page: str,
    fragment: str,
    context: dict[str, Any],
    done: Callable[[R], HttpResponse],
) -> HttpResponse:
    """The one flow of every edit path: show, 422 with the same form, 409 with the merge form, or done(row).

    `context` names the `action` to which the forms are sent when it is not this URL.
    """
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                return done(form.apply(by=request.user))
            except Conflict as conflict:
                merge = {"action": request.get_full_path()} | context | {"conflict": conflict, "object": conflict.row}
                return htmx.answer(request, "records/merge.html", "records/_merge.html", merge, status=409)
            except ValidationError as error:
                form.add_error(None, error)
        status = 422
    return htmx.answer(request, page, fragment, context | {"form": form}, status=status)


def restoring(form_class: type[RecordForm[R]], row: R, *, user: User, data: Any) -> RecordForm[R]:
    """The one-field form that puts back the value a field had before the history event in `data`.

    `data` holds `event`, `field` and the token `base` of the page on which it was chosen. BadInput when there is none.
    """
    name = data.get("field", "")
    blank = form_class(user=user, instance=row, only=name)
    try:
        value = history.old_value(row, int(data.get("event", "")), name)
    except (LookupError, ValueError) as error:
        raise BadInput(_("That value is no longer in the history.")) from error
    text = _sent(blank.fields[name].widget, blank.fields[name].prepare_value(value))
    return form_class({name: text, "base": data.get("base", "")}, user=user, instance=row, only=name)
