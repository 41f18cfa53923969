"""A place's own words: checked before they are saved, seen before they are sent, no danger to a booking."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import Permission, User
from django.db import transaction
from django.test import Client
from playwright.sync_api import expect

from bookings import letter_facts, messages, placeholders, processing
from bookings.letters import compose
from bookings.models import Booking, MessageText
from bookings.previews import OF_STAFF
from bookings.text_forms import EDITABLE, MessageTextForm
from notifications import kinds, work
from notifications.models import Delivery
from operations.workflow import WORKER
from tests.desk.staff import client
from tests.factories import BookingFactory, EnquiryFactory, LocationFactory, ServiceFactory, WaitEntryFactory
from tests.misbehaving_smtp import MisbehavingSMTP
from tests.notifications.conftest import server
from tests.pages.test_browser import browser_context_args, page
from tests.pages.visitor import Page

__all__ = ["browser_context_args", "page", "server"]
pytestmark = pytest.mark.django_db

ADD = "/admin/bookings/messagetext/add/"
PREVIEW = "/admin/bookings/messagetext/preview/"
WORDS = {
    "subject": "Bis bald, {name}!",
    "intro": "Wir freuen uns auf {service} um {time}.\n\nBitte {{pünktlich}}.",
}


@pytest.fixture
def place():
    return LocationFactory(slug="salon", name="Salon Kiez", locale="de")


def typed(place, **changes):
    return {"location": place.pk, "kind": "confirmation", "language": "de"} | WORDS | changes


def own_text(place, **changes):
    return MessageText.objects.create(**typed(place, location=place) | changes)


def accepted(place):
    return BookingFactory(
        service=ServiceFactory(location=place, name="Schnitt"), accepted=True, name="Ada & Co"
    )


def letter_about(booking, kind="confirmation"):
    with transaction.atomic():
        delivery = messages.tell(booking, kind, WORKER)
    assert delivery
    return compose(delivery)


def errors(place, **changes):
    return MessageTextForm(typed(place, **changes)).errors


def test_a_letter_says_it_in_the_place_s_own_words_and_keeps_the_facts(place):
    own_text(place)
    booking = accepted(place)
    letter = letter_about(booking)

    assert letter.subject == "Bis bald, Ada & Co!"
    assert "Wir freuen uns auf Schnitt um " in letter.text
    assert "Bitte {pünktlich}." in letter.text
    assert '<div lang="de">' in letter.html
    assert "Bis bald, Ada &amp; Co!" in letter.html
    for body in (letter.text, letter.html):
        assert "expects you" not in body
        assert booking.reference in body
        assert f"/b/{booking.token}/" in body


def test_a_text_is_for_its_kind_and_its_place_only(place):
    own_text(place)

    assert "expects you" in letter_about(accepted(LocationFactory())).text
    assert "Bis bald" not in letter_about(accepted(place), "link_sent_again").text


def test_the_reader_s_language_comes_before_the_place_s(place):
    own_text(place)
    own_text(place, language="en", subject="See you, {name}", intro="")
    letter = letter_about(accepted(place))

    assert letter.subject == "See you, Ada & Co"
    assert "Salon Kiez expects you." in letter.text


def test_what_is_not_true_any_more_is_not_said_in_anybody_s_words(place):
    own_text(place)
    booking = BookingFactory(service=ServiceFactory(location=place), cancelled=True)

    assert "Bis bald" not in letter_about(booking).subject


@pytest.mark.parametrize(
    "wrong",
    [
        *("{nmae}", "{name", "name}", "{}", "{ name }", "{name.upper}", "{name!r}", "{name:>9}", "{0}"),
        *("{booking.token}", "{settings}", "{{name}", "{name}}", "{a{name}b}", "{NAME}"),
    ],
)
def test_what_cannot_be_filled_in_is_refused_with_what_can(place, wrong):
    for field in ("subject", "intro"):
        found = errors(place, **{field: f"Hello {wrong}"})
        assert "cannot be filled in" in found[field][0]
        assert "{reference}" in found[field][0]


def test_template_code_is_only_text(place):
    own_text(place, intro="{% if 1 %}{{{{ booking.token }}}}".replace("{%", "{{%").replace("%}", "%}}"))
    letter = letter_about(accepted(place))

    assert "{% if 1 %}{{ booking.token }}" in letter.text


@pytest.mark.parametrize("kind", EDITABLE)
def test_every_name_on_offer_is_filled_in(place, kind):
    if kind == "wait_list_joined":
        subject = WaitEntryFactory(service__location=place)
    else:
        subject = EnquiryFactory(location=place) if kind.startswith("enquiry_") else accepted(place)

    assert letter_facts.values(subject, "en").keys() == letter_facts.names(kind)


def test_names_of_enquiries_are_not_those_of_bookings(place):
    assert errors(place, intro="{answer}")
    assert not errors(place, kind="enquiry_answered", subject="", intro="{answer}")


def test_every_kind_that_customers_get_can_be_written_anew():
    told_to_staff = {"channel_test", *OF_STAFF}

    assert {code for code in kinds.kinds() if "parcel" not in code} - told_to_staff == set(EDITABLE)


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "", "intro": ""},
        {"subject": "two\nlines"},
        {"subject": "x" * 151},
        {"intro": "x" * 4001},
        {"intro": "control \x07"},
        {"kind": "staff_request_waiting"},
        {"language": "xx"},
        {"location": 0},
    ],
)
def test_what_makes_no_message_is_refused(place, changes):
    assert errors(place, **changes)


def test_one_text_per_place_kind_and_language(place):
    own_text(place)

    assert errors(place)


def test_staff_write_a_text_in_the_admin(place):
    owner = client("owner")
    refused = Page(owner.post(ADD, typed(place, intro="{nmae}")), ADD)
    assert "cannot be filled in" in refused.text
    assert owner.post(ADD, typed(place)).status_code == 302

    assert MessageText.objects.get().subject == WORDS["subject"]


def test_a_text_broken_behind_the_form_s_back_fails_its_own_message_only(server: MisbehavingSMTP, place):
    own_text(place, intro="{nobody_knows}")
    booking = BookingFactory(service=ServiceFactory(location=place))
    with transaction.atomic():
        processing.accept(Booking.objects.get(pk=booking.pk), WORKER)
        other = messages.tell(booking, "link_sent_again", WORKER)
    work.drain()

    assert other
    broken = Delivery.objects.get(kind="confirmation")
    assert (broken.status, broken.failure_class) == ("pending", "bug")
    assert "{nobody_knows}" in broken.failure_text
    assert Delivery.objects.get(pk=other.pk).status == "done"
    assert Booking.objects.get().status == "accepted"


@pytest.mark.parametrize("kind", [*EDITABLE, *OF_STAFF])
@pytest.mark.parametrize("has_data", [True, False])
def test_every_kind_can_be_seen_beforehand(place, kind, has_data):
    if has_data:
        BookingFactory(service=ServiceFactory(location=place, by_payment=True), waiting_for_payment=True)
        EnquiryFactory(location=place)
    before = list(Booking.objects.values())
    owner = client("owner")
    query = f"?location=salon&kind={kind}"
    page = Page(owner.get(PREVIEW + query), PREVIEW)
    framed = owner.get(f"{PREVIEW}html/{query}")

    assert (page.status, framed.status_code) == (200, 200)
    assert "Nobody gets this." in page.text
    assert "sandbox" in framed["Content-Security-Policy"]
    assert framed["X-Frame-Options"] == "SAMEORIGIN"
    assert b"Salon Kiez" in framed.content
    assert "as_it_stands" not in page.text
    assert "This is how your booking stands now" not in page.text
    assert list(Booking.objects.values()) == before
    assert not Delivery.objects.exists()


def test_a_preview_shows_the_newest_fitting_booking(place):
    BookingFactory(service=ServiceFactory(location=place), cancelled=True, name="Eve")
    booking = accepted(place)
    BookingFactory(service=ServiceFactory(location=place), name="Eve", failed=True, starts_at=booking.ends_at)
    page = Page(client("owner").get(f"{PREVIEW}?location=salon&kind=confirmation"), "")

    assert booking.reference in page.text
    assert "BEGIN:VCALENDAR" in page.text


def test_a_draft_is_seen_before_it_is_saved(place):
    accepted(place)
    own_text(place, subject="Saved")
    owner = client("owner")
    led = owner.post(PREVIEW, typed(place, subject="Draft for {name}"))
    assert led.status_code == 303
    page = Page(owner.get(led["Location"]), "")
    framed = owner.get(led["Location"].replace("preview/", "preview/html/"))

    assert "Not saved." in page.text
    assert "Draft for Ada & Co" in page.text
    assert "Draft for Ada &amp; Co" in framed.content.decode()
    assert MessageText.objects.get().subject == "Saved"


def test_a_draft_that_cannot_be_filled_in_says_so(place):
    page = Page(client("owner").post(PREVIEW, typed(place, intro="{nmae}")), PREVIEW)

    assert page.status == 422
    assert "“{nmae}” cannot be filled in" in page.text


def test_a_saved_text_that_is_broken_is_said_to_fail(place):
    own_text(place, intro="{nobody_knows}")
    page = Page(client("owner").get(f"{PREVIEW}?location=salon&kind=confirmation"), PREVIEW)

    assert "The message would fail." in page.text


@pytest.mark.parametrize("query", ["", "?location=salon", "?location=x&kind=moved", "?location=salon&kind=x"])
def test_what_does_not_exist_cannot_be_seen(place, query):
    assert client("owner").get(PREVIEW + query).status_code == 404
    assert client("operator").get(f"{PREVIEW}?location=salon&kind=moved&draft=gone").status_code == 404


@pytest.mark.parametrize("path", [PREVIEW, f"{PREVIEW}html/", "/admin/bookings/messagetext/previews/"])
def test_whoever_may_not_see_texts_sees_no_previews(place, path):
    asked = f"{path}?location=salon&kind=moved"

    assert client("newcomer").get(asked).status_code == 403
    assert client("customer").get(asked).status_code == 302
    assert Client().get(asked).status_code == 302


def test_whoever_may_not_see_bookings_sees_made_up_ones(place):
    booking = accepted(place)
    writer = User.objects.create_user("writer", is_staff=True)
    writer.user_permissions.add(Permission.objects.get(codename="view_messagetext"))
    browser = Client()
    browser.force_login(writer)
    page = Page(browser.get(f"{PREVIEW}?location=salon&kind=confirmation"), PREVIEW)

    assert "made-up data" in page.text
    assert booking.reference not in page.text


def test_the_list_of_previews_leads_to_each(place):
    owner = client("owner")
    page = Page(owner.get("/admin/bookings/messagetext/previews/"), "")
    links = [link for link in page.links if "kind=" in link]

    assert len(links) == len(EDITABLE) + len(OF_STAFF)
    assert (
        "/admin/bookings/messagetext/previews/" in Page(owner.get("/admin/bookings/messagetext/"), "").links
    )


def test_braces_are_doubled_to_stay():
    assert placeholders.fill("{{a}} {b}", {"b": "{a}"}) == "{a} {a}"


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_somebody_writes_a_text_and_looks_at_it(page, context, live_server, place):
    accepted(place)
    session = client("owner").cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.goto(ADD)
    page.get_by_label("Location:").select_option("Salon Kiez")
    page.get_by_label("Kind:").select_option("Confirmation")
    page.get_by_label("Language:").select_option("German")
    page.get_by_label("Subject:").fill(WORDS["subject"])
    page.get_by_label("Beginning:").fill(WORDS["intro"])
    with context.expect_page() as opened:
        page.get_by_role("button", name="Preview").click()
    shown = opened.value
    expect(shown.get_by_text("Not saved.")).to_be_visible()
    letter = shown.frame_locator("iframe.letter")
    expect(letter.get_by_text("Wir freuen uns auf Schnitt um")).to_be_visible()
    colour = "getComputedStyle(document.querySelector('.button')).backgroundColor"
    assert shown.frames[1].evaluate(colour) == "rgb(15, 92, 74)"
    report = Axe().run(shown, options={"iframes": False})
    assert not report.violations_count, report.generate_report()

    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was added successfully")).to_be_visible()
