"""The seven real places offer the times that a person would read from their door."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bookings import times
from tests.times.places import service, starts

pytestmark = pytest.mark.usefixtures("seven_places")


def choices(found, day: str) -> dict[str, list[str]]:
    """Wall time of each start, and the names of those who can be chosen."""
    offers = times.offers(found, date.fromisoformat(day), date.fromisoformat(day), now=LONG_BEFORE)
    return {offer.start.isoformat()[11:16]: [each.name for each in offer.resources] for offer in offers}


LONG_BEFORE = datetime(2026, 6, 1, tzinfo=UTC)


def test_berlin_starts_every_quarter_of_an_hour_until_the_cut_fits():
    offered = starts(service("barber-berlin", "Haarschnitt"), "2027-01-05")

    assert (offered[0], offered[-1], len(offered)) == ("09:00+01:00", "18:00+01:00", 37)


def test_berlin_a_buffer_may_run_past_closing():
    assert starts(service("barber-berlin", "Farbe + Schnitt"), "2027-01-09")[-1] == "12:00+01:00"


def test_berlin_a_break_removes_starts_and_does_not_shift_the_others():
    offered = choices(service("barber-berlin", "Haarschnitt"), "2027-01-06")

    with_lena = [wall for wall, names in offered.items() if "Lena" in names and "11:45" < wall < "14:00"]
    assert with_lena == ["12:00", "13:15", "13:30", "13:45"]
    assert offered["12:30"] == ["Mehmet"]


@pytest.mark.parametrize("day", ["2027-03-26", "2027-05-06", "2027-10-03", "2028-12-26"])
def test_berlin_is_closed_on_holidays_of_every_year(day):
    assert starts(service("barber-berlin", "Bart"), day) == []


def test_berlin_nobody_on_monday_and_mehmet_alone_on_tuesday():
    cut = service("barber-berlin", "Haarschnitt")

    assert starts(cut, "2027-01-04") == []
    assert {name for names in choices(cut, "2027-01-05").values() for name in names} == {"Mehmet"}


def test_london_does_not_work_through_lunch():
    offered = starts(service("physio-london", "First assessment"), "2027-01-06")

    assert "12:00+00:00" in offered
    assert not {"12:30+00:00", "13:00+00:00", "13:30+00:00"} & {*offered}
    assert "14:00+00:00" in offered


def test_london_works_with_whoever_is_there_that_day():
    assert choices(service("physio-london", "Follow-up"), "2027-01-05")["08:00"] == ["S. Lindqvist"]
    assert choices(service("physio-london", "Follow-up"), "2027-01-06")["08:00"] == [
        "A. Okafor",
        "S. Lindqvist",
    ]


def test_london_keeps_the_observed_holidays():
    assert starts(service("physio-london", "Follow-up"), "2027-12-27", "2027-12-28") == []


def test_new_york_has_fourteen_places_on_the_half_hour_of_its_opening():
    offers = times.offers(
        service("yoga-ny", "Vinyasa class"), date(2027, 1, 1), date(2027, 1, 1), now=LONG_BEFORE
    )

    assert [offer.start.strftime("%H:%M") for offer in offers][:2] == ["06:30", "07:30"]
    assert {offer.places_left for offer in offers} == {14}


def test_tokyo_offers_three_courts():
    court = service("court-tokyo", "コート 2時間")

    assert choices(court, "2027-05-03")["20:00"] == ["A", "B", "C"]
    assert starts(court, "2027-05-03")[-1] == "20:00+09:00"


def test_casablanca_goes_on_after_midnight_on_the_calendar_date():
    night = service("night-clinic-casablanca", "Consultation")
    offered = starts(night, "2027-06-01")

    assert offered[:3] == ["00:00+01:00", "00:20+01:00", "00:40+01:00"]
    assert offered[11:13] == ["03:40+01:00", "20:00+01:00"]
    assert len(offered) == 24


def test_kathmandu_is_a_quarter_off_and_open_on_sundays():
    form = service("registry-kathmandu", "Passport form")

    assert starts(form, "2027-01-03")[0] == "10:00+05:45"
    assert starts(form, "2027-01-02") == []


def test_kathmandu_wants_a_day_of_notice():
    form = service("registry-kathmandu", "Passport form")
    now = datetime(2027, 1, 3, 6, 16, tzinfo=UTC)  # 12:01 in Kathmandu

    assert starts(form, "2027-01-03", "2027-01-04", now=now)[0] == "12:15+05:45"


@pytest.mark.parametrize("days", [0, 14])
def test_the_last_date_is_today_and_the_horizon_by_the_places_own_calendar(days):
    night = service("night-clinic-casablanca", "Consultation", horizon_days=days)
    now = datetime(2027, 6, 1, 23, 30, tzinfo=UTC)  # already 00:30 on 2 June in Casablanca

    offers = times.offers(night, date(2027, 6, 1), date(2027, 7, 1), now=now)

    assert offers[0].start.date() == date(2027, 6, 2)
    assert offers[-1].start.date() == date(2027, 6, 2) + timedelta(days=days)
