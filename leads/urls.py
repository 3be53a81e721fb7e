from __future__ import annotations

from django.urls import include, path
from django.urls.resolvers import URLPattern

lead_urls: list[URLPattern] = []

urlpatterns = [path("leads/", include((lead_urls, "leads")))]
