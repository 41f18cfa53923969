"""The addresses of imports, behind the admin's door."""

from django.contrib import admin
from django.urls import path

from bookings.importing import views

urlpatterns = [
    path("", admin.site.admin_view(views.places), name="imports"),
    path("<slug:location>/", admin.site.admin_view(views.choose), name="import-file"),
    path("<slug:location>/sample/", admin.site.admin_view(views.sample), name="import-sample"),
    path("<slug:location>/<int:pk>/", admin.site.admin_view(views.show), name="import-rows"),
]
