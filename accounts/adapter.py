"""How allauth signs people in: by invitation only, slower for guessers, never out of this site."""

from __future__ import annotations

import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import get_random_string
from django.utils.http import url_has_allowed_host_and_scheme

from accounts import jobs, links
from accounts.models import User
from crm.events import record

#: A browser that signed in before keeps counting for itself: wrong passwords from elsewhere cannot lock its user out.
DEVICE_COOKIE = "rapport_device" if settings.DEMO else "__Host-rapport_device"
DEVICE_LASTS = 60 * 60 * 24 * 365
WARN_AFTER = 5
COUNTED_FOR = 60 * 15
WARN_AGAIN_AFTER = 60 * 60 * 6


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # untyped library
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_ajax(self, request: HttpRequest) -> bool:
        """allauth's JSON answers are nothing that our pages ask for."""
        return False

    def is_safe_url(self, url: str | None) -> bool:
        request = self.request
        return url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Write the password alone: the rest of the row may be older than what is in the database."""
        assert isinstance(user, User)  # noqa: S101 - there is one user model
        user.set_password(password)
        with transaction.atomic():
            user.save(update_fields=["password"])
            record("user.password_changed", on=user, by=user)

    # Guessing

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        _count_failure(request, str(credentials.get("email", "")).lower())

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # allauth's own key holds the Host header: another spelling of it would count anew.
        login = str(credentials.get("email", "")).lower()
        return f"{login}:{_device(request, login)}"

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **options: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **options)
        assert isinstance(user, User)  # noqa: S101 - there is one user model
        response.set_signed_cookie(
            DEVICE_COOKIE,
            _device(request, user.email) or get_random_string(16),
            salt=_device_salt(user.email),
            max_age=DEVICE_LASTS,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
        return response


def _device(request: HttpRequest, login: str) -> str:
    return str(request.get_signed_cookie(DEVICE_COOKIE, "", salt=_device_salt(login), max_age=DEVICE_LASTS))


def _device_salt(login: str) -> str:
    return f"accounts.device:{login}"


def _count_failure(request: HttpRequest, email: str) -> None:
    """Tell the owner by mail, seldom; whether there is one is found out by the job."""
    digest = hashlib.sha256(email.encode()).hexdigest()
    failures = f"accounts.failures:{digest}"
    cache.add(failures, 0, COUNTED_FOR)
    if cache.incr(failures) >= WARN_AFTER and cache.add(f"accounts.warned:{digest}", True, WARN_AGAIN_AFTER):
        jobs.mail_lock_warning.defer(email=email, origin=links.origin_of(request))
