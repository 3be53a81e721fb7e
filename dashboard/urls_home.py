from __future__ import annotations

from django.urls import path

from dashboard import home

urlpatterns = [path("", home.index, name="home")]
