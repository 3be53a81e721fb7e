from __future__ import annotations

from django.urls import include, path

from dashboard import day_views, home, reports_index, work_views

report_urls = [path("", reports_index.index, name="index")]

urlpatterns = [
    path("", home.index, name="home"),
    path("today/", day_views.today, name="today"),
    path("today/work/", work_views.work, name="work"),
    path("today/work/<int:pk>/finish/", work_views.finish, name="work_finish"),
    path("today/work/<int:pk>/snooze/", work_views.snooze, name="work_snooze"),
    path("reports/", include((report_urls, "reports"))),
]
