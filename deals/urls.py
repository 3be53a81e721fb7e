from __future__ import annotations

from django.urls import include, path
from django.urls.resolvers import URLPattern

deal_urls: list[URLPattern] = []

urlpatterns = [path("deals/", include((deal_urls, "deals")))]
