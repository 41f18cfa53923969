"""Start-up of the wiring: pages and commands that belong to no domain."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from allauth.mfa import signals

        from config.entrance import second_factor

        signals.authenticator_added.connect(second_factor.count_as_given, dispatch_uid="second_factor")
