from __future__ import annotations

from django.urls import path

from dashboard import views

app_name = "dashboard"
urlpatterns = [
    path("", views.revenue, name="revenue"),
    path("top/<str:kind>/", views.top, name="top"),
    path("revenue.csv", views.revenue_csv, name="revenue_csv"),
]
