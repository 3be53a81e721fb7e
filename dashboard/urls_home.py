from __future__ import annotations

from django.urls import include, path

from dashboard import day_views, home, reports_index

report_urls = [path("", reports_index.index, name="index")]

urlpatterns = [
    path("", home.index, name="home"),
    path("today/", day_views.today, name="today"),
    path("reports/", include((report_urls, "reports"))),
]
