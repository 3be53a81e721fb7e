"""The URLs of setting deals up, and of targets; inside `deals`."""

from __future__ import annotations

from django.urls import path

from deals.views import setup

#: under /deals/setup/
setup_urls = [
    path("", setup.index, name="setup"),
    path("pipelines/new/", setup.create, {"kind": "pipelines"}, name="create_pipeline"),
    path("pipelines/<int:pk>/", setup.edit, {"kind": "pipelines"}, name="pipeline"),
    path("pipelines/<int:pk>/stages/new/", setup.create_stage, name="create_stage"),
    path("stages/<int:pk>/", setup.edit, {"kind": "stages"}, name="stage"),
    path("stages/<int:pk>/up/", setup.shift, {"way": "up"}, name="stage_up"),
    path("stages/<int:pk>/down/", setup.shift, {"way": "down"}, name="stage_down"),
    path("stages/<int:pk>/delete/", setup.remove, name="delete_stage"),
    path("reasons/new/", setup.create, {"kind": "reasons"}, name="create_reason"),
    path("reasons/<int:pk>/", setup.edit, {"kind": "reasons"}, name="reason"),
    path("products/", setup.products, name="products"),
    path("products/new/", setup.create, {"kind": "products"}, name="create_product"),
    path("products/<int:pk>/", setup.edit, {"kind": "products"}, name="product"),
]
