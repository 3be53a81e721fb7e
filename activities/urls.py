from __future__ import annotations

from django.urls import include, path

from activities import views

activity_urls = [
    path("about/<int:pk>/", views.create, name="create"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/delete/", views.delete, name="delete"),
    path("<int:pk>/restore/", views.restore, name="restore"),
]

urlpatterns = [path("", include((activity_urls, "activities")))]
