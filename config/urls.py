"""Which address leads where."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from config import health, metrics
from config.entrance import urls

urlpatterns = [
    path("api/v1/", include("bookings.api.urls")),
    path("admin/password_reset/", urls.FORGOTTEN, name="admin_password_reset"),  # the admin links to it
    path("admin/account/", include("config.entrance.urls")),
    path("admin/calendar/", include("bookings.calendar.urls")),
    path("admin/reports/", include("bookings.reports.urls")),
    path("admin/import/", include("bookings.importing.urls")),
    path("admin/import-customers/", include("bookings.importing.customer_urls")),
    path("admin/export/", include("bookings.exporting.urls")),
    path("admin/hours/", include("bookings.availability.urls")),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", metrics.metrics),
]
if settings.LOCAL_INBOX:
    urlpatterns.append(path("inbox/", include("config.inbox_pages")))
urlpatterns.append(path("", include("bookings.urls")))  # last: a location's slug takes any first word

handler400 = "config.error_pages.bad_request"
handler403 = "config.error_pages.permission_denied"
handler404 = "config.error_pages.not_found"
handler500 = "config.error_pages.server_error"
