"""The addresses of an import of customers, which belong to no place, behind the admin's door."""

from django.contrib import admin
from django.urls import path

from bookings.importing import customer_views

urlpatterns = [
    path("", admin.site.admin_view(customer_views.choose), name="import-customers"),
    path("<int:pk>/", admin.site.admin_view(customer_views.show), name="import-customer-rows"),
]
