from __future__ import annotations

from django.urls import path

from notifications import views

app_name = "notifications"

urlpatterns = [
    # /notifications/
    path("notifications/", views.index, name="index"),
    path("notifications/bell/", views.bell, name="bell"),
    path("notifications/news/", views.news, name="news"),
    path("notifications/read-all/", views.read_all, name="read_all"),
    path("notifications/undo-read/", views.undo_read, name="undo_read"),
    path("notifications/<int:pk>/read/", views.read, name="read"),
    path("notifications/<int:pk>/unread/", views.unread, name="unread"),
    path("notifications/unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
    # from the root: a service worker may do something for no other pages than those below its own address
    path("sw.js", views.service_worker, name="service_worker"),
    # what one hears of a record
    path("notifications/about/<str:label>/<int:pk>/", views.attending, name="attending"),
    path("notifications/about/<str:label>/<int:pk>/choose/", views.attention, name="attention"),
    path("notifications/about/<str:label>/<int:pk>/here/", views.here, name="here"),
    # /settings/notifications/
    path("settings/notifications/", views.settings, name="settings"),
]
