from __future__ import annotations

from django.urls import path

from dashboard import sales_views, views

app_name = "dashboard"
urlpatterns = [
    path("", views.revenue, name="revenue"),
    path("top/<str:kind>/", views.top, name="top"),
    path("revenue.csv", views.revenue_csv, name="revenue_csv"),
    path("sales/", sales_views.sales, name="sales"),
    path("sales/activities/", sales_views.activities, name="sales_activities"),
    path("sales/activities/export/", sales_views.activities_export, name="sales_activities_export"),
    path("sales/<str:table>.csv", sales_views.sales_csv, name="sales_csv"),
]
