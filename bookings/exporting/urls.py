"""The addresses of the export, behind the admin's door."""

from django.contrib import admin
from django.urls import path

from bookings.exporting import views

urlpatterns = [
    path("", admin.site.admin_view(views.export), name="export"),
    path("everything/", admin.site.admin_view(views.whole), name="export-everything"),
    path("<slug:code>/", admin.site.admin_view(views.file), name="export-file"),
]
