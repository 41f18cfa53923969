"""Start-up of the app."""

from django.apps import AppConfig
from django.db.models.signals import post_save
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = _("Messages")

    def ready(self) -> None:
        from notifications import checks, incident_words  # noqa: F401 - they register themselves
        from notifications.webhooks import announcing

        announcing.observe()
        post_save.connect(
            announcing.forget_listeners, sender="notifications.WebhookEndpoint", dispatch_uid="listeners"
        )
