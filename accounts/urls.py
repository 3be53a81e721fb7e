from __future__ import annotations

from django.urls import path

from accounts import profile_views, team_views, views

app_name = "accounts"

urlpatterns = [
    path("settings/", profile_views.settings, name="settings"),
    path("settings/access/", profile_views.own_access, name="own_access"),
    path("settings/theme/", profile_views.theme, name="theme"),
    path("settings/end-sessions/", profile_views.end_sessions, name="end_sessions"),
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
