from __future__ import annotations

from django.urls import include, path

from dashboard import day_views, home

urlpatterns = [
    path("", home.index, name="home"),
    path("today/", day_views.today, name="today"),
    path("reports/", include("dashboard.urls_reports")),
]
