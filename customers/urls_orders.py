from __future__ import annotations

from django.urls import path

from customers.views import customers

app_name = "orders"
urlpatterns = [
    path("", customers.index, name="index"),
    path("new/", customers.index, name="create"),
    path("<int:pk>/", customers.edit, name="detail"),
]
