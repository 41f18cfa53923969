"""What reports count, for whom, and how little that costs."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings import csv_files
from bookings.models import Assignment, Closure
from bookings.reports import drawing, periods, report
from bookings.reports.periods import Period
from operations import roles
from tests.factories import (
    CUSTOMER,
    BookingFactory,
    LocationFactory,
    ResourceFactory,
    ServiceFactory,
    SessionFactory,
    advance,
)
from tests.pages.visitor import Page

pytestmark = pytest.mark.django_db
MONDAY = datetime(2027, 3, 1, 9, tzinfo=UTC)
MARCH = Period("free", date(2027, 3, 1), date(2027, 3, 31))
QUERIES = 7


@pytest.fixture
def place():
    return LocationFactory(time_zone="Etc/UTC", opening_hours="Mo-Fr 09:00-17:00", name="Corner")


@pytest.fixture
def service(place):
    return ServiceFactory(location=place, name="Haircut", price="28.00")


def reader(role: str, *places: object) -> Client:
    person = User.objects.create_user(role, is_staff=True)
    person.groups.add(Group.objects.get(name=role))
    if places:
        Assignment.objects.create(user=person).locations.set(places)
    browser = Client()
    browser.force_login(person)
    return browser


def at(hour: int, day: int = 0) -> datetime:
    return MONDAY + timedelta(days=day, hours=hour - 9)


def made(*places: object, money: bool = True) -> report.Report:
    return report.make(list(places), MARCH, with_money=money)


def test_every_outcome_is_counted_once(place, service):
    missed = BookingFactory(service=service, starts_at=at(9), completed=True)
    advance(missed, "record_no_show")
    BookingFactory(service=service, starts_at=at(10), completed=True)
    BookingFactory(service=service, starts_at=at(11), accepted=True)
    BookingFactory(service=service, starts_at=at(12), cancelled=True)
    BookingFactory(service=service, starts_at=at(13), cancelled_by_staff=True)
    BookingFactory(service=service, starts_at=at(14), failed=True)

    whole = made(place).figures.whole

    assert (whole.booked, whole.held, whole.to_come, whole.no_shows) == (6, 1, 1, 1)
    assert (whole.by_customer, whole.by_staff, whole.by_itself, whole.failed) == (1, 1, 0, 1)
    assert whole.revenue == {"EUR": Decimal("56.00")}


def test_what_was_only_begun_is_not_counted(place, service):
    begun = BookingFactory(service=service, starts_at=at(9), draft=True)
    assert made(place).figures.whole.booked == 0

    advance(begun, "let_go", by="schedule")
    assert made(place).figures.whole.booked == 0


def test_a_cancellation_within_the_window_of_the_place_is_late(place):
    place.cancel_until_hours = 24
    place.save()
    service = ServiceFactory(location=place)
    soon = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    for hours in (3, 60):
        booking = BookingFactory(service=service, starts_at=soon + timedelta(hours=hours), accepted=True)
        advance(booking, "cancel", CUSTOMER, by="customer")
    today = soon.date()

    whole = report.make(
        [place], Period("free", today, today + timedelta(days=5)), with_money=True
    ).figures.whole

    assert (whole.by_customer, whole.late) == (2, 1)


def test_dates_are_those_of_the_place():
    tokyo = LocationFactory(time_zone="Asia/Tokyo", opening_hours="24/7")
    last_of_march = datetime(2027, 3, 31, 14, 30, tzinfo=UTC)  # 23:30 in Tokyo
    for start in (last_of_march, last_of_march + timedelta(hours=1)):
        BookingFactory(service=ServiceFactory(location=tokyo), starts_at=start)

    found = made(tokyo).figures

    assert found.whole.booked == 1
    assert found.hours == {(3, 23): 1}
    assert list(found.weeks) == [date(2027, 3, 29)]


def test_currencies_stay_apart(place):
    for currency in ("EUR", "JPY"):
        service = ServiceFactory(location=place, price="1300")
        BookingFactory(
            service=service,
            starts_at=at(9, len(currency + service.slug) % 2),
            accepted=True,
            currency=currency,
            resource=ResourceFactory(location=place),
        )

    found = made(place)

    assert found.figures.whole.revenue == {"EUR": Decimal(1300), "JPY": Decimal(1300)}
    assert found.tables["services"].columns[-2:] == ["Expected (EUR)", "Expected (JPY)"]
    assert made(place, money=False).tables["services"].columns[-1] == "Cancelled late"


def test_used_time_is_what_is_booked_of_what_is_offered(place, service):
    lena = ResourceFactory(location=place, name="Lena", hours="Mo", breaks=["12:00-13:00"])
    Closure.objects.create(location=place, starts_at=at(9, 7), ends_at=at(17, 7))
    BookingFactory(service=service, starts_at=at(9), resource=lena, accepted=True)
    BookingFactory(service=service, starts_at=at(10), resource=lena, cancelled=True)

    row = made(place).tables["people"].rows[0]

    open_minutes = 4 * 7 * 60  # five Mondays, one of them closed, seven hours each
    assert row[0] == "Lena"
    assert row[-3:] == [30, open_minutes, round(100 * 30 / open_minutes, 1)]


def test_time_is_taken_and_an_hour_is_busy_only_by_what_stands(place, service):
    lena = ResourceFactory(location=place, name="Lena")
    BookingFactory(service=service, starts_at=at(9), resource=lena, accepted=True)
    BookingFactory(service=service, starts_at=at(11), resource=lena, draft=True)
    BookingFactory(service=service, starts_at=at(12), resource=lena, cancelled=True)
    BookingFactory(service=service, starts_at=at(13), resource=lena, failed=True)

    found = made(place).figures

    assert found.booked_minutes == {lena.pk: 30}
    assert found.hours == {(1, 9): 1}


def test_a_class_takes_its_teacher_once(place):
    session = SessionFactory(service=ServiceFactory(location=place, group=True), starts_at=at(9))
    for _each in range(3):
        BookingFactory(session=session)

    assert made(place).tables["people"].rows[0][-3] == 30


def test_half_are_booked_so_much_ahead_and_what_was_carried_over_does_not_count(place, service):
    ahead = datetime.now(UTC) + timedelta(days=10)
    BookingFactory(service=service, starts_at=ahead)
    BookingFactory(service=service, starts_at=ahead + timedelta(days=300), source="command")
    year = Period("free", ahead.date(), ahead.date() + timedelta(days=400))

    assert report.make([place], year, with_money=False).lead_days == 10.0


def test_the_front_desk_reads_no_money(place, service):
    BookingFactory(service=service, starts_at=at(9), accepted=True)
    page = "/admin/reports/?from=2027-03-01&to=2027-03-31"

    browsers = {role: reader(role) for role in roles.ROLES}
    told = {role: Page(browser.get(page), page).text for role, browser in browsers.items()}
    answer = browsers[roles.FRONT_DESK].get("/admin/reports/services.csv?from=2027-03-01&to=2027-03-31")
    file = b"".join(answer.streaming_content)

    assert [role for role in roles.ROLES if "Expected (EUR)" in told[role]] == [roles.OWNER, roles.AUDITOR]
    assert b"Haircut" in file
    assert b"28" not in file


def test_staff_of_a_place_read_about_it_and_no_other(place, service):
    BookingFactory(service=service, starts_at=at(9))
    other = ServiceFactory(name="Yoga")
    BookingFactory(service=other, starts_at=at(9))
    browser = reader(roles.OWNER, place)
    page = "/admin/reports/?from=2027-03-01&to=2027-03-31"

    text = Page(browser.get(page), page).text

    assert "Haircut" in text
    assert "Yoga" not in text
    assert browser.get(f"{page}&location={other.location.slug}").status_code == 404


def test_without_the_permission_nothing_is_told():
    browser = Client()
    browser.force_login(User.objects.create_user("new", is_staff=True))

    assert browser.get("/admin/reports/").status_code == 403
    assert browser.get("/admin/reports/summary.csv").status_code == 403
    assert Client().get("/admin/reports/").status_code == 302
    assert browser.post("/admin/reports/").status_code == 405


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [
        ("week", "2027-02-22", "2027-02-28"),
        ("last_week", "2027-02-15", "2027-02-21"),
        ("month", "2027-02-01", "2027-02-28"),
        ("last_month", "2027-01-01", "2027-01-31"),
        ("quarter", "2027-01-01", "2027-03-31"),
        ("year", "2027-01-01", "2027-12-31"),
    ],
)
def test_ranges_of_dates_by_name(code, first, last):
    found = periods.read({"period": code}, date(2027, 2, 28))

    assert (found.first.isoformat(), found.last.isoformat(), found.problem) == (first, last, "")


@pytest.mark.parametrize(
    "query",
    [
        "period=soon",
        "from=1&to=2",
        "from=2027-02-02",
        "from=2027-02-02&to=2027-02-01",
        "from=2000-01-01&to=2027-01-01",
    ],
)
def test_a_range_that_makes_no_sense_is_answered_in_words(query):
    answer = reader(roles.AUDITOR).get(f"/admin/reports/?{query}")

    assert answer.status_code == 400
    assert answer.context["period"].problem


def test_a_file_holds_what_the_page_shows_and_no_formula(place):
    risky = ServiceFactory(location=place, name="=HYPERLINK(1)")
    BookingFactory(service=risky, starts_at=at(9), accepted=True)

    path = "/admin/reports/services.csv?from=2027-03-01&to=2027-03-31&bom=1"
    answer = reader(roles.OWNER).get(path)
    text = b"".join(answer.streaming_content).decode()

    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text[1:])))
    assert rows[1][:2] == ["'=HYPERLINK(1)", "1"]
    assert answer["Content-Disposition"] == 'attachment; filename="services-2027-03-01-2027-03-31.csv"'
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("text", ["=1", "+49 30", "-2", "@x", "\t=1", "\r=1", "\n=1", "＝1", "'=1", "''=1"])
def test_no_text_is_run_and_all_of_it_is_read_back(text):
    kept = csv_files.safe(text)

    assert kept[0] == "'"
    assert csv_files.plain(kept) == text


@pytest.mark.parametrize("value", ["", "Anna", "'quoted'", "a=b", Decimal(-2), -2, None])
def test_what_is_harmless_stays_as_it_is(value):
    assert csv_files.safe(value) is value
    assert csv_files.plain(str(value)) == str(value)


def test_the_number_of_queries_is_the_same_however_much_there_is(place, service):
    for day in range(4):
        BookingFactory(service=service, starts_at=at(9, day), accepted=True, cancelled=day % 2)
    others = [BookingFactory(starts_at=at(9)).location for _each in range(3)]

    for places in ([place], [place, *others]):
        with CaptureQueriesContext(connection) as asked:
            made(*places)
        assert len(asked) == QUERIES


def read(browser, **query):
    page = "/admin/reports/?" + urlencode({"from": "2027-03-01", "to": "2027-03-31"} | query)
    return Page(browser.get(page), page)


def test_one_place_is_told_about_until_all_are_asked_for(place, service):
    BookingFactory(service=service, starts_at=at(9))
    BookingFactory(service=ServiceFactory(name="Yoga", location=LocationFactory(name="Far")), starts_at=at(9))
    browser = reader(roles.OWNER)

    assert "Haircut" in read(browser).text
    assert "Yoga" not in read(browser).text
    assert "Yoga" in read(browser, location="*").text
    assert "location=%2A" in "".join(read(browser, location="*").links)


def test_money_of_many_currencies_stands_in_one_column_and_in_the_file_in_one_each(place, service):
    BookingFactory(service=service, starts_at=at(9), accepted=True)
    tokyo = LocationFactory(time_zone="Etc/UTC", currency="JPY")
    BookingFactory(service=ServiceFactory(location=tokyo, price="1300"), starts_at=at(9), accepted=True)
    table = made(place, tokyo).tables["services"]

    assert [column for column in table.shown_columns if "Expected" in column] == ["Expected"]
    assert sorted(row[-1] for row in table.shown) == ["JP¥1,300", "€28.00"]
    assert next(iter(table.lines()))[-2:] == ["Expected (EUR)", "Expected (JPY)"]


def test_a_single_week_is_no_broader_than_one_of_six(place, service):
    BookingFactory(service=service, starts_at=at(9))

    chart = drawing.bars(made(place).tables["weeks"])

    assert chart.columns[0].bar.width * 6 < chart.width
    assert chart.names == ["Mon 1 Mar", "", "", "", "", ""]


def test_a_week_is_a_date_for_people_and_for_programs(place, service):
    BookingFactory(service=service, starts_at=at(9))
    table = made(place).tables["weeks"]

    assert table.shown[0][0] == "Mon 1 Mar 2027"
    assert str(list(table.lines())[1][0]) == "2027-03-01"
