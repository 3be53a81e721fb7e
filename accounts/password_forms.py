"""allauth's password forms in our words: a label once, and no list of rules that the page says in a sentence."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import jobs, links


class PlainWords:
    LABELS = {
        "oldpassword": _("Current password"),
        "password1": _("New password"),
        "password2": _("New password, once more"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields  # type: ignore[attr-defined]  # mixed into forms
        for name, field in fields.items():
            field.label = self.LABELS.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)
        fields["password1"].help_text = ""


class ChangePasswordForm(PlainWords, allauth.ChangePasswordForm):  # type: ignore[misc]  # untyped library
    pass


class SetPasswordForm(PlainWords, allauth.SetPasswordForm):  # type: ignore[misc]  # untyped library
    pass


class ResetPasswordKeyForm(PlainWords, allauth.ResetPasswordKeyForm):  # type: ignore[misc]  # untyped library
    pass


class ResetPasswordForm(allauth.ResetPasswordForm):  # type: ignore[misc]  # untyped library
    """Answers alike, and as quickly, whether there is such a user or not: a job looks."""

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        email: str = self.cleaned_data["email"]
        jobs.mail_reset.defer(email=email, origin=links.origin_of(request))
        return email
