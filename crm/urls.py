from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from crm import errors, health, jobs_pages, outbox_pages, queue_pages

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler429 = errors.too_often
handler500 = errors.broken

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("admin/", admin.site.urls),
    path("accounts/", include("accounts.sign_in_urls")),
    path("", include("accounts.urls")),
    path("settings/outbox/", include((outbox_pages.urls, "outbox"))),
    path("activities/", include("activities.urls")),
    path("", include("notifications.urls")),
    path("", include("customers.urls")),
    path("", include("leads.urls")),
    path("", include("deals.urls")),
    path("dashboard/", include("dashboard.urls")),
    path("", include("dashboard.urls_home")),
    path(
        "jobs/",
        include(
            (
                [
                    path("", jobs_pages.index, name="index"),
                    path("<uuid:pk>/", jobs_pages.detail, name="detail"),
                    path("<uuid:pk>/file/", jobs_pages.file, name="file"),
                    path("<uuid:pk>/cancel/", jobs_pages.cancel, name="cancel"),
                ],
                "jobs",
            )
        ),
    ),
    path(
        "settings/jobs/",
        include(
            (
                [
                    path("", queue_pages.index, name="index"),
                    path("now/", queue_pages.now, name="now"),
                    path("<int:pk>/", queue_pages.detail, name="detail"),
                    path("<int:pk>/retry/", queue_pages.retry, name="retry"),
                    path("<int:pk>/cancel/", queue_pages.cancel, name="cancel"),
                ],
                "queue",
            )
        ),
    ),
]
