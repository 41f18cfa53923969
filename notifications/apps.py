"""Start-up of the app."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
