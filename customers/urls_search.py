from __future__ import annotations

from django.urls import path

from customers.views import search

urlpatterns = [
    path("", search.index, name="search"),
    path("palette/", search.palette, name="search_palette"),
]
