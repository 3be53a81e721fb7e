from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activities.models import Reminder
from crm import outward, webpush
from notifications import browsers
from notifications.models import Attention, Delivery, Mailed, Preference
from notifications.notices import NOTICES, Notice
from notifications.ways import Way, ways_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import User

UNDO_SALT = "notifications.undo_read"


class CentreFilter(forms.Form):
    show = forms.ChoiceField(choices=[("", ""), ("unread", "unread")], required=False)
    before = forms.CharField(max_length=200, required=False)
    #: down to where it is shown
    upto = forms.CharField(max_length=200, required=False)


class NewsForm(forms.Form):
    """The last notification that this browser has shown."""

    after = forms.IntegerField(required=False, min_value=0, max_value=2**63 - 1)


class AttentionForm(forms.Form):
    """How closely somebody wants to hear of a record; nothing is as usual."""

    attention = forms.ChoiceField(choices=[("", ""), *Attention.choices], required=False)


class UndoForm(forms.Form):
    """The moment at which everything was read, signed."""

    token = forms.CharField(max_length=200)

    def clean_token(self) -> dt.datetime:
        try:
            at = parse_datetime(signing.loads(self.cleaned_data["token"], salt=UNDO_SALT, max_age=24 * 60 * 60))
        except signing.BadSignature as error:
            raise ValidationError(_("This can no longer be taken back.")) from error
        if at is None:
            raise ValidationError(_("This can no longer be taken back."))
        return at


class BrowserForm(forms.Form):
    """What a browser says of itself when it is to show notifications: where it is reached, and what it can read."""

    endpoint = forms.CharField(max_length=outward.LONGEST_URL)
    p256dh = forms.CharField(max_length=90)
    auth = forms.CharField(max_length=24)

    def clean_endpoint(self) -> str:
        """The server is going to send there: to push services that it knows, and to nobody else."""
        endpoint: str = self.cleaned_data["endpoint"]
        try:
            is_known = browsers.is_service(outward.target(endpoint).host)
        except outward.Refused:
            is_known = False
        if not is_known:
            raise ValidationError(_("Rapport does not know the push service of this browser."))
        return endpoint

    def clean_p256dh(self) -> str:
        return self._key("p256dh", webpush.read_point)

    def clean_auth(self) -> str:
        return self._key("auth", webpush.read_secret)

    def _key(self, name: str, read: Callable[[str], bytes]) -> str:
        text: str = self.cleaned_data[name]
        try:
            read(text)
        except ValueError as problem:
            raise ValidationError(_("The keys of this browser cannot be read.")) from problem
        return text


class LeaveForm(forms.Form):
    endpoint = forms.CharField(max_length=outward.LONGEST_URL)


def _hour(label: Any, *, required: bool = True) -> forms.TimeField:
    return forms.TimeField(
        label=label, required=required, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )


def _tick(label: str, initial: bool) -> forms.BooleanField:
    return forms.BooleanField(label=label, initial=initial, required=False)


class DeliveryForm(forms.ModelForm[Delivery]):
    """Ways and hours of one person."""

    quiet_from = _hour(gettext_lazy("Quiet from"), required=False)
    quiet_to = _hour(gettext_lazy("Quiet until"), required=False)
    digest_at = _hour(gettext_lazy("Daily digest at"))
    remind_before = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Remind me"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Delivery
        fields = ["quiet_from", "quiet_to", "digest_at", "remind_before"]

    def __init__(self, data: Any = None, *, user: User) -> None:
        self.user = user
        ways = ways_of([user])[user.pk]
        super().__init__(data, instance=ways.delivery)
        offsets = self.fields["remind_before"]
        assert isinstance(offsets, forms.ChoiceField)  # noqa: S101 - declared above
        offsets.choices = [(value, label) for value, label in Reminder.choices if value != Reminder.NEVER]
        self.kinds = [notice for notice in NOTICES if user.effective_role in notice.roles]
        for notice in self.kinds:
            self._add_ways(notice, ways.of(notice.kind))

    def _add_ways(self, notice: Notice, way: Way) -> None:
        kind, what = notice.kind, {"what": notice.label}
        self.fields[f"{kind}_in_app"] = _tick(_("In Rapport: %(what)s") % what, way.in_app)
        self.fields[f"{kind}_email"] = forms.ChoiceField(
            choices=Mailed.choices, required=False, initial=way.email, label=_("By e-mail: %(what)s") % what
        )
        self.fields[f"{kind}_push"] = _tick(_("In the browser: %(what)s") % what, way.push)
        for way_name in ("in_app", "email", "push"):
            field = self.fields[f"{kind}_{way_name}"]
            field.widget.attrs |= {"aria-label": field.label} | ({"class": "input"} if way_name == "email" else {})

    @property
    def rows(self) -> list[tuple[Notice, forms.BoundField, forms.BoundField, forms.BoundField]]:
        """A line for each kind: in the application, by e-mail, in the browser."""
        return [(n, self[f"{n.kind}_in_app"], self[f"{n.kind}_email"], self[f"{n.kind}_push"]) for n in self.kinds]

    @property
    def hours(self) -> list[forms.BoundField]:
        return [self[name] for name in ("quiet_from", "quiet_to", "digest_at", "remind_before")]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        start, end = data.get("quiet_from"), data.get("quiet_to")
        if (start is None) != (end is None) and not {"quiet_from", "quiet_to"} & set(self.errors):
            missing = "quiet_to" if end is None else "quiet_from"
            self.add_error(missing, _("Quiet hours need a beginning and an end. Leave both empty for none."))
        if start is not None and start == end:
            self.add_error("quiet_to", _("Quiet hours that begin and end at the same time would last for ever."))
        return data

    def chosen(self) -> list[Preference]:
        data = self.cleaned_data
        return [
            Preference(
                user=self.user,
                kind=notice.kind,
                in_app=data[f"{notice.kind}_in_app"],
                email=data[f"{notice.kind}_email"],
                push=data[f"{notice.kind}_push"],
            )
            for notice in self.kinds
        ]
