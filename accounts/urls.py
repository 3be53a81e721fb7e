from __future__ import annotations

from django.urls import path

from accounts import calendar_views, profile_views, team_views, views

app_name = "accounts"

urlpatterns = [
    path("settings/", profile_views.settings, name="settings"),
    path("settings/access/", profile_views.own_access, name="own_access"),
    path("settings/theme/", profile_views.theme, name="theme"),
    path("settings/end-sessions/", profile_views.end_sessions, name="end_sessions"),
    # /settings/working-time/
    path("settings/working-time/", calendar_views.working_time, name="working_time"),
    path("settings/working-time/hours/new/", calendar_views.add, {"kind": "hours"}, name="add_hours"),
    path("settings/working-time/hours/<int:pk>/", calendar_views.edit, {"kind": "hours"}, name="hours"),
    path("settings/working-time/hours/<int:pk>/remove/", calendar_views.remove, {"kind": "hours"}, name="remove_hours"),
    path("settings/working-time/holidays/new/", calendar_views.add, {"kind": "holiday"}, name="add_holiday"),
    path("settings/working-time/holidays/<int:pk>/", calendar_views.edit, {"kind": "holiday"}, name="holiday"),
    path(
        "settings/working-time/holidays/<int:pk>/remove/",
        calendar_views.remove,
        {"kind": "holiday"},
        name="remove_holiday",
    ),
    path("settings/absences/new/", calendar_views.add, {"kind": "absence"}, name="add_absence"),
    path("settings/absences/<int:pk>/", calendar_views.edit, {"kind": "absence"}, name="absence"),
    path("settings/absences/<int:pk>/remove/", calendar_views.remove, {"kind": "absence"}, name="remove_absence"),
    path("settings/put-back/<str:token>/", calendar_views.put_back, name="put_back"),
    # /users/
    path("users/", views.users, name="users"),
    path("users/invite/", views.invite, name="invite"),
    path("users/teams/", team_views.teams, name="teams"),
    path("users/teams/<int:pk>/", team_views.team, name="team"),
    path("users/<int:pk>/", views.user, name="user"),
    path("users/<int:pk>/edit/", views.edit_user, name="edit_user"),
    path("users/<int:pk>/access/", views.access, name="access"),
    path("users/<int:pk>/deactivate/", views.deactivate, name="deactivate"),
    path("users/<int:pk>/reactivate/", views.reactivate, name="reactivate"),
    path("users/<int:pk>/resend-invitation/", views.resend_invitation, name="resend_invitation"),
]
