from __future__ import annotations

from django.urls import include, path

from dashboard import audit_views, day_views, home, work_views

urlpatterns = [
    path("", home.index, name="home"),
    path("today/", day_views.today, name="today"),
    path("today/work/", work_views.work, name="work"),
    path("today/work/<int:pk>/finish/", work_views.finish, name="work_finish"),
    path("today/work/<int:pk>/snooze/", work_views.snooze, name="work_snooze"),
    # /activity/
    path("activity/", audit_views.index, name="audit"),
    path("activity/news/", audit_views.news, name="audit_news"),
    path("activity/export/", audit_views.export, name="audit_export"),
    path("reports/", include("dashboard.urls_reports")),
]
