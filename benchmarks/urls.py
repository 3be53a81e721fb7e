from __future__ import annotations

from django.urls import path

from benchmarks.floor import floor
from crm.urls import handler400, handler403, handler404, handler429, handler500
from crm.urls import urlpatterns as product

__all__ = ["handler400", "handler403", "handler404", "handler429", "handler500", "urlpatterns"]

urlpatterns = [path("floor/", floor, name="floor"), *product]
