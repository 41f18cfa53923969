"""Who may do what at the desk: every role with every remedy and every method, over all that is declared."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from operations import recovery
from operations.repair import RecoveryAttempt, Result
from tests.desk.staff import READERS, ROLES, client, filled, forms, may_press, page_of, user
from tests.desk.stuck import BUILDERS, build, each_condition, each_remedy, remedies_by_builder
from tests.pages.visitor import Page
from tests.signing_in import browser_of

LOGIN = reverse("admin:login")

pytestmark = pytest.mark.django_db


def reading(role):
    """What a GET answers to this role."""
    if role == "customer":
        return 302
    return 200 if role in READERS else 403


@each_condition
def test_reading_takes_the_permission_to_view(condition):
    record = build(condition)

    for role in ROLES:
        browser = client(role)
        for path in (page_of(condition, record), reverse("admin:desk_condition", args=[condition.code])):
            assert browser.get(path).status_code == reading(role), role
            assert browser.head(path).status_code == reading(role), role


@each_condition
def test_there_are_forms_exactly_for_those_who_may_press(condition):
    everybody = {role: client(role) for role in ROLES}
    for remedies in remedies_by_builder(condition):
        path = page_of(condition, build(condition, remedies[0]))
        forms_for = {role: forms(browser, path) for role, browser in everybody.items()}

        for remedy in remedies:
            offered = {role for role in ROLES if remedy.code in forms_for[role]}
            assert offered == {role for role in ROLES if may_press(role, remedy)}, remedy.code
            assert {"owner", "operator"} <= offered, remedy.code


@each_remedy
def test_a_press_without_permission_is_written_down_and_changes_nothing(condition, remedy):
    record = build(condition, remedy)
    data = filled(form_of_the_owner(condition, record, remedy), reason="just trying")
    before = type(record).objects.filter(pk=record.pk).values().get()

    for role in ("front desk", "auditor", "presser", "newcomer"):
        browser = client(role)
        if may_press(role, remedy):
            continue
        response = browser.post(page_of(condition, record), data)

        assert response.status_code == 403
        assert type(record).objects.filter(pk=record.pk).values().get() == before
        attempt = RecoveryAttempt.objects.latest("pk")
        assert (attempt.subject_id, attempt.remedy, attempt.result) == (
            record.pk,
            remedy.code,
            Result.REFUSED,
        )
        assert (attempt.message, attempt.reason) == ("permission denied", "just trying")
        assert attempt.user_id == User.objects.get(username=role.replace(" ", "-")).pk


@each_remedy
def test_whoever_has_the_permission_may_press_without_being_the_owner(condition, remedy):
    record = build(condition, remedy)
    data = filled(form_of_the_owner(condition, record, remedy))

    role = "front desk" if remedy.permission == "operations.recover" else "operator"
    response = client(role).post(page_of(condition, record), data)

    assert response.status_code == 303
    assert not condition.records().filter(pk=record.pk).exists()


@each_condition
def test_whoever_is_not_logged_in_or_not_staff_is_asked_to_log_in(condition):
    path = page_of(condition, build(condition))

    for browser in (Client(), client("customer")):
        for address in (reverse("admin:desk"), reverse("admin:desk_condition", args=[condition.code]), path):
            assert browser.get(address)["Location"].startswith(LOGIN)
            assert browser.post(address, {"remedy": "retry"})["Location"].startswith(LOGIN)
    assert not RecoveryAttempt.objects.exists()


@each_condition
def test_other_methods_are_refused(condition):
    path, owner = page_of(condition, build(condition)), client("owner")

    for method in (owner.put, owner.patch, owner.delete, owner.options):
        response = method(path)

        assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, POST")


def test_a_remedy_may_take_a_permission_of_its_own():
    condition = recovery.conditions()["bookings.failed"]
    remedy = condition.remedy("cancel")
    record = BUILDERS[condition.code]()
    object.__setattr__(remedy, "permission", "bookings.call_off")

    try:
        offered = forms(client("front desk"), page_of(condition, record))
        response = client("auditor").post(page_of(condition, record), {"remedy": "cancel"})
    finally:
        object.__setattr__(remedy, "permission", "operations.recover")

    assert set(offered) == {"retry"}
    assert response.status_code == 403


def test_a_press_without_the_csrf_token_is_refused():
    condition = recovery.conditions()["bookings.failed"]
    record = BUILDERS[condition.code]()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user("owner"))

    response = browser.post(page_of(condition, record), {"remedy": "retry"})

    assert response.status_code == 403
    assert condition.records().filter(pk=record.pk).exists()


def test_a_newcomer_sees_the_desk_and_no_matter():
    record = BUILDERS["bookings.failed"]()

    page = Page(client("newcomer").get(reverse("admin:desk")), "")

    assert page.status == 200
    assert record.name not in page.text
    assert "not permitted to see any matters" in page.text


def form_of_the_owner(condition, record, remedy):
    """The form as somebody sees it who may press everything."""
    browser = browser_of(User.objects.create_superuser("the owner"))
    return forms(browser, page_of(condition, record))[remedy.code]
