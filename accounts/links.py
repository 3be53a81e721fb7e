"""The links with which a password is chosen, once: an hour to replace one, a week to accept an invitation."""

from __future__ import annotations

import datetime as dt

from allauth.account.utils import user_pk_to_url_str
from allauth.utils import build_absolute_uri
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import base36_to_int

from accounts.models import User

RESET_LASTS = dt.timedelta(hours=1)
INVITATION_LASTS = dt.timedelta(days=7)  # PASSWORD_RESET_TIMEOUT is the longer of the two


class LinkTokens(PasswordResetTokenGenerator):
    """Ends with a new password, a new e-mail, a sign-in, deactivation, and signing out everywhere."""

    key_salt = "accounts.links.LinkTokens"

    def _make_hash_value(self, user: AbstractBaseUser, timestamp: int) -> str:
        assert isinstance(user, User)  # noqa: S101 - there is one user model
        return f"{super()._make_hash_value(user, timestamp)}|{user.session_epoch}|{user.is_active}"

    def check_token(self, user: AbstractBaseUser | None, token: str | None) -> bool:
        if not isinstance(user, User) or not user.is_active or not super().check_token(user, token):
            return False
        age = self._num_seconds(self._now()) - base36_to_int(str(token).split("-")[0])
        return age <= _lasts(user).total_seconds()


def _lasts(user: User) -> dt.timedelta:
    return RESET_LASTS if user.has_usable_password() else INVITATION_LASTS


def origin_of(request: HttpRequest) -> str:
    """Scheme and host of this installation, as ALLOWED_HOSTS let it through."""
    return str(build_absolute_uri(request, "/")).rstrip("/")


def link_for(user: User, *, origin: str) -> str:
    """A fresh link with which `user`, and whoever else holds it, may choose their password."""
    key = {"uidb36": user_pk_to_url_str(user), "key": LinkTokens().make_token(user)}
    return origin + reverse("account_reset_password_from_key", kwargs=key)
