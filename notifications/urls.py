from __future__ import annotations

from django.urls import path

from notifications import browser_views, views

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
    # browsers that are reached without a page of Rapport
    path("notifications/browsers/", browser_views.index, name="browsers"),
    path("notifications/browsers/key/", browser_views.browser_key, name="browser_key"),
    path("notifications/browsers/keep/", browser_views.keep_browser, name="keep_browser"),
    path("notifications/browsers/leave/", browser_views.leave_browser, name="leave_browser"),
    path("notifications/browsers/<int:pk>/remove/", browser_views.remove_browser, name="remove_browser"),
    # what one hears of a record
    path("notifications/about/<str:label>/<int:pk>/", views.attending, name="attending"),
    path("notifications/about/<str:label>/<int:pk>/choose/", views.attention, name="attention"),
    path("notifications/about/<str:label>/<int:pk>/here/", views.here, name="here"),
    # /settings/notifications/
    path("settings/notifications/", views.settings, name="settings"),
]
