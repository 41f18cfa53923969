"""Start-up of the wiring: pages and commands that belong to no domain."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"
