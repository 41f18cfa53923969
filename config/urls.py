"""Which address leads where."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from config import health

urlpatterns = [
    path("admin/", admin.site.urls),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
]
if settings.LOCAL_INBOX:
    urlpatterns.append(path("inbox/", include("config.inbox_pages")))
