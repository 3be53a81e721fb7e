"""The site of the Django admin. Apart from crm/admin.py: while a site is being made, nothing may register on it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

#: Tables of libraries that mean nothing here: the role decides, and a user has one e-mail.
UNUSED = frozenset({"auth.Group", "account.EmailAddress", "account.EmailConfirmation"})


class AdminSite(admin.AdminSite):
    """Strangers are sent to the one sign-in page; who is signed in without the right learns nothing."""

    site_header = site_title = "Rapport"
    index_title = "Administration"

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if request.user.is_authenticated and not self.has_permission(request):
                raise Http404
            return inner(request, *args, **kwargs)

        return guarded

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.user.is_authenticated:
            raise Http404
        return redirect(f"/accounts/login/?next={request.path}")

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        several = isinstance(model_or_iterable, Iterable)
        models = [m for m in (model_or_iterable if several else [model_or_iterable]) if m._meta.label not in UNUSED]
        super().register(models, admin_class, **options)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Django's own page would save the whole user, as it was when the request began."""
        return redirect("account_change_password")
