"""A series is booked in three steps without a script: how often, which dates, and what came of it."""

import re
import uuid
from datetime import datetime, timedelta
from urllib.parse import quote

import pytest

from bookings import processing, series
from bookings.intake import Submission
from bookings.models import Absence, Booking, Series, Service
from operations import intents
from operations.workflow import Source
from tests.factories import BookingFactory, in_a_week, person_of
from tests.pages.conftest import ADA

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(form):
    """The address that shows the dates of four weeks."""
    return f"/salon/cut/series/?start={quote(form.fields['start'])}&every=week&count=4"


def kept(page) -> list[str]:
    return re.findall(r'name="keep" value="([^"]+)" checked', page.html)


def sent(page, visitor, **changed):
    form = page.form("/series/")
    return visitor.send(form, **ADA | changed, keep=kept(page))


def test_the_form_of_one_time_leads_to_a_series(form, visitor):
    page = visitor.open(f"/salon/cut/book/?start={quote(form.fields['start'])}")

    [link] = [link for link in page.links if "/series/" in link]

    assert visitor.open(link).status == 200
    assert kept(visitor.open(link)) == []


def test_every_date_is_shown_before_anything_is_booked(plan, visitor, service, form):
    page = visitor.open(plan)
    second = kept(page)[1]
    BookingFactory(
        service=service, resource=person_of(service.location), starts_at=datetime.fromisoformat(second)
    )

    page = visitor.open(plan)

    assert len(kept(page)) == 3
    assert "This time is taken." in page.text
    assert Booking.objects.count() == 1


def test_the_ticked_dates_are_booked_and_listed(plan, visitor):
    page = sent(visitor.open(plan), visitor)

    assert page.status == 200
    assert "4 bookings" in page.text
    assert Series.objects.get().bookings.count() == 4
    booking = Booking.objects.first()
    assert page.path in visitor.open(f"/b/{booking.token}/").links


def test_a_date_taken_meanwhile_is_told_with_alternatives(plan, visitor, service):
    page = visitor.open(plan)
    BookingFactory(
        service=service, resource=person_of(service.location), starts_at=datetime.fromisoformat(kept(page)[2])
    )

    answer = sent(page, visitor)

    assert "1 date was not free any more" in answer.text
    assert len(answer.times) == 3
    assert Series.objects.get().bookings.count() == 3


def test_half_a_year_is_shown_with_the_rules_read_once(plan, visitor, service, django_assert_max_num_queries):
    service.location.horizon_days = 400
    service.location.save()

    with django_assert_max_num_queries(6 + 26):
        page = visitor.open(plan.replace("count=4", "count=26"))

    assert len(kept(page)) == 26


def test_each_date_that_was_missed_costs_a_query_or_two(service, visitor, django_assert_max_num_queries):
    person, first = person_of(service.location), in_a_week()
    starts = [first + timedelta(days=7 * number) for number in range(8)]
    Absence.objects.create(resource=person, starts_at=starts[1], ends_at=starts[-1] + timedelta(days=1))
    wanted = Submission(service=service, start=first, resource=None, name="Ada", email="a@example.com")
    key = intents.Request("web:book-series", uuid.uuid4())
    made = series.book(key, wanted, "week", starts, source=Source.WEB).series

    with django_assert_max_num_queries(9 + 2 * 7):
        page = visitor.open(f"/s/{made.token}/")

    assert "7 dates were not free any more" in page.text


def test_what_was_typed_and_unticked_survives_a_mistake(plan, visitor):
    page = visitor.open(plan)
    form = page.form("/series/")

    answer = visitor.send(form, **ADA | {"email": "nonsense", "keep": kept(page)[:2]})

    assert answer.status == 422
    assert kept(answer) == kept(page)[:2]
    assert answer.form("/series/").fields["name"] == ADA["name"]


def test_without_a_date_nothing_is_sent(plan, visitor):
    assert visitor.send(visitor.open(plan).form("/series/"), **ADA).status == 422
    assert Series.objects.count() == 0


def test_dates_that_are_not_of_this_series_are_not_booked(plan, visitor):
    page = visitor.open(plan)
    first = datetime.fromisoformat(kept(page)[0])
    others = [(first + timedelta(minutes=30 * n)).isoformat() for n in range(1, 5)]

    answer = visitor.send(page.form("/series/"), **ADA, keep=[*kept(page)[:2], *others])

    assert "2 bookings" in answer.text
    assert Booking.objects.filter(starts_at__in=others).count() == 0


def test_sending_it_twice_books_once(plan, visitor):
    page = visitor.open(plan)
    sent(page, visitor, phone="")

    Service.objects.update(requires_phone=True)  # a repeat is bound by nothing that came later
    assert "Nothing was booked twice" in sent(page, visitor, phone="").text
    assert Booking.objects.count() == 4


def test_sent_again_under_another_number_it_asks_before_it_books_twice(plan, visitor, service):
    service.capacity = 14
    service.save()
    page = visitor.open(plan)
    sent(page, visitor)

    question = sent(page, visitor, request_id=intents.issue())
    assert "Book it twice?" in question.text
    assert Booking.objects.count() == 4

    visitor.send(question.form("/series/"), keep=re.findall(r'name="keep" value="([^"]+)"', question.html))
    assert Booking.objects.doubled().count() == 4


def test_the_rest_is_cancelled_after_a_question(plan, visitor):
    page = sent(visitor.open(plan), visitor)
    [link] = [link for link in page.links if link.endswith("/cancel/")]
    question = visitor.open(link)
    assert set(Booking.objects.values_list("status", flat=True)) == {"submitted"}

    seen = re.findall(r'name="seen" value="([^"]+)"', question.html)
    visitor.send(question.form("/cancel/"), seen=seen)

    assert set(Booking.objects.values_list("status", flat=True)) == {"cancelled"}


@pytest.mark.parametrize("query", ["", "?start=x", "?start=2999-12-31T23:00:00%2B00:00&every=month&count=26"])
def test_odd_addresses_are_answered(service, visitor, query):
    assert visitor.open(f"/salon/cut/series/{query}").status in (200, 400)


def test_an_unknown_series_is_404(service, visitor):
    assert visitor.open("/s/nonsense/").status == 404


def test_the_dates_that_were_left_out_stand_there_with_the_reason(plan, visitor, service):
    second = datetime.fromisoformat(kept(visitor.open(plan))[1])
    BookingFactory(service=service, resource=person_of(service.location), starts_at=second)
    page = visitor.open(plan)
    form = page.form("/series/")

    answer = visitor.send(form, **ADA, keep=kept(page)[:2])

    assert "2 bookings" in answer.text
    assert "2 dates were left out" in answer.text
    assert answer.text.index("This time is taken.") < answer.text.index("It was not ticked.")
    assert f"/salon/cut/?date={second.astimezone(service.location.zone).date()}" in answer.links


def test_a_series_says_its_total_price_without_what_is_cancelled(plan, visitor):
    page = sent(visitor.open(plan), visitor)
    assert "Total price €112.00" in page.text

    booking = Booking.objects.first()
    visitor.send(visitor.open(f"/b/{booking.token}/cancel/").form("/cancel/"))
    assert "Total price €84.00" in visitor.open(page.path).text


def test_a_series_that_is_paid_says_what_until_when_and_how(plan, visitor, service):
    Service.objects.update(approval="payment", deposit=10)
    service.location.how_to_pay = "To DE02 1203 0000 0000 2020 51."
    service.location.save()
    page = sent(visitor.open(plan), visitor)
    assert "€40.00 is to be paid before they are confirmed." in page.text

    while processing.drain():
        pass
    page = visitor.open(page.path)
    assert re.search(r"Please pay €40.00 by .+; the times are held until then.", page.text)
    assert "DE02 1203" in page.text


def test_a_series_with_nothing_to_pay_says_nothing_about_it(plan, visitor):
    assert "How to pay" not in sent(visitor.open(plan), visitor).text
