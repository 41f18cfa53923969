"""Start-up of the recovery kernel."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OperationsConfig(AppConfig):
    name = "operations"
    verbose_name = _("Recovery")

    def ready(self) -> None:
        from operations import checks, own_conditions, own_work, roles  # noqa: F401 - they register what the kernel itself has
        from operations.campaigns import conditions  # noqa: F401

        roles.observe()
