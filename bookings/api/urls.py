"""The addresses of the API and who may call them."""

from django.urls import path

from bookings.api import bookings, docs, enquiries, places, providers, refusals, wait_list
from bookings.api.callers import ClientKey
from bookings.api.document import DocumentedAPI
from bookings.api.json_body import StrictJson

api = DocumentedAPI(
    title="Holdfast",
    version="1",
    description="Book, see, move and cancel: each write happens exactly once.",
    urls_namespace="api-v1",
    auth=ClientKey(),
    docs=docs.Page(),
    parser=StrictJson(),
)
refusals.translate(api)
for part in (places, bookings, wait_list, enquiries, providers):
    api.add_router("", part.router)

urlpatterns = [path("", api.urls)]
