"""Roles by remedies by methods, generated over all that is declared: who gets through, what is kept."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.test import Client

from bookings.models import Assignment
from operations import intents, reach, recovery, roles
from operations.recovery import RECOVER
from operations.repair import RecoveryAttempt, Result
from tests import signing_in
from tests.desk.staff import filled, forms, page_of
from tests.desk.stuck import build, each_condition, each_remedy
from tests.factories import LocationFactory

pytestmark = pytest.mark.django_db

# May read, may press what concerns one record, may press what serves all locations.
RIGHTS = {
    "superuser": (True, True, True),
    roles.OWNER: (True, True, True),
    roles.FRONT_DESK: (True, True, False),
    roles.AUDITOR: (True, False, False),
    "front desk elsewhere": (False, False, False),
    "owner elsewhere": (False, False, False),
    "staff without a role": (False, False, False),
}
STRANGERS = ("customer", "nobody")
OTHER_METHODS = ("put", "patch", "delete", "options", "trace")


def person(role: str) -> User:
    user = User.objects.create_user(role, is_staff=role != "customer", is_superuser=role == "superuser")
    base = role.removesuffix(" elsewhere").capitalize()
    user.groups.set(Group.objects.filter(name=base))
    if role.endswith("elsewhere"):
        Assignment.objects.create(user=user).locations.add(LocationFactory())
    return user


def browser_of(role: str) -> Client:
    return Client() if role == "nobody" else signing_in.browser_of(person(role))


def rights(role: str, remedy: Any) -> tuple[bool, bool]:
    reads, recovers, operates = RIGHTS[role]
    return reads, recovers if remedy.permission == RECOVER else operates


def state(record: Any) -> Any:
    return type(record).objects.filter(pk=record.pk).values().get()


@each_condition
def test_reading(condition):
    record = build(condition)
    path = page_of(condition, record)

    for role, (reads, _recovers, _operates) in RIGHTS.items():
        browser = browser_of(role)
        offered = set(forms(browser, path))

        assert browser.head(path).status_code == (200 if reads else 403), role
        assert all(rights(role, condition.remedy(code))[1] for code in offered), role


@each_remedy
def test_a_refused_press(condition, remedy):
    record = build(condition, remedy)
    path, before = page_of(condition, record), state(record)
    data = {"remedy": remedy.code, "reason": "just trying", "version": "1", "request_id": intents.issue()}

    for role in [each for each in RIGHTS if not rights(each, remedy)[1]]:
        answer = browser_of(role).post(path, data)

        assert answer.status_code == 403, role
        attempt = RecoveryAttempt.objects.latest("pk")
        assert (attempt.remedy, attempt.result, attempt.subject_id) == (
            remedy.code,
            Result.REFUSED,
            record.pk,
        ), role
        assert attempt.user_id == User.objects.get(username=role).pk, role
        assert state(record) == before, role


@each_remedy
def test_a_granted_press(condition, remedy):
    for role in [each for each in RIGHTS if rights(each, remedy)[1]]:
        before = transaction.savepoint()
        record, browser = build(condition, remedy), browser_of(role)
        path = page_of(condition, record)
        offered = forms(browser, path)
        if remedy.code not in offered:  # it is pressed on a page of its own, which has tests of its own
            assert recovery.introduction(condition.model).own_page(record), role
            continue

        answer = browser.post(path, filled(offered[remedy.code]))

        assert answer.status_code == 303, role
        assert RecoveryAttempt.objects.latest("pk").result == Result.APPLIED, role
        transaction.savepoint_rollback(before)


@each_condition
def test_strangers_are_sent_to_the_door(condition):
    record = build(condition)
    path, before = page_of(condition, record), state(record)

    for role in STRANGERS:
        browser = browser_of(role)
        for method in ("get", "head", "post", *OTHER_METHODS):
            data = {"remedy": "retry"} if method == "post" else {}
            answer = getattr(browser, method)(path, data)
            assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/admin/login/")
    assert state(record) == before
    assert not RecoveryAttempt.objects.exists()


@each_condition
def test_no_other_method_does_anything(condition):
    record = build(condition)
    path, before = page_of(condition, record), state(record)

    for role in RIGHTS:
        browser = browser_of(role)
        for method in OTHER_METHODS:
            assert getattr(browser, method)(path).status_code == 405, (role, method)
    assert state(record) == before


def test_the_roles_in_the_matrix_are_those_that_there_are():
    assert set(roles.ROLES) <= set(RIGHTS)
    assert reach.is_limited(person("owner elsewhere"))
