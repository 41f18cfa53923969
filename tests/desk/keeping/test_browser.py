"""What is handed out and what is forgotten, in a real browser: nothing for axe, 320 px, light and dark."""

import pytest
from django.urls import reverse

from bookings import customers
from operations import jobs, work
from tests.bookings.test_forgetting import over
from tests.desk.test_browser import SIZES, complaints, findings, log_in
from tests.factories import BookingFactory, DeliveryFactory

__all__ = ["complaints"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def is_clean(page, url, size):
    page.goto(url)
    for folded in page.locator("details").all():
        folded.locator("summary").click()
    assert findings(page) == [], url
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"], url


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_the_pages_are_clean(page, live_server, complaints, size, scheme):
    booking = BookingFactory(accepted=True)
    DeliveryFactory(booking=over(), dead=True)
    over()
    jobs.declare(work.jobs().values())
    page.set_viewport_size(SIZES[size])
    page.emulate_media(color_scheme=scheme)
    log_in(page, live_server)

    export = reverse("admin:desk_export", args=["bookings.booking", booking.pk])
    customers.collect()
    customer = customers.find(booking.email)
    pages = (
        export,
        reverse("admin:desk_retention"),
        "/admin/bookings/customer/",
        reverse("admin:bookings_customer_change", args=[customer.pk]),
    )
    for path in pages:
        is_clean(page, f"{live_server.url}{path}", size)
    assert complaints == []


def test_a_case_file_is_handed_out_and_reads_well(page, live_server, tmp_path):
    delivery = DeliveryFactory(dead=True)
    booking = delivery.message.booking
    log_in(page, live_server)
    page.goto(f"{live_server.url}/admin/bookings/booking/{booking.pk}/change/")
    page.get_by_role("link", name="Case file", exact=True).click()
    page.get_by_label("Complete").check()
    page.get_by_label("Why do you need it?").fill("a dispute")

    with page.expect_download() as download:
        page.get_by_role("button", name="Hand it out").click()

    kept = tmp_path / "file.html"
    download.value.save_as(kept)
    page.set_viewport_size({"width": 320, "height": 640})
    is_clean(page, kept.as_uri(), "phone")
    assert page.get_by_text("550 no such user").count() > 0
