"""A place may have its colour, and everybody can still read its pages and messages."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.exceptions import ValidationError

from bookings import colours
from bookings.letters import write
from bookings.models import Location
from notifications.models import Delivery
from tests.factories import BookingFactory
from tests.pages.conftest import service, tomorrow
from tests.pages.test_browser import browser_context_args, page

__all__ = ["browser_context_args", "page", "service", "tomorrow"]
CONTRAST = {"runOnly": ["color-contrast"], "resultTypes": ["violations"]}
PALE = ("#ffe45e", "#7fd1ff", "#ff9ecf", "#9be89b", "#c9c9c9", "#ff8c42")


def suggested(pale: str) -> str:
    """The colour that the refusal proposes: one that is only just dark enough."""
    with pytest.raises(ValidationError) as refused:
        colours.validate_colour(pale)
    assert refused.value.params
    return str(refused.value.params["darker"])


@pytest.mark.parametrize("text", ["", "green", "#12345", "#1234567", "#12345g", "#1f6b4f;}"])
def test_only_a_colour_is_a_colour(text):
    with pytest.raises(ValidationError):
        colours.validate_colour(text)


@pytest.mark.parametrize("pale", PALE)
def test_a_pale_colour_is_refused_with_one_that_does(pale):
    darker = suggested(pale)

    colours.validate_colour(darker)
    assert colours.contrast(colours._parse(darker), colours.WHITE) >= colours.READABLE


def test_black_on_white_has_the_contrast_of_the_standard():
    assert round(colours.contrast(colours.BLACK, colours.WHITE), 6) == 21
    assert round(colours.contrast(colours._parse("#777777"), colours.WHITE), 2) == 4.48


@pytest.mark.django_db
def test_the_style_sheet_has_each_place_s_colour_for_light_and_dark(client, service):
    Location.objects.filter(slug="salon").update(colour="#8a1f5c")
    response = client.get("/colours.css")
    css = response.content.decode()

    assert response["Content-Type"] == "text/css; charset=utf-8"
    assert '[data-location="salon"] { --accent: #8a1f5c; }' in css
    assert f"light-dark(#8a1f5c, {colours.for_dark('#8a1f5c')})" in css
    assert client.get("/colours.css", headers={"If-None-Match": response["ETag"]}).status_code == 304


@pytest.mark.django_db
def test_what_is_no_colour_never_gets_into_a_style_sheet(client, service):
    Location.objects.filter(slug="salon").update(colour="red;}*{")

    assert "red" not in client.get("/colours.css").content.decode()


@pytest.mark.django_db
def test_only_a_place_with_a_colour_asks_for_it(client, service):
    assert "colours.css" not in client.get("/salon/").content.decode()
    Location.objects.filter(slug="salon").update(colour="#8a1f5c")

    assert "colours.css" in client.get("/salon/").content.decode()


@pytest.mark.django_db
def test_messages_have_the_place_s_colour():
    booking = BookingFactory(accepted=True, service__location__colour="#8a1f5c")
    letter = write(Delivery(kind="confirmation", language="en"), booking)

    assert "#8a1f5c" in letter.html


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_palest_colours_allowed_can_be_read_in_light_and_dark(page, service, tomorrow):
    booking = BookingFactory(service=service, accepted=True)
    paths = (f"/salon/cut/?date={tomorrow}&resource=mehmet", f"/b/{booking.token}/cancel/", "/salon/contact/")
    for pale in PALE:
        colour = suggested(pale)
        Location.objects.filter(slug="salon").update(colour=colour)
        for path in paths:
            page.emulate_media(color_scheme="light", reduced_motion="reduce")
            page.goto(path)
            shown = page.evaluate("getComputedStyle(document.querySelector('.mark')).backgroundColor")
            assert shown == f"rgb({', '.join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))})"
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                report = Axe().run(page, options=CONTRAST)
                assert not report.violations_count, f"{colour} {scheme}\n{report.generate_report()}"
