from __future__ import annotations

from django.urls import include, path

from customers.views import companies, customers, record, suggestions

customer_urls = [
    path("", customers.index, name="index"),
    path("new/", customers.create, name="create"),
    path("deleted/", customers.deleted, name="deleted"),
    path("export/", customers.export, name="export"),
    path("duplicates/", suggestions.of_customer, name="duplicates"),
    path("<int:pk>/", record.detail, name="detail"),
    path("<int:pk>/head/", record.head, name="head"),
    path("<int:pk>/facts/", record.facts, name="facts"),
    path("<int:pk>/figures/", record.figures, name="figures"),
    path("<int:pk>/orders/", record.orders, name="orders"),
    path("<int:pk>/timeline/", record.timeline, name="timeline"),
    path("<int:pk>/edit/", customers.edit, name="edit"),
    path("<int:pk>/delete/", customers.delete, name="delete"),
    path("<int:pk>/restore/", customers.restore, name="restore"),
    path("<int:pk>/history/", customers.history, name="history"),
    path("<int:pk>/history/restore/", customers.restore_value, name="restore_value"),
]
company_urls = [
    path("", companies.index, name="index"),
    path("new/", companies.create, name="create"),
    path("deleted/", companies.deleted, name="deleted"),
    path("export/", companies.export, name="export"),
    path("duplicates/", suggestions.of_company, name="duplicates"),
    path("suggest/", suggestions.companies, name="suggest"),
    path("<int:pk>/", companies.detail, name="detail"),
    path("<int:pk>/head/", companies.head, name="head"),
    path("<int:pk>/facts/", companies.facts, name="facts"),
    path("<int:pk>/edit/", companies.edit, name="edit"),
    path("<int:pk>/delete/", companies.delete, name="delete"),
    path("<int:pk>/restore/", companies.restore, name="restore"),
    path("<int:pk>/history/", companies.history, name="history"),
    path("<int:pk>/history/restore/", companies.restore_value, name="restore_value"),
]

urlpatterns = [
    path("customers/", include((customer_urls, "customers"))),
    path("companies/", include((company_urls, "companies"))),
    path("orders/", include("customers.urls_orders")),
    path("search/", include("customers.urls_search")),
]
