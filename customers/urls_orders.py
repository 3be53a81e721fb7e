from __future__ import annotations

from django.urls import path

from customers.views import orders

app_name = "orders"
urlpatterns = [
    path("", orders.index, name="index"),
    path("new/", orders.create, name="create"),
    path("deleted/", orders.deleted, name="deleted"),
    path("export/", orders.export, name="export"),
    path("suggest/", orders.suggest, name="suggest"),
    path("customers/", orders.customers, name="customers"),
    path("<int:pk>/", orders.detail, name="detail"),
    path("<int:pk>/facts/", orders.facts, name="facts"),
    path("<int:pk>/lines/", orders.lines, name="lines"),
    path("<int:pk>/edit/", orders.edit, name="edit"),
    path("<int:pk>/delete/", orders.delete, name="delete"),
    path("<int:pk>/restore/", orders.restore, name="restore"),
    path("<int:pk>/history/", orders.history, name="history"),
    path("<int:pk>/history/restore/", orders.restore_value, name="restore_value"),
]
