"""The admin's lists and pages: quick, read-only where history counts, remedies as actions with a reason."""

import pytest
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.urls import NoReverseMatch, reverse

from bookings.models import Booking
from operations import intents
from operations.desk import finding
from operations.history import Event
from operations.repair import RecoveryAttempt, Result
from tests.desk.staff import client, messages, page_of
from tests.desk.stuck import CONDITIONS, build
from tests.factories import STAFF, BookingFactory, DeliveryFactory, advance
from tests.pages.visitor import Page

BOOKINGS = "/admin/bookings/booking/"
WITH_PAGES = [condition for condition in CONDITIONS if admin.site.is_registered(condition.model)]

pytestmark = pytest.mark.django_db


def ask(browser, action, *records, path=BOOKINGS, **data):
    """Tick the records, choose the action and press Go."""
    chosen = {"action": action, ACTION_CHECKBOX_NAME: [record.pk for record in records]}
    return browser.post(path, chosen | data)


def confirm(browser, response, path=BOOKINGS, **data):
    """Fill in what the page between asks and press its button."""
    [form] = [form for form in Page(response, path).forms if "request_id" in form.fields]
    marks = [f"{record.record.pk}-{record.version}" for record in response.context["subjects"]]
    ids = [record.record.pk for record in response.context["subjects"]]
    fields = form.fields | {"reason": "A storm.", "shown": marks, ACTION_CHECKBOX_NAME: ids}
    return browser.post(path, fields | data)


@pytest.mark.parametrize("name", ["schedule", "success", "failure", "ormq"])
def test_the_queue_has_no_admin(name):
    browser = client("owner")

    with pytest.raises(NoReverseMatch):
        reverse(f"admin:django_q_{name}_changelist")
    for path in (f"/admin/django_q/{name}/", f"/admin/django_q/{name}/add/", "/admin/django_q/"):
        assert browser.get(path).status_code == 404


def test_every_model_of_ours_that_staff_look_at_has_a_list_that_opens():
    browser = client("owner")
    for condition in CONDITIONS:
        build(condition)

    for model in admin.site._registry:
        opts = model._meta
        response = browser.get(reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist"))
        assert response.status_code == 200, model


@pytest.mark.parametrize("condition", WITH_PAGES, ids=lambda each: each.code)
def test_every_record_that_needs_attention_has_a_page_that_says_so(condition):
    record = build(condition)
    opts = condition.model._meta

    path = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[record.pk])
    page = Page(client("auditor").get(path), path)

    assert page.status == 200
    assert page_of(condition, record) in page.links
    assert "What happened" in page.text


@pytest.mark.parametrize("path", ["add/", "{pk}/delete/"])
def test_nobody_adds_or_deletes_a_booking_by_hand(path):
    booking = BookingFactory()

    response = client("owner").post(BOOKINGS + path.format(pk=booking.pk), {"post": "yes"})

    assert response.status_code == 403
    assert Booking.objects.filter(pk=booking.pk).exists()


def test_nobody_edits_a_booking_by_hand():
    booking = BookingFactory()

    response = client("owner").post(f"{BOOKINGS}{booking.pk}/change/", {"status": "completed", "name": "x"})

    assert response.status_code == 403
    assert Booking.objects.get(pk=booking.pk).name == booking.name


def test_the_attention_filter_counts_and_narrows():
    failed, _fine = BookingFactory(failed=True), BookingFactory(accepted=True)

    response = client("auditor").get(BOOKINGS, {"attention": "bookings.failed"})

    assert "Failed, can be tried again (1)" in Page(response, "").text
    assert list(response.context["cl"].result_list) == [failed]


@pytest.mark.parametrize("value", ["nonsense", "notifications.dead"])
def test_a_filter_that_does_not_exist_filters_nothing(value):
    BookingFactory()

    response = client("auditor").get(BOOKINGS, {"attention": value}, follow=True)

    assert response.status_code == 200
    assert len(response.context["cl"].result_list) == 1


def test_an_action_shows_what_it_will_do_and_does_nothing_yet():
    booking = BookingFactory(failed=True, name="Anna Berg")

    response = ask(client("front desk"), "bookings.failed:cancel", booking)

    page = Page(response, "")
    assert "Anna Berg" in page.text
    assert "sends the customer a cancellation" in page.text
    assert Booking.objects.get(pk=booking.pk).status == "failed"


def test_a_confirmed_action_is_applied_record_by_record_with_its_reason():
    browser, bookings = client("front desk"), [BookingFactory(failed=True) for _ in range(3)]

    response = confirm(browser, ask(browser, "bookings.failed:cancel", *bookings))

    assert "done for 3 records" in messages(response)
    reasons = Event.objects.filter(transition="cancel").values_list("reason", "source", "actor")
    assert list(reasons) == [("A storm.", "desk", "staff")] * 3


def test_an_action_without_a_reason_asks_again_and_keeps_the_records():
    browser, booking = client("front desk"), BookingFactory(failed=True)

    response = confirm(browser, ask(browser, "bookings.failed:cancel", booking), reason=" ")

    assert response.status_code == 422
    assert "the reason" in Page(response, "").text
    assert [subject.record for subject in response.context["subjects"]] == [booking]


def test_a_record_that_left_the_list_meanwhile_is_told_as_resolved():
    browser, bookings = client("front desk"), [BookingFactory(failed=True) for _ in range(2)]
    asked = ask(browser, "bookings.failed:cancel", *bookings)
    advance(bookings[0], "cancel", STAFF, by="staff")

    response = confirm(browser, asked)

    assert "done for 1 record" in messages(response)
    assert "1 was already resolved" in messages(response)


def test_a_list_of_which_everything_was_resolved_says_so():
    booking = BookingFactory(failed=True)
    advance(booking, "cancel", STAFF, by="staff")

    response = ask(client("front desk"), "bookings.failed:cancel", booking)

    assert response.status_code == 200
    assert "Already resolved." in Page(response, "").text


def test_what_is_acted_on_is_exactly_what_was_shown():
    browser, booking = client("front desk"), BookingFactory(waiting=True)
    asked = ask(browser, "bookings.awaiting_staff:accept", booking)
    advance(booking, "correct_email", STAFF, email="new@example.com")

    response = confirm(browser, asked)

    assert "was left as it is" in messages(response)
    assert Booking.objects.get(pk=booking.pk).status == "submitted"


def test_a_confirmed_action_twice_is_done_once():
    browser, booking = client("front desk"), BookingFactory(failed=True)
    asked = ask(browser, "bookings.failed:cancel", booking)
    confirm(browser, asked)

    response = confirm(browser, asked)

    assert "1 was already resolved" in messages(response)
    assert RecoveryAttempt.objects.filter(result=Result.APPLIED).count() == 1


def test_a_remedy_that_refuses_leaves_the_others_alone():
    browser = client("front desk")
    sent, other = DeliveryFactory(held=True), DeliveryFactory(held=True)

    path = "/admin/notifications/delivery/"
    response = confirm(browser, ask(browser, "notifications.held:expire", sent, other, path=path), path=path)

    assert messages(response).count("It is still of use.") == 2


@pytest.mark.parametrize("role", ["auditor"])
def test_view_only_staff_are_offered_no_action_and_their_try_is_written_down(role):
    browser, booking = client(role), BookingFactory(failed=True)

    assert "bookings.failed:cancel" not in browser.get(BOOKINGS).content.decode()
    response = ask(browser, "bookings.failed:cancel", booking)

    assert response.status_code == 403
    assert RecoveryAttempt.objects.get().result == Result.REFUSED
    assert Booking.objects.get(pk=booking.pk).status == "failed"


TOO_LONG = [number * "9" for number in (19, 23, 5000)]


@pytest.mark.parametrize("number", TOO_LONG)
@pytest.mark.parametrize("action", ["bookings.failed:cancel", "delete_selected"])
def test_what_is_ticked_and_can_be_no_record_is_not_treated(action, number):
    browser = client("owner")
    asked = {"reason": "A storm.", "request_id": intents.issue()}
    path = BOOKINGS if "cancel" in action else reverse("admin:bookings_service_changelist")

    answers = [
        browser.post(path, {"action": action, ACTION_CHECKBOX_NAME: number}),
        browser.post(path, {"action": action, ACTION_CHECKBOX_NAME: "1", "shown": f"{number}-1", **asked}),
        browser.post(path, {"action": action, ACTION_CHECKBOX_NAME: "1", "shown": f"1-{number}", **asked}),
    ]

    assert {answer.status_code for answer in answers} <= {200, 302}
    assert not RecoveryAttempt.objects.exists()


@pytest.mark.parametrize("number", TOO_LONG)
def test_a_try_at_what_can_be_no_record_is_refused_too(number):
    answer = client("auditor").post(
        BOOKINGS, {"action": "bookings.failed:cancel", ACTION_CHECKBOX_NAME: number}
    )

    assert answer.status_code == 403


def test_nobody_can_delete_from_a_list():
    booking = BookingFactory(failed=True)

    ask(client("owner"), "delete_selected", booking, post="yes")

    assert Booking.objects.filter(pk=booking.pk).exists()


@pytest.mark.parametrize(
    ("term", "is_found"),
    [
        ("ANNA@exa", True),
        ("anna@example.com", True),
        ("nna@example.com", False),
        ("+49 30", True),
        ("30 555", True),
        ("555", False),
        ("%", False),
        ("", True),
        ("x" * 500, False),
    ],
)
def test_search_finds_beginnings(term, is_found):
    BookingFactory(email="anna@example.com", phone="+49 30 555")

    response = client("auditor").get(BOOKINGS, {"q": term})

    assert len(response.context["cl"].result_list) == is_found


def test_search_finds_a_reference_in_any_case():
    booking = BookingFactory()

    response = client("auditor").get(BOOKINGS, {"q": booking.reference.lower()[:8]})

    assert list(response.context["cl"].result_list) == [booking]


@pytest.mark.parametrize("part", ["uid", "message_id", "recipient", "reference"])
def test_a_message_is_found_by_what_stands_in_it(part):
    delivery = DeliveryFactory()
    DeliveryFactory()

    response = client("auditor").get("/admin/notifications/delivery/", {"q": str(getattr(delivery, part))})

    assert list(response.context["cl"].result_list) == [delivery]


def test_a_list_counts_no_further_than_its_cap(monkeypatch):
    monkeypatch.setattr(finding, "ROW_CAP", 2)
    for _ in range(4):
        BookingFactory()

    page = Page(client("auditor").get(BOOKINGS), "")

    assert "2+ bookings" in page.text


@pytest.mark.parametrize("query", ["p=999", "p=x", "o=1.2.3", "e=1", "unknown=1", "status=nonsense"])
def test_a_forged_address_of_a_list_never_crashes(query):
    BookingFactory()

    assert client("auditor").get(f"{BOOKINGS}?{query}", follow=True).status_code in (200, 400)


@pytest.mark.parametrize(
    ("model", "query"),
    [
        ("notifications_webhookendpoint", "secret__startswith=whsec_"),
        ("notifications_webhookendpoint", "url__contains=hooks"),
        ("bookings_calendarfeed", "key_hash__startswith=0"),
        ("bookings_apiclient", "key_hash=0"),
        ("bookings_booking", "token__startswith=a"),
        ("bookings_booking", "location__name__startswith=a"),
    ],
)
def test_what_no_page_shows_is_not_guessed_by_filtering(model, query):
    path = reverse(f"admin:{model}_changelist")

    assert client("auditor").get(f"{path}?{query}").status_code == 400


@pytest.mark.parametrize(
    ("model", "column"),
    [
        ("bookings_booking", "status__exact"),
        ("bookings_booking", "attention"),
        ("notifications_delivery", "kind"),
        ("operations_jobrun", "name"),
        ("auth_user", "username"),
    ],
)
def test_what_no_column_can_hold_is_not_looked_for(model, column):
    path = reverse(f"admin:{model}_changelist")

    assert client("owner").get(path, {column: "\x00"}).status_code == 400


@pytest.mark.parametrize(
    ("model", "query"),
    [
        ("bookings_booking", "location__id__exact=1&status__exact=failed&attention=bookings.failed"),
        ("bookings_booking", "id__in=1,2"),
        ("notifications_delivery", "channel=email"),
        ("operations_intent", "repeats__gt=0"),
        ("operations_jobrun", "name=sweep"),
    ],
)
def test_what_filters_and_links_narrow_by_is_allowed(model, query):
    answer = client("auditor").get(f"{reverse(f'admin:{model}_changelist')}?{query}")

    assert answer.status_code == 200


def test_a_list_costs_the_same_number_of_queries_however_long(django_assert_max_num_queries):
    for _ in range(20):
        BookingFactory()
    browser = client("auditor")

    with django_assert_max_num_queries(20):
        browser.get(BOOKINGS)
