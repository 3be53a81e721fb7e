"""Whose e-mail and password these are."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest


class Backend(AuthenticationBackend):  # type: ignore[misc]  # untyped library
    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> AbstractBaseUser | None:
        user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        # allauth keeps a deactivated user aside to tell them so: they get the answer of a wrong password instead.
        self.unstash_authenticated_user()
        return user
