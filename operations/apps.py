"""Start-up of the recovery kernel."""

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "operations"

    def ready(self) -> None:
        from operations import checks, own_conditions  # noqa: F401 - the system check and the kernel's own conditions
