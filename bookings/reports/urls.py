"""The addresses of reports, beside the desk and behind the same door."""

from django.contrib import admin
from django.urls import path

from bookings.reports import views

urlpatterns = [
    path("", admin.site.admin_view(views.reports), name="reports"),
    path("<slug:code>.csv", admin.site.admin_view(views.table), name="report-table"),
]
