"""A customer's page: how to reach them first, then their visits, what is dangerous folded away."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings import customers
from bookings.models import Assignment, Customer
from tests.access.test_matrix import browser_of
from tests.bookings.test_customers import ADA, LIST, known, page_of, pressed
from tests.bookings.test_forgetting import over
from tests.desk.staff import client
from tests.factories import BookingFactory, LocationFactory, ServiceFactory, in_a_week
from tests.pages.visitor import Page

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return client("owner")


def look(browser, customer):
    return Page(browser.get(page_of(customer)), page_of(customer))


def test_how_to_reach_them_comes_before_everything_else(owner):
    BookingFactory(email=ADA, phone="030 23125201", accepted=True)
    customer = known(phone="+49 30 23125201")

    page = look(owner, customer)

    assert page.text.index("How to reach them") < page.text.index("Visits") < page.text.index("Bookings 2")
    html = owner.get(page_of(customer)).content.decode()
    assert 'href="tel:+493023125201">+49 30 23125201' in html
    assert html.count("tel:") == 1  # one number in two spellings
    assert f"mailto:{ADA}" in html


def test_visits_are_counted_with_the_last_and_the_next(owner):
    last = over(email=ADA, days=3)
    over(email=ADA, days=9, no_show=True)
    soon = BookingFactory(email=ADA, accepted=True, starts_at=in_a_week())
    customers.collect()

    page = look(owner, customers.find(ADA))

    assert "Visits 1" in page.text
    assert "did not come once" in page.text
    html = owner.get(page_of(customers.find(ADA))).content.decode()
    assert html.count(reverse("staff-booking", args=[last.location.slug, last.pk])) == 2
    assert html.count(reverse("staff-booking", args=[soon.location.slug, soon.pk])) == 2


@pytest.mark.parametrize(("role", "sees"), [("Owner", True), ("Front desk", False)])
def test_what_was_spent_is_for_who_may_read_money(role, sees):
    over(email=ADA, price="40.00", currency="EUR")
    over(email=ADA, days=9, price="2.50", currency="EUR")
    over(email=ADA, days=10, price="99.00", currency="EUR", no_show=True)
    customers.collect()

    assert ("€42.50" in look(browser_of(role), customers.find(ADA)).text) == sees


def test_what_is_dangerous_is_folded_until_it_was_refused(owner):
    customer = known()

    assert '<details class="ways">' in owner.get(page_of(customer)).content.decode()
    assert '<details class="ways" open>' in pressed(owner, customer, "merge", other="x").content.decode()


def test_a_note_stands_on_the_page(owner):
    customer = known()

    pressed(owner, customer, "note", note="Prefers the window.")

    assert "Prefers the window." in look(owner, customer).text.split("Block, merge or erase")[0]


def test_the_form_to_book_for_them_is_filled_in_without_a_name_in_its_address(owner):
    service = ServiceFactory()
    customer = known(name="Ada Byron", phone="030 23125201", service=service)
    page = f"{reverse('staff-book', args=[service.location.slug])}?customer={customer.pk}"
    assert page in owner.get(page_of(customer)).content.decode()

    form = Page(owner.get(page), page).form("/new/")

    found = {name: form.fields[name] for name in ("name", "phone", "email")}
    assert found == {"name": "Ada Byron", "phone": "030 23125201", "email": ADA}


@pytest.mark.parametrize("number", ["0", "x", "9" * 30])
def test_a_customer_that_there_is_not_leaves_the_form_empty(owner, number):
    page = f"{reverse('staff-book', args=[ServiceFactory().location.slug])}?customer={number}"

    assert Page(owner.get(page), page).form("/new/").fields["name"] == ""


def test_who_works_elsewhere_learns_nothing_by_the_form():
    stranger = known(name="Ada Byron")
    browser = browser_of("owner elsewhere")
    place = ServiceFactory(location=_own_place()).location
    page = f"{reverse('staff-book', args=[place.slug])}?customer={stranger.pk}"

    assert "Ada" not in browser.get(page).content.decode()


def _own_place():
    return Assignment.objects.get().locations.get()


class TestList:
    def test_it_says_how_many_bookings_and_when_they_last_came(self, owner):
        visit = over(email=ADA, days=3)
        day = visit.starts_at.astimezone(visit.location.zone).date()  # near midnight not that of UTC
        known()
        known(email="", phone="+49 30 23125 201")
        BookingFactory(email="", phone="030 23125201")

        rows = {row.key: row for row in owner.get(LIST).context["cl"].result_list}

        assert (rows[ADA].bookings_count, rows[ADA].last_visit[:10]) == (2, day.isoformat())
        assert (rows["+49 30 23125 201"].bookings_count, rows["+49 30 23125 201"].last_visit) == (2, None)

    def test_it_asks_no_more_for_many(self, owner):
        def asked():
            with CaptureQueriesContext(connection) as queries:
                owner.get(LIST)
            return len(queries)

        known()
        asked()
        few = asked()
        for number in range(5):
            known(email=f"{number}@example.com", service=ServiceFactory(location=LocationFactory()))

        assert asked() == few
        assert Customer.objects.count() == 6
