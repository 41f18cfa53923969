"""Dates of an imported file are read as spreadsheets write them; what may mean two days is asked once."""

from datetime import datetime

import pytest

from bookings.importing import dates
from bookings.importing.dates import DAY_FIRST, MONTH_FIRST, OrderUnknown
from bookings.models import Booking
from tests.places import test_import_bookings, test_import_pages
from tests.places.test_import_bookings import ANNA, table
from tests.places.test_import_pages import CHOOSE, look, press, upload

pytestmark = pytest.mark.django_db
place, owner, run = test_import_pages.place, test_import_pages.owner, test_import_bookings.run
FIRST_OF_DECEMBER = datetime(2026, 12, 1, 14, 30)
UNCLEAR = "service,start,name,email\nHaircut,03/04/2099 9:10 AM,Anna Berg,anna@example.com\n"


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("01.12.2026 14:30", ""),
        ("1.12.26 14:30", MONTH_FIRST),
        ("01/12/2026 14:30:00", DAY_FIRST),
        ("12/01/2026 2:30 PM", MONTH_FIRST),
        ("12/1/2026, 2:30 p.m.", MONTH_FIRST),
        ("2026-12-01T14:30", MONTH_FIRST),
        ("2026/12/01 2:30 pm", DAY_FIRST),
        ("01-12-2026 14h30", DAY_FIRST),
    ],
)
def test_a_moment_is_read_in_every_usual_spelling(text, order):
    assert dates.read(text, order) == FIRST_OF_DECEMBER


@pytest.mark.parametrize(
    "text",
    ["", "soon", "31.02.2026 10:00", "12/13/2026 13:00 PM", "1/2 10:00", "12/2026", "01.12/2026 10:00"],
)
def test_what_is_no_moment_is_refused(text):
    with pytest.raises(ValueError):
        dates.read(text, DAY_FIRST)


def test_noon_and_midnight_are_told_apart():
    assert dates.read("12/01/2026 12:00 AM", MONTH_FIRST).hour == 0
    assert dates.read("12/01/2026 12:00 PM", MONTH_FIRST).hour == 12


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["01/12/2026", "13/12/2026"], DAY_FIRST),
        (["01/12/2026", "12/13/2026"], MONTH_FIRST),
        (["01/12/2026", "02/12/2026"], ""),
        (["13/12/2026", "12/13/2026"], ""),
        (["13.12.2026"], ""),
        ([], ""),
    ],
)
def test_the_order_is_read_from_the_whole_file(texts, order):
    assert dates.order_of(texts) == order


def test_a_date_that_means_two_days_is_not_guessed():
    with pytest.raises(OrderUnknown):
        dates.read("01/12/2026 10:00", "")


@pytest.mark.parametrize("start", ["03.03.2099 09:10", "13/03/2099 9:10 AM", "3/13/2099 9:10 AM"])
def test_a_row_is_booked_at_its_time(place, run, start):
    assert "1 booked" in run(table(ANNA.replace("2099-03-03 09:10", start)), "--apply")[-1]
    assert Booking.objects.get().local_start.endswith("T09:10:00+01:00")


def test_the_command_is_told_where_the_file_does_not_show_it(place, run):
    row = table(ANNA.replace("2099-03-03 09:10", "05/03/2099 09:10"))
    assert "can be two days" in run(row)[0]

    run(row, "--apply", "--dates", "month")

    assert Booking.objects.get().local_start.startswith("2099-05-03")


def test_the_page_asks_once_and_does_what_was_said(owner):
    path = upload(owner, UNCLEAR)["Location"]
    page = look(owner, path)
    assert "Which number is the day?" in page.text
    assert "can be two days" in page.text

    assert press(owner, page, "map", order="day").status_code == 303
    asked_again = look(owner, path)
    assert "can be two days" not in asked_again.text
    press(owner, asked_again, "apply")

    assert Booking.objects.get().local_start.startswith("2099-04-03T09:10")


def test_the_page_does_not_ask_what_the_file_says(owner):
    clear = UNCLEAR + "Haircut,03/14/2099 9:10 AM,Ben Wolf,ben@example.com\n"

    assert "Which number is the day?" not in look(owner, upload(owner, clear)["Location"]).text


def test_rows_have_the_numbers_of_the_sheet(owner):
    first, second = 'Haircut,soon,Anna,a@example.com,"two\nlines"', "Haircut,then,Ben,b@example.com,"
    text = f"service,start,name,email,notes\n\n{first}\n{second}\n"

    verdicts = owner.get(upload(owner, text)["Location"]).context["look"].verdicts

    assert [verdict.row.number for verdict in verdicts] == [3, 4]


def test_a_file_to_begin_with_can_be_read_at_once(owner):
    answer = owner.get(f"{CHOOSE}sample/")
    page = look(owner, upload(owner, answer.content)["Location"])

    assert answer["Content-Disposition"] == 'attachment; filename="bookings-corner.csv"'
    assert "Book 2 rows" in page.text
