from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from activities.views import comments, doing, files, reading, writing

on_records = [
    path("", writing.create, name="create"),
    path("choices/", writing.choices, name="choices"),
    path("planned/", reading.planned, name="planned"),
    path("people/", writing.suggest_people, name="people"),
    path("files/", reading.files, name="files"),
    path("upload/", files.upload, name="upload"),
]
on_activities = [
    path("", reading.detail, name="detail"),
    path("edit/", writing.edit, name="edit"),
    path("delete/", writing.delete, name="delete"),
    path("restore/", writing.restore, name="restore"),
    path("finish/", doing.finish, name="finish"),
    path("outcome/", doing.outcome, name="outcome"),
    path("reopen/", doing.reopen, name="reopen"),
    path("snooze/", doing.snooze, name="snooze"),
    path("reschedule/", doing.reschedule, name="reschedule"),
    path("put-back/", doing.put_back, name="put_back"),
    path("pin/", doing.pin, name="pin"),
    path("unpin/", doing.unpin, name="unpin"),
    path("comment/", comments.create, name="comment"),
]
activity_urls: list[URLPattern | URLResolver] = [
    path("new/", writing.plan, name="plan"),
    path("records/", writing.suggest_records, name="records"),
    path("about/<str:kind>/<int:pk>/", include(on_records)),
    path("comments/<int:pk>/", comments.detail, name="comment_detail"),
    path("comments/<int:pk>/edit/", comments.edit, name="comment_edit"),
    path("comments/<int:pk>/delete/", comments.delete, name="comment_delete"),
    path("comments/<int:pk>/restore/", comments.restore, name="comment_restore"),
    path("files/<int:pk>/", files.download, name="file"),
    path("files/<int:pk>/delete/", files.delete, name="file_delete"),
    path("files/<int:pk>/restore/", files.restore, name="file_restore"),
    path("<int:pk>/", include(on_activities)),
]

urlpatterns = [path("", include((activity_urls, "activities")))]
