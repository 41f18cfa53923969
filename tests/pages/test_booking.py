"""A form becomes one booking, and every other answer keeps what was typed."""

import re
import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from django.core import signing
from django.utils import timezone

from bookings.models import Booking
from operations import intents
from tests.factories import BookingFactory, ResourceFactory, SessionFactory
from tests.pages.conftest import ADA
from tests.pages.visitor import Page, Visitor

pytestmark = pytest.mark.django_db

UNSIGNED = "7c0e2a52-6d0c-4b39-9c53-3f6d0a1b8e21"  # the same in every process that collects the tests


def start_of(form):
    return datetime.fromisoformat(form if isinstance(form, str) else form.fields["start"])


def keeps(page: Page, **changed) -> bool:
    """Whether the page's form holds what Ada typed."""
    return {name: page.form().fields[name] for name in ADA} == ADA | changed


def test_a_form_leads_to_the_bookings_own_page(visitor, form):
    response = visitor.post(form)
    booking = Booking.objects.get()
    assert (response.status_code, response["Location"]) == (303, f"/b/{booking.token}/")
    assert (booking.name, booking.email, booking.phone, booking.notes) == tuple(ADA.values())
    assert f'data-status="{booking.status}"' in visitor.open(response["Location"]).html


def test_the_same_form_again_gives_the_same_booking_and_says_so(visitor, form):
    first, again = visitor.post(form), visitor.send(form)
    assert Booking.objects.count() == 1
    assert again.path.startswith(first["Location"])
    assert "Nothing was booked twice." in again.text


def test_the_form_of_another_browser_with_the_same_number_gives_the_same_booking(visitor, form):
    first = visitor.post(form)
    other = Visitor()
    token = other.open("/find/").form().fields["csrfmiddlewaretoken"]
    assert other.post(form, csrfmiddlewaretoken=token)["Location"].startswith(first["Location"])


def test_a_number_that_is_used_survives_its_age(visitor, form):
    first = visitor.post(form)
    with time_machine.travel(timezone.now() + timedelta(hours=25), tick=False):
        assert visitor.post(form)["Location"].startswith(first["Location"])


def test_a_service_that_was_withdrawn_meanwhile_refuses_what_is_new_and_remembers_what_was(
    visitor, service, form
):
    first = visitor.post(form)
    service.is_active = False
    service.save()
    assert visitor.post(form)["Location"].startswith(first["Location"])
    page = visitor.send(form, request_id=intents.issue(), email="bob@example.com")
    assert page.status == 422
    assert "not offered at the moment" in page.text
    assert keeps(page, email="bob@example.com")
    assert visitor.open("/salon/cut/").status == 404


def test_a_form_that_was_sent_leads_to_its_booking_whatever_the_place_asks_for_by_now(visitor, service, form):
    first = visitor.post(form, phone="", notes="")
    service.requires_phone = service.requires_notes = True
    service.save()

    assert visitor.post(form, phone="", notes="")["Location"].startswith(first["Location"])
    assert visitor.post(form, phone="", notes="", name="Bob").status_code == 409
    assert Booking.objects.count() == 1


def test_a_taken_time_is_refused_with_everything_typed_and_the_nearest_free_ones(visitor, form):
    visitor.post(form)
    late = Visitor()
    token = late.open("/find/").form().fields["csrfmiddlewaretoken"]
    page = late.send(form, csrfmiddlewaretoken=token, request_id=intents.issue(), email="bob@example.com")
    assert page.status == 409
    assert keeps(page, email="bob@example.com")
    assert "This time has just been taken" in page.text
    assert len(page.times) >= 6
    page = late.send(page.form("/book/"), start=page.form("/book/").choices["start"][0])
    assert page.status == 200
    assert Booking.objects.count() == 2


def test_without_a_script_other_times_keep_what_was_typed_so_far(visitor, form):
    page = visitor.send(form, step="times", email="")
    kept = page.form("/book/")

    assert (page.status, Booking.objects.exists()) == (200, False)
    assert {name: kept.fields[name] for name in ADA} == ADA | {"email": ""}
    assert form.fields["start"] in kept.choices["start"]
    assert "Please check" not in page.text
    assert "not free" not in page.text
    visitor.send(kept, start=kept.choices["start"][-1], email=ADA["email"])
    assert Booking.objects.get().starts_at == datetime.fromisoformat(kept.choices["start"][-1])


def with_lena(service, form):
    """The form for Mehmet, who is taken meanwhile while Lena is not."""
    ResourceFactory(location=service.location, slug="lena", name="Lena", position=1)
    mehmet = service.location.resources.get(slug="mehmet")
    BookingFactory(service=service, resource=mehmet, starts_at=start_of(form))
    return replace(form, fields=form.fields | {"resource": "mehmet"})


def test_a_taken_time_is_offered_with_somebody_else_before_other_times(visitor, service, form):
    page = visitor.send(with_lena(service, form))
    assert page.status == 409
    assert page.text.index("The same time is still free") < page.text.index("The nearest free times")
    [choice] = re.findall(r'name="with" value="([^"]+)"', page.html)

    other = visitor.send(page.form("/book/"), **{"with": choice})
    assert (other.status, Booking.objects.filter(name=ADA["name"]).count()) == (200, 0)
    assert keeps(other)
    assert "With Lena" in other.text

    assert visitor.send(other.form("/book/")).status == 200
    booking = Booking.objects.get(name=ADA["name"])
    assert (booking.resource.slug, booking.starts_at) == ("lena", start_of(form))


def test_a_form_opened_for_a_taken_time_offers_somebody_else_too(visitor, service, form):
    start = with_lena(service, form).fields["start"]
    page = visitor.open(f"/salon/cut/book/?{urlencode({'start': start, 'resource': 'mehmet'})}")
    assert re.search(r'name="with" value="[^"]+ lena"', page.html)


@pytest.mark.parametrize("choice", ["", " ", "x", "x lena", "\x00 \x00"])
def test_an_odd_choice_of_somebody_else_books_nothing(visitor, service, form, choice):
    assert visitor.send(form, **{"with": choice}).status in (200, 400)
    assert not Booking.objects.exists()


def test_the_number_of_a_refused_form_may_be_used_again(visitor, service, form):
    BookingFactory(session=SessionFactory(service=service, starts_at=start_of(form)))
    page = visitor.send(form)
    assert page.status == 409
    assert page.form("/book/").fields["request_id"] == form.fields["request_id"]


def test_another_time_under_the_same_number_is_a_question(visitor, form, tomorrow):
    first = visitor.post(form)
    other = visitor.open(f"/salon/cut/?date={tomorrow}").times[3]
    start = visitor.open(other).form("/book/").fields["start"]
    page = visitor.send(form, start=start)
    assert page.status == 409
    assert first["Location"] in page.links
    moved = visitor.send(page.form("/move/"))
    assert moved.path == first["Location"]
    assert Booking.objects.get().starts_at == start_of(start)


def test_a_second_booking_takes_a_second_press(visitor, form, tomorrow):
    visitor.post(form)
    other = visitor.open(f"/salon/cut/?date={tomorrow}").times[3]
    page = visitor.send(form, start=visitor.open(other).form("/book/").fields["start"])
    page = visitor.send(page.form("/book/"))
    assert (page.status, Booking.objects.count()) == (200, 2)


def test_the_question_does_not_repeat_what_the_first_form_said_about_its_person(visitor, form):
    visitor.post(form)
    page = visitor.send(form, name="Eve", email="eve@example.com")
    assert page.status == 409
    assert ADA["email"] not in page.html
    assert "eve@example.com" in page.html


def test_the_same_person_and_time_under_another_number_is_asked(visitor, service, form):
    ResourceFactory(location=service.location, slug="lena", name="Lena")
    visitor.post(form)
    page = visitor.send(form, request_id=intents.issue())
    assert page.status == 409
    assert "Book it twice?" in page.text
    assert Booking.objects.get().token not in page.html
    assert visitor.send(page.form("/book/")).status == 200
    assert Booking.objects.count() == 2


@pytest.mark.parametrize("wrong", [{"email": "ada"}, {"request_id": "x"}])
def test_another_language_after_an_answer_keeps_the_time_and_tells_the_address_nothing_typed(
    visitor, form, wrong
):
    page = visitor.send(form, resource="mehmet", **wrong)
    link = next(link for link in page.links if link.startswith("/language/"))
    again = visitor.open(visitor.open(link).form("/language/").fields["next"])

    assert again.form("/book/").fields["start"] == form.fields["start"]
    assert again.form("/book/").fields["resource"] == "mehmet"
    assert "ada" not in again.path.lower()


@pytest.mark.parametrize("number", ["", "nonsense", UNSIGNED, f"{UNSIGNED}:abc:def", "\0"])
def test_a_forged_number_gives_the_form_back_with_a_new_one(visitor, form, number):
    page = visitor.send(form, request_id=number)
    assert page.status == 400
    assert keeps(page)
    intents.read(page.form("/book/").fields["request_id"], "web:book")
    assert not Booking.objects.exists()


def test_an_old_unused_number_asks_to_confirm_with_a_new_one(visitor, form):
    with time_machine.travel(timezone.now() - timedelta(hours=25)):
        old = signing.TimestampSigner(salt=intents.SALT).sign(str(uuid.uuid4()))
    page = visitor.send(form, request_id=old)
    assert page.status == 409
    assert "Please confirm" in page.text
    assert keeps(page)
    assert visitor.send(page.form("/book/")).status == 200


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("name", "", "enter your name"),
        ("name", "x" * 10_000, "shorten the name"),
        ("name", "Ada\0Lovelace", "control character"),
        ("name", "Ada\x1b[31m", "control character"),
        ("name", "Ada \u202eecalevoL", "invisible character"),
        ("name", "\u200b\u200d", "nothing that can be read"),
        ("name", "Ada\nLovelace", "on one line"),
        ("email", "", "enter your e-mail"),
        ("email", "ada", "like name@example.com"),
        ("email", "ada@example.com\nBcc: eve@example.com", "on one line"),
        ("email", "ada@example.com\r\n", "on one line"),
        ("phone", "1" * 50, "shorten the telephone"),
        ("notes", "x" * 3000, "shorten this"),
        ("start", "", "which time"),
        ("start", "tomorrow at nine", "which time"),
        ("start", "2027-01-05T09:00:00", "which time"),
        ("start", "2027-01-05T09:00:00+25:00", "which time"),
        ("start", "0001-01-01T00:00:00+14:00", "which time"),
        ("start", "9999-12-31T23:59:59-14:00", "which time"),
        ("start", "\0", "which time"),
        ("resource", "nobody", "Nobody of that name"),
        ("resource", "\0", "Null characters are not allowed"),
    ],
)
def test_bad_input_is_explained_and_everything_is_kept(visitor, form, field, value, says):
    page = visitor.send(form, **{field: value})
    assert page.status == 422
    assert says in page.text
    sent = form.fields | {field: value}
    kept = page.form("/book/").fields
    assert {name: kept[name].replace("\r", "") for name in ADA} == {
        name: sent[name].replace("\r", "") for name in ADA
    }
    assert kept["request_id"] == form.fields["request_id"]
    assert not Booking.objects.exists()


@pytest.mark.parametrize(
    "name", ["Zoë O’Brien-Ćosić", "区民 太郎", "राम बहादुर", "عمر", "Dr. José d'Ávila", "Ⅷ 👩‍🚀"]
)
def test_a_name_may_be_of_any_script(visitor, form, name):
    page = visitor.send(form, name=name)
    assert page.status == 200
    assert Booking.objects.get().name == name
    assert name in page.text


@pytest.mark.parametrize(
    ("shift", "says"),
    [
        ({"days": -9}, "passed"),
        ({"days": 400}, "days ahead"),
        ({"hours": 14}, "closed"),
        ({"minutes": 7}, "exactly"),
    ],
)
def test_a_time_outside_the_rules_is_refused_with_others(visitor, form, shift, says):
    page = visitor.send(form, start=(start_of(form) + timedelta(**shift)).isoformat())
    assert page.status == 422
    assert says in page.text
    assert keeps(page)
    assert page.times
    assert not Booking.objects.exists()


def test_the_same_instant_in_another_offset_is_the_same_start(visitor, form):
    page = visitor.send(form, start=start_of(form).astimezone(timezone.get_fixed_timezone(345)).isoformat())
    assert page.status == 200
    assert Booking.objects.get().starts_at == start_of(form)


def test_a_plus_that_nobody_escaped_is_understood(visitor, form):
    page = visitor.open("/salon/cut/book/?start=" + form.fields["start"].replace("+", " "))
    assert page.status == 200


@pytest.mark.parametrize(
    ("start", "status"), [("", 400), ("nonsense", 400), ("2020-01-05T09:00:00%2B01:00", 422)]
)
def test_a_form_for_no_time_explains_and_leads_to_others(visitor, service, start, status):
    page = visitor.open(f"/salon/cut/book/?start={start}")
    assert page.status == status
    assert page.times or "/salon/cut/" in page.links


def test_a_form_for_a_taken_time_says_so_before_anything_is_typed(visitor, form):
    visitor.post(form)
    page = Visitor().open("/salon/cut/book/?start=" + form.fields["start"].replace("+", "%2B"))
    assert "not free any more" in page.text
    assert page.times


def test_a_wish_for_a_person_is_kept(visitor, service, tomorrow):
    ResourceFactory(location=service.location, slug="lena", name="Lena", position=1)
    page = visitor.open(f"/salon/cut/?resource=lena&date={tomorrow}")
    filled = visitor.open(page.times[0]).form("/book/")
    visitor.send(filled, **ADA)
    booking = Booking.objects.get()
    assert (str(booking.resource), booking.wants_resource) == ("Lena", True)


def test_a_service_may_insist_on_telephone_and_notes(visitor, service, form):
    service.requires_phone = service.requires_notes = True
    service.save()
    page = visitor.send(form, phone="", notes=" ")
    assert page.status == 422
    assert "telephone number" in page.text
    assert "what we should know" in page.text
