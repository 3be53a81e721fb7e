"""Whose e-mail and password these are."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Count, FilteredRelation, Q
from django.http import HttpRequest

from accounts.models import User


class Backend(AuthenticationBackend):  # type: ignore[misc]  # untyped library
    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> AbstractBaseUser | None:
        user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        # allauth keeps a deactivated user aside to tell them so: they get the answer of a wrong password instead.
        self.unstash_authenticated_user()
        return user

    def get_user(self, user_id: int) -> AbstractBaseUser | None:
        """With how many notifications are unread: every page says it, and so it costs no query of its own."""
        is_fresh = Q(notifications__in_app=True, notifications__read_at=None)
        users = User.objects.get_queryset().annotate(fresh=FilteredRelation("notifications", condition=is_fresh))
        counted = users.annotate(unread=Count("fresh"))  # type: ignore[no-redef]  # what the model declares
        return counted.filter(pk=user_id).first()
