"""Taking back that an activity was put off or moved: what it was and became is signed into the address of Undo."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _

from activities.models import Activity
from activities.models.verbs import Plan

SALT = "activities.put_back"
KEPT_SECONDS = 24 * 60 * 60


def put_back_url(activity: Activity, before: Plan) -> str:
    """Where the activity, as it is now, goes back to `before` by POST."""
    token = signing.dumps([_written(before), _written(activity.plan())], salt=_salt(activity))
    return f"{reverse('activities:put_back', args=[activity.pk])}?{urlencode({'token': token})}"


class PutBackForm(forms.Form):
    """Gives what it was and what it became."""

    token = forms.CharField(max_length=800)

    def __init__(self, data: Any, *, activity: Activity) -> None:
        super().__init__(data)
        self.activity = activity

    def clean_token(self) -> tuple[Plan, Plan]:
        try:
            before, after = signing.loads(self.cleaned_data["token"], salt=_salt(self.activity), max_age=KEPT_SECONDS)
        except signing.BadSignature as error:
            raise ValidationError(_("This can no longer be taken back.")) from error
        return _read(before), _read(after)


def _salt(activity: Activity) -> str:
    return f"{SALT}.{activity.pk}"


def _written(plan: Plan) -> dict[str, Any]:
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in plan.items()}


def _read(plan: dict[str, Any]) -> Plan:
    columns: dict[str, Any] = {name: Activity._meta.get_field(name) for name in plan}
    return {name: columns[name].to_python(value) for name, value in plan.items()}
