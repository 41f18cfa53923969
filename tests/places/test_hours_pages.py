"""The pages about hours: what is typed, what it means, whom it hits, and who may."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from bookings import outside
from bookings.availability.week_form import WeekForm
from bookings.models import Absence, Assignment, Booking, Closure, Location
from operations import roles
from operations.repair import RecoveryAttempt
from tests.calendar.attending import staff
from tests.calendar.pages import browser, look, post
from tests.factories import BookingFactory, LocationFactory, ResourceFactory, ServiceFactory, in_a_week

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return browser("boss", roles.OWNER)


def hours(location):
    return reverse("hours", args=[location.slug])


def hours_of(person):
    return reverse("hours-of", args=[person.location.slug, person.slug])


def form_of(client, path, having="was"):
    return look(client, path).form(having=having)


def typed(client, path, **changed):
    """The form of the table, filled in."""
    return post(client, form_of(client, path), shape="week", mode_7="usual", **changed)


def stored(location):
    return Location.objects.get(pk=location.pk).opening_hours


def week(times, days="0123456"):
    return {f"times_{number}": times if number in days else "" for number in "0123456"}


def test_the_table_is_stored_as_text(owner):
    location = LocationFactory(opening_hours="Mo-Su 08:00-20:00")

    answer = typed(owner, hours(location), **week("9-12, 14:00–18:00", "01234"))

    assert (answer.status_code, answer["Location"]) == (303, hours(location))
    assert stored(location) == "Mo-Fr 09:00-12:00,14:00-18:00"
    assert [(entry.user.username, entry.object_repr) for entry in LogEntry.objects.all()] == [
        ("boss", location.name)
    ]


@pytest.mark.parametrize(
    "text",
    ["Mo-Fr 09:00-12:00,14:00-18:00; PH off", "Su-Fr 10:00-16:00", "Mo-Su 20:00-04:00; PH 10:00-12:00"],
)
def test_saving_what_is_shown_changes_nothing(owner, text):
    location = LocationFactory(opening_hours=text)
    form = form_of(owner, hours(location))
    holiday = "off" if "PH off" in text else "own" if "PH" in text else "usual"

    post(owner, form, shape="week", mode_7=holiday)

    assert stored(location) == text


def test_hours_that_no_table_shows_are_shown_as_text_and_kept(owner):
    location = LocationFactory(opening_hours="Mo-Fr 09:00-17:00; Jul-Aug Sa off")
    page = look(owner, hours(location))

    assert "These hours say more than the table can show" in page.text
    post(owner, page.form(having="was"), shape="text", mode_7="usual", text="Mo-Fr 10:00-17:00; Jul-Aug off")

    assert stored(location) == "Mo-Fr 10:00-17:00; Jul-Aug off"


def test_a_mistake_is_said_beside_its_day_and_what_was_typed_stays(owner):
    location = LocationFactory()

    answer = typed(owner, hours(location), **week("mornings", "2"))

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "“mornings” is no time span." in page
    assert 'value="mornings"' in page
    assert stored(location) == location.opening_hours


@pytest.mark.parametrize(
    ("text", "said"),
    [("whenever", "is not OpenStreetMap syntax"), ("Mo off", "says only when it is closed")],
)
def test_written_hours_that_cannot_be_read_are_refused_in_words(owner, text, said):
    location = LocationFactory()

    form = form_of(owner, hours(location))
    answer = post(owner, form, shape="text", mode_7="usual", text=text)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert stored(location) == location.opening_hours


def test_the_preview_names_holidays_and_clock_changes_and_saves_nothing(owner):
    with time_machine.travel(datetime(2027, 3, 22, 9, tzinfo=UTC), tick=False):
        owner = browser("boss", roles.OWNER)
        location = LocationFactory(opening_hours="Mo-Su 08:00-20:00; PH off")
        form = form_of(owner, hours(location))
        asked = form.fields | week("10-12") | {"shape": "week", "mode_7": "off", "preview": "1"}
        text = " ".join(owner.post(form.action, asked).content.decode().split())

    assert "10:00–12:00" in text
    assert "Public holiday: Good Friday" in text
    assert "Clocks go forward by 60 minutes" in text
    assert stored(location) == location.opening_hours


def test_a_script_gets_the_preview_alone(owner):
    location = LocationFactory()
    form = form_of(owner, hours(location))

    fields = form.fields | week("10-12") | {"shape": "week", "mode_7": "usual"}
    answer = owner.post(form.action, fields, headers={"HX-Request": "true"}).content.decode()

    assert "<html" not in answer
    assert answer.count("10:00–12:00") == 14


def test_a_person_works_while_the_place_is_open_with_breaks(owner):
    person = ResourceFactory(location__opening_hours="Mo-Fr 09:00-17:00")
    modes = {f"mode_{number}": "place" if number in "1234" else "off" for number in "0123456"}

    answer = typed(owner, hours_of(person), breaks="12:30 - 13:15", **modes)

    assert answer.status_code == 303, answer.content.decode()[:3000]
    saved = type(person).objects.get()
    assert (saved.hours, saved.breaks) == ("Tu-Fr", ["12:30-13:15"])
    assert "09:00–12:30, 13:15–17:00" in look(owner, hours_of(person)).text


def test_around_the_clock_somebody_works_on_every_day(owner):
    person = ResourceFactory(location=LocationFactory(opening_hours="24/7", country=""))

    page = look(owner, hours_of(person)).text

    assert page.count("00:00–24:00") == 14


def test_bookings_outside_are_shown_before_anything_is_saved(owner):
    booking = BookingFactory(accepted=True, name="Anna Berg")
    location = booking.location

    shown = typed(owner, hours(location), **week("1-2"))

    page = shown.content.decode()
    assert shown.status_code == 409
    assert "Anna Berg" in page
    assert "it is open 01:00–02:00" in page
    assert reverse("staff-booking", args=[location.slug, booking.pk]) in page
    assert stored(location) == location.opening_hours


def answered(client, shown, **decided):
    """Press Save on the page that shows the bookings."""
    from tests.pages.visitor import Page

    form = Page(shown, shown.wsgi_request.path).form(having="_decided")
    return client.post(form.action, form.fields | decided)


def test_what_is_left_stays_valid_and_is_listed(owner):
    booking = BookingFactory(accepted=True, name="Anna Berg")
    before = Booking.objects.filter(pk=booking.pk).values().get()

    answer = answered(owner, typed(owner, hours(booking.location), **week("1-2")))

    assert answer.status_code == 303
    assert stored(booking.location) == "Mo-Su 01:00-02:00"
    assert Booking.objects.filter(pk=booking.pk).values().get() == before
    page = look(owner, hours(booking.location))
    assert "1 booking lies outside the hours" in page.text
    assert list(outside.listed()) == [booking]


def test_a_booking_can_be_cancelled_with_a_reason_as_the_hours_are_saved(owner):
    booking = BookingFactory(accepted=True)
    shown = typed(owner, hours(booking.location), **week("1-2"))

    silent = answered(owner, shown, **{f"fate-{booking.pk}": "cancel"})
    assert silent.status_code == 422
    assert stored(booking.location) == booking.location.opening_hours

    told = {f"fate-{booking.pk}": "cancel", "reason_to_cancel": "We close earlier."}
    assert answered(owner, shown, **told).status_code == 303

    ended = Booking.objects.get(pk=booking.pk)
    assert (ended.status, ended.cancel_reason) == ("cancelled", "We close earlier.")
    assert ended.messages.filter(delivery__kind="cancelled_by_staff").count() == 1
    assert stored(booking.location) == "Mo-Su 01:00-02:00"


def ways(page, booking):
    """The times that the page offers to move a booking to."""
    values = re.findall(rf'name="fate-{booking.pk}" value="move ([^" ]+)', page.content.decode())
    return [datetime.fromisoformat(value) for value in values]


def test_a_booking_can_be_moved_to_a_time_of_the_new_hours_as_they_are_saved(owner):
    booking = BookingFactory(accepted=True)
    zone = booking.location.zone

    shown = typed(owner, hours(booking.location), **week("1-2"))
    offered = ways(shown, booking)
    assert {start.astimezone(zone).hour for start in offered} == {1}
    assert stored(booking.location) == booking.location.opening_hours

    answer = answered(owner, shown, **{f"fate-{booking.pk}": f"move {offered[0].isoformat()}"})

    moved = Booking.objects.get(pk=booking.pk)
    assert answer.status_code == 303
    assert moved.starts_at == offered[0]
    assert moved.messages.filter(delivery__kind="moved").count() == 1
    assert not outside.listed()


def test_two_bookings_are_not_moved_to_one_time(owner):
    first = BookingFactory(accepted=True)
    second = BookingFactory(
        service=first.service, starts_at=first.starts_at + timedelta(hours=1), accepted=True
    )
    shown = typed(owner, hours(first.location), **week("1-2"))
    same = ways(shown, first)[0].isoformat()

    fates = {f"fate-{each.pk}": f"move {same}" for each in (first, second)}
    seen = [f"{each.pk}-{each.version}" for each in (first, second)]

    answer = answered(owner, shown, seen=seen, **fates)

    assert [each.pk for each in outside.listed()] == [second.pk]
    assert f"{second.reference} was not moved" in owner.get(answer["Location"]).content.decode()


def test_a_move_to_no_time_at_all_leaves_the_booking(owner):
    booking = BookingFactory(accepted=True)
    shown = typed(owner, hours(booking.location), **week("1-2"))

    answered(owner, shown, **{f"fate-{booking.pk}": "move soon"})

    assert [each.pk for each in outside.listed()] == [booking.pk]


def test_a_name_that_no_database_could_look_for_is_no_error(owner):
    booking = BookingFactory(accepted=True)
    shown = typed(owner, hours(booking.location), **week("1-2"))
    there = f"move {ways(shown, booking)[0].isoformat()} a\x00"

    assert answered(owner, shown, **{f"fate-{booking.pk}": there}).status_code == 303


def test_a_booking_that_came_since_is_shown_too(owner):
    booking = BookingFactory(accepted=True)
    shown = typed(owner, hours(booking.location), **week("1-2"))
    BookingFactory(
        service=booking.service, starts_at=booking.starts_at + timedelta(hours=1), name="Late", accepted=True
    )

    answer = answered(owner, shown)

    assert answer.status_code == 409
    assert "Late" in answer.content.decode()
    assert stored(booking.location) == booking.location.opening_hours


def test_whoever_saves_from_an_old_page_is_told_what_is_stored_now(owner):
    location = LocationFactory()
    form = form_of(owner, hours(location))
    Location.objects.filter(pk=location.pk).update(opening_hours="Mo-Fr 07:00-08:00")

    answer = post(owner, form, shape="week", mode_7="usual", **week("10-12"))

    assert answer.status_code == 409
    assert "Mo-Fr 07:00-08:00" in answer.content.decode()
    assert stored(location) == "Mo-Fr 07:00-08:00"


def test_saving_twice_with_one_form_saves_once(owner):
    location = LocationFactory()
    form = form_of(owner, hours(location))

    for _press in range(2):
        assert post(owner, form, shape="week", mode_7="usual", **week("10-12")).status_code == 303

    assert LogEntry.objects.count() == 1


def away(client, path, **fields):
    form = form_of(client, path, having="first")
    return post(client, form, **({"first": "2027-02-01", "last": "2027-02-02"} | fields))


def test_an_absence_of_whole_days_in_the_time_of_the_place(owner):
    person = ResourceFactory(location__time_zone="Asia/Kathmandu", location__country="")

    answer = away(owner, hours_of(person), reason="Course")

    assert answer.status_code == 303
    entered = Absence.objects.get()
    assert entered.starts_at == datetime(2027, 1, 31, 18, 15, tzinfo=UTC)
    assert entered.ends_at == datetime(2027, 2, 2, 18, 15, tzinfo=UTC)
    assert "Course" in look(owner, hours_of(person)).text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"last": "2027-01-01"}, "The end must be later"),
        ({"first": ""}, "Please enter the date."),
        ({"first": "2027-03-28", "last": "2027-03-29", "begin": "02:30"}, "this time does not exist"),
        ({"last": "9999-12-31"}, "between 2000 and 2999"),
        ({"first": "0001-01-01"}, "between 2000 and 2999"),
    ],
)
def test_a_closure_that_cannot_be_is_refused_in_words(owner, fields, said):
    location = LocationFactory()

    answer = away(owner, hours(location), **fields)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Closure.objects.exists()


def test_an_hour_that_comes_twice_is_closed_from_the_first_to_the_second(owner):
    night = {"first": "2027-10-31", "last": "2027-10-31", "begin": "02:30", "end": "02:30"}

    away(owner, hours(LocationFactory()), **night)

    entered = Closure.objects.get()
    assert entered.ends_at - entered.starts_at == timedelta(hours=1)


def test_a_closure_shows_whom_it_hits_and_can_be_taken_back(owner):
    booking = BookingFactory(accepted=True)
    day = booking.starts_at.date().isoformat()
    shown = away(owner, hours(booking.location), first=day, last=day, reason="Water pipe")
    assert (shown.status_code, Closure.objects.count()) == (409, 0)

    assert answered(owner, shown).status_code == 303
    assert list(outside.listed()) == [booking]

    form = look(owner, hours(booking.location)).form(action="/delete/")
    assert [post(owner, form).status_code for _press in range(2)] == [303, 303]
    assert not Closure.objects.exists()
    assert not outside.listed().exists()


def test_what_a_colleague_has_changed_is_not_deleted_by_an_old_page(owner):
    start = in_a_week()
    closure = LocationFactory().closures.create(starts_at=start, ends_at=start + timedelta(days=1))
    form = look(owner, hours(closure.location)).form(action="/delete/")
    Closure.objects.update(ends_at=start + timedelta(days=7))

    assert post(owner, form).status_code == 409
    assert Closure.objects.get().ends_at == start + timedelta(days=7)

    assert post(owner, look(owner, hours(closure.location)).form(action="/delete/")).status_code == 303
    assert not Closure.objects.exists()


def test_pressing_enter_twice_is_one_absence(owner):
    person = ResourceFactory()
    form = form_of(owner, hours_of(person), having="first")

    for _press in range(2):
        post(owner, form, first="2027-02-01", last="2027-02-01")

    assert Absence.objects.count() == 1


def test_an_auditor_sees_everything_and_changes_nothing():
    booking = BookingFactory(accepted=True)
    auditor, person = browser("eve", roles.AUDITOR), booking.resource
    opened = form_of(browser("boss", roles.OWNER), hours(booking.location))

    assert "You may read this and not change it." in look(auditor, hours(booking.location)).text
    refused = [
        auditor.post(hours(booking.location), opened.fields),
        auditor.post(hours_of(person), opened.fields),
        auditor.post(reverse("hours-close", args=[booking.location.slug]), opened.fields),
        auditor.post(reverse("hours-away", args=[booking.location.slug, person.slug]), opened.fields),
    ]

    assert [answer.status_code for answer in refused] == [403] * 4
    assert RecoveryAttempt.objects.filter(result="refused").count() == 4
    assert not Closure.objects.exists()


@pytest.mark.parametrize("name", ["hours", "hours-why"])
def test_another_locations_hours_are_refused_and_that_it_was_tried_is_kept(name):
    ours, theirs = LocationFactory(), LocationFactory(name="Theirs")
    Assignment.objects.create(user=staff("limited", role=roles.OWNER)).locations.add(ours)
    client = browser("limited", roles.OWNER)

    answer = client.get(reverse(name, args=[theirs.slug]))

    assert answer.status_code == 403
    assert RecoveryAttempt.objects.get().subject_id == theirs.pk
    assert client.get("/admin/hours/")["Location"] == hours(ours)


def test_an_empty_place_says_what_is_lacking(owner):
    text = look(owner, hours(LocationFactory(email=""))).text

    assert "No person and no room yet: nothing can be booked." in text
    assert "No service yet" in text
    assert "No e-mail address" in text


def test_the_answer_to_why_links_to_the_booking(owner):
    booking = BookingFactory(accepted=True)
    ask = reverse("hours-why", args=[booking.location.slug])
    local = booking.starts_at.astimezone(booking.location.zone)
    asked = {
        "service": booking.service.slug,
        "resource": "",
        "date": f"{local:%Y-%m-%d}",
        "time": f"{local:%H:%M}",
    }

    page = look(
        owner, f"{ask}?service={asked['service']}&resource=&date={asked['date']}&time={asked['time']}"
    )

    assert "It is not offered:" in page.text
    assert booking.reference in page.text
    assert reverse("staff-booking", args=[booking.location.slug, booking.pk]) in page.links


def test_a_time_that_is_offered_says_so(owner):
    person = ResourceFactory()
    service = ServiceFactory(location=person.location)
    day = (datetime.now(UTC) + timedelta(days=3)).date()
    ask = reverse("hours-why", args=[person.location.slug])

    page = look(owner, f"{ask}?service={service.slug}&date={day}&time=10:00&resource={person.slug}")

    assert "It is offered: customers can book it now." in page.text


def test_whole_days_are_said_as_days_and_can_be_changed(owner):
    location = LocationFactory()
    away(owner, hours(location), first="2026-12-24", last="2026-12-31", reason="Holidays")
    entered = Closure.objects.get()
    edit = reverse("hours-closed", args=[location.slug, entered.pk])

    page = look(owner, hours(location))
    assert "24–31 Dec 2026: Holidays" in page.text
    assert "1 January 2027, 00:00" not in page.text
    assert f"{edit}#away" in page.links

    form = form_of(owner, edit, having="first")
    assert (form.fields["first"], form.fields["last"], form.fields["begin"]) == (
        "2026-12-24",
        "2026-12-31",
        "",
    )
    assert post(owner, form, last="2027-01-02").status_code == 303

    entered = Closure.objects.get()
    assert entered.ends_at == datetime(2027, 1, 2, 23, tzinfo=UTC)
    assert post(owner, form, last="2027-01-05", request_id=fresh(owner, edit)).status_code == 409
    assert Closure.objects.get().ends_at == entered.ends_at


def fresh(client, path):
    """A request id that nobody has used."""
    return form_of(client, path, having="first").fields["request_id"]


def test_an_absence_of_some_hours_keeps_them_in_the_form(owner):
    person = ResourceFactory()
    away(owner, hours_of(person), first="2027-02-01", last="2027-02-01", begin="09:30", end="12:00")

    page = look(owner, hours_of(person))
    edit = reverse("hours-gone", args=[person.location.slug, person.slug, Absence.objects.get().pk])
    fields = form_of(owner, edit, having="first").fields

    assert "Monday 1 February 2027, 09:30–12:00" in page.text
    assert [fields[name] for name in ("first", "begin", "last", "end")] == [
        *("2027-02-01", "09:30"),
        *("2027-02-01", "12:00"),
    ]


def test_longer_closures_show_whom_they_hit_too(owner):
    booking = BookingFactory(accepted=True)
    before = (booking.starts_at - timedelta(days=2)).date().isoformat()
    away(owner, hours(booking.location), first=before, last=before)
    edit = reverse("hours-closed", args=[booking.location.slug, Closure.objects.get().pk])

    shown = post(owner, form_of(owner, edit, having="first"), last=booking.starts_at.date().isoformat())

    assert shown.status_code == 409
    assert answered(owner, shown).status_code == 303
    assert list(outside.listed()) == [booking]


def test_a_closure_is_not_changed_by_a_form_without_its_number(owner):
    location = LocationFactory()
    away(owner, hours(location), reason="Holidays")
    form = form_of(owner, reverse("hours-closed", args=[location.slug, Closure.objects.get().pk]), "first")

    answer = post(owner, form, reason="Water pipe", request_id="")

    assert answer.status_code == 409
    assert "This form has lost its number" in answer.content.decode()
    assert 'value="Water pipe"' in answer.content.decode()
    assert Closure.objects.get().reason == "Holidays"


def test_whoever_may_only_read_changes_no_closure(owner):
    location = LocationFactory()
    away(owner, hours(location))
    edit = reverse("hours-closed", args=[location.slug, Closure.objects.get().pk])

    auditor = browser("eve", roles.AUDITOR)

    assert auditor.get(edit).status_code == 403
    assert edit not in look(auditor, hours(location)).links


@pytest.fixture
def two_of_mehmet():
    """Two bookings of one person on one day, and somebody else who could do them."""
    first = BookingFactory(accepted=True)
    ResourceFactory(location=first.location, name="Lena")
    second = BookingFactory(
        service=first.service,
        resource=first.resource,
        starts_at=first.starts_at + timedelta(hours=1),
        accepted=True,
    )
    return first, second


def send_away(owner, booking):
    day = booking.starts_at.date().isoformat()
    return away(owner, hours_of(booking.resource), first=day, last=day)


def decide(owner, shown, bookings, **decided):
    """Everything as for all, but what is said for one of them."""
    seen = [f"{each.pk}-{each.version}" for each in bookings]
    fates = {f"fate-{each.pk}": "all" for each in bookings}
    return answered(owner, shown, seen=seen, **fates | decided)


def test_one_choice_cancels_all_of_them_but_those_that_are_decided_on_their_own(owner, two_of_mehmet):
    first, second = two_of_mehmet
    shown = send_away(owner, first)

    told = {"fate_of_all": "cancel", "reason_to_cancel": "Ill.", f"fate-{second.pk}": "leave"}
    decide(owner, shown, two_of_mehmet, **told)

    assert Booking.objects.get(pk=first.pk).status == "cancelled"
    assert [each.pk for each in outside.listed()] == [second.pk]


def test_one_choice_gives_all_of_them_to_somebody_else(owner, two_of_mehmet):
    shown = send_away(owner, two_of_mehmet[0])
    assert "possible for 2" in shown.content.decode()

    decide(owner, shown, two_of_mehmet, fate_of_all="other")

    kept = Booking.objects.filter(pk__in=[each.pk for each in two_of_mehmet]).select_related("resource")
    assert {each.resource.name for each in kept} == {"Lena"}
    assert {each.starts_at for each in kept} == {each.starts_at for each in two_of_mehmet}
    assert not outside.listed().exists()


def test_one_choice_leaves_all_of_them_unless_somebody_chooses(owner, two_of_mehmet):
    shown = send_away(owner, two_of_mehmet[0])

    decide(owner, shown, two_of_mehmet, fate_of_all="leave")

    assert outside.listed().count() == 2


def test_whoever_is_away_for_days_is_said_to_be_so_beside_each_booking(owner, two_of_mehmet):
    shown = send_away(owner, two_of_mehmet[0]).content.decode()

    assert ", 00:00" not in shown
    assert "(no reason given)." in shown


def hours_of_service(service):
    return reverse("hours-service", args=[service.location.slug, service.slug])


def typed_of_service(client, service, **changed):
    """The form as it is shown, its choices too, with some of it changed."""
    form = form_of(client, hours_of_service(service))
    return post(client, form, **(WeekForm(record=service).initial | changed))


def of_service(service):
    return type(service).objects.get(pk=service.pk).hours


def test_a_class_is_entered_by_typing_its_times_on_its_days(owner):
    service = ServiceFactory(location__opening_hours="Mo-Su 07:00-22:00", minutes=75)
    assert look(owner, hours_of_service(service)).text.count("07:00–22:00") == 14

    answer = typed_of_service(owner, service, shape="week", times_0="18:00-19:15", times_2="18-19:15")

    assert (answer.status_code, answer["Location"]) == (303, hours_of_service(service))
    assert of_service(service) == "Mo,We 18:00-19:15"
    assert look(owner, hours_of_service(service)).text.count("18:00–19:15") == 4


@pytest.mark.parametrize(
    "text", ["Mo,We 18:00-19:15,19:15-20:30", "Sa-Su", "Mo,Tu 09:00-12:00; PH off", "Mo-Fr; PH 10:00-12:00"]
)
def test_saving_the_hours_of_a_service_as_they_are_shown_changes_nothing(owner, text):
    service = ServiceFactory(hours=text)

    assert typed_of_service(owner, service).status_code == 303

    assert of_service(service) == text


def test_a_service_goes_back_to_the_hours_of_its_place(owner):
    service = ServiceFactory(hours="Mo 10:00-12:00")

    typed_of_service(owner, service, shape="place")

    assert of_service(service) == ""


def test_times_that_are_too_short_for_the_service_are_named_before_saving(owner):
    service = ServiceFactory(minutes=75, hours="Mo 08:00-10:00,18:00-19:00")

    assert look(owner, hours_of_service(service)).text.count("Too short for 75 minutes: 18:00–19:00") == 2


def test_new_hours_of_a_service_ask_about_its_bookings_and_about_no_others(owner):
    booking = BookingFactory(accepted=True, name="Anna Berg")
    other = ServiceFactory(location=booking.location)
    later = booking.starts_at + timedelta(hours=5)
    BookingFactory(service=other, starts_at=later, name="Somebody else", accepted=True)

    shown = typed_of_service(owner, booking.service, shape="text", text="Mo-Su 11:00-12:00")

    page = shown.content.decode()
    assert shown.status_code == 409
    assert "Anna Berg" in page
    assert "Somebody else" not in page
    assert "has hours of its own: on" in page
    assert of_service(booking.service) == ""
    assert {start.astimezone(booking.location.zone).hour for start in ways(shown, booking)} == {11}

    moved_to = ways(shown, booking)[0]
    answered(owner, shown, **{f"fate-{booking.pk}": f"move {moved_to.isoformat()}"})

    assert Booking.objects.get(pk=booking.pk).starts_at == moved_to
    assert of_service(booking.service) == "Mo-Su 11:00-12:00"
    assert not outside.listed()


def test_the_hours_of_a_service_take_the_permission_to_change_services():
    service = ServiceFactory()
    reader = browser("robin", roles.FRONT_DESK)

    page = look(reader, hours_of_service(service))
    answer = reader.post(hours_of_service(service), {"shape": "place"})

    assert "You may read this and not change it." in page.text
    assert answer.status_code == 403


def test_the_form_of_a_service_says_its_hours_and_leads_to_their_page(owner):
    service = ServiceFactory(hours="Mo 10:00-12:00")

    page = owner.get(reverse("admin:bookings_service_change", args=[service.pk])).content.decode()

    assert f'<code>Mo 10:00-12:00</code><br><a href="{hours_of_service(service)}">' in page


def test_the_pages_of_hours_name_the_services_that_have_their_own(owner):
    own = ServiceFactory(hours="Mo 10:00-12:00")
    usual = ServiceFactory(location=own.location)

    page = owner.get(hours(own.location)).content.decode()

    assert hours_of_service(own) in page
    assert hours_of_service(usual) not in page
    assert hours_of_service(usual) in owner.get(hours_of_service(usual)).content.decode()
