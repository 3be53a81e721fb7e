from __future__ import annotations

from django.urls import path

from dashboard import pipeline_views, reports_index

app_name = "reports"
urlpatterns = [
    path("", reports_index.index, name="index"),
    path("pipeline/", pipeline_views.pipeline, name="pipeline"),
    path("pipeline/deals/", pipeline_views.deals, name="pipeline_deals"),
    path("pipeline/deals/export/", pipeline_views.deals_export, name="pipeline_deals_export"),
    path("pipeline/<str:table>.csv", pipeline_views.pipeline_csv, name="pipeline_csv"),
]
