from __future__ import annotations

from django.contrib import admin

from crm.admin import ReadOnlyAdmin
from notifications.models import Delivery, Notification, Preference, Presence, PushSubscription, Reminded, Subscription

SUBJECT = ("subject_type", "subject_id")


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    list_display = ("at", "user", "kind", *SUBJECT, "read_at")
    list_select_related = ("user",)
    found_by = ("user",)
    raw_id_fields = ("user", "event", "actor")


@admin.register(Preference)
class PreferenceAdmin(ReadOnlyAdmin):
    list_display = ("user", "kind", "in_app", "email", "push")
    list_select_related = ("user",)
    found_by = ("user",)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ("user", "quiet_from", "quiet_to", "digest_at", "digest_on")
    list_select_related = ("user",)
    found_by = ("user",)


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnlyAdmin):
    list_display = ("user", "attention", *SUBJECT, "at")
    list_select_related = ("user",)
    found_by = ("user",)


@admin.register(PushSubscription)
class PushSubscriptionAdmin(ReadOnlyAdmin):
    """Without where it is reached, what opens its messages, and its session: whoever knows them could take part."""

    list_display = ("user", "browser", "created_at", "last_used_at")
    fields = list_display
    list_select_related = ("user",)
    found_by = ("user",)


@admin.register(Presence)
class PresenceAdmin(ReadOnlyAdmin):
    list_display = ("user", *SUBJECT, "at")
    list_select_related = ("user",)
    found_by = ("user",)


@admin.register(Reminded)
class RemindedAdmin(ReadOnlyAdmin):
    list_display = ("label", "until")
    found_by = ("label",)
    ordering = ("label",)
