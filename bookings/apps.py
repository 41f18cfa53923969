"""Start-up of the app."""

from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "bookings"

    def ready(self) -> None:
        from bookings import staffing

        staffing.declare()
