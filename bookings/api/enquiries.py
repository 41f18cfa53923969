"""Questions to a location, recorded as safely as bookings."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Router

from bookings import contact
from bookings.api import answers, document, lookup, preconditions, problems, reading, representation
from bookings.api.schemas import EnquiryIn, EnquiryOut
from bookings.api.values import Token
from operations.workflow import Source

router = Router(tags=["Enquiries"])

CREATE = "/enquiries"


@router.post(CREATE, response={201: EnquiryOut}, summary="Ask a question", openapi_extra=document.creation())
def enquire(request: HttpRequest, body: EnquiryIn) -> HttpResponse:
    """Records the question; the place answers by e-mail."""
    key = preconditions.request_id(request, CREATE)
    location, fields = reading.enquiry(body)
    recorded = contact.enquire(key, location=location, source=Source.API, language=location.locale, **fields)
    content = representation.enquiry(recorded.enquiry)
    return answers.answer(
        request,
        content,
        version=content.version,
        status=201,
        is_repeat=recorded.is_repeat,
        location=reverse("api-v1:enquiry", args=[content.token]),
    )


@router.get(
    "/enquiries/{slug:token}",
    response=EnquiryOut,
    url_name="enquiry",
    summary="See an enquiry",
    openapi_extra=document.read(problems.UNKNOWN_ENQUIRY),
)
def show(request: HttpRequest, token: Token) -> HttpResponse:
    """The present state of the question, and the answer once there is one."""
    content = representation.enquiry(lookup.enquiry(token))
    return answers.answer(request, content, version=content.version)
