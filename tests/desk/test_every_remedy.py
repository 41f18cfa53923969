"""Every way out leads out: written once for all declared conditions and remedies."""

import pytest
from django.db import connection

from operations import recovery
from operations.history import Event
from operations.repair import RecoveryAttempt, Result
from tests.desk.staff import client, filled, forms, forms_of, page_of, press
from tests.desk.stuck import BUILDERS, CONDITIONS, build, each_condition, each_remedy
from tests.pages.visitor import Page

pytestmark = pytest.mark.django_db


def test_every_condition_has_a_builder():
    assert {condition.code for condition in CONDITIONS} <= set(BUILDERS)


@each_condition
def test_the_list_shows_the_record(condition):
    record = build(condition)

    page = Page(client("owner").get(f"/admin/desk/{condition.code}/"), "")

    assert page_of(condition, record) in page.links


@each_condition
def test_the_record_is_explained_to_both_sides(condition):
    record = build(condition)

    page = Page(client("owner").get(page_of(condition, record)), "")

    listed = condition.records().get(pk=record.pk)
    for said in (condition.explanation, condition.customer_text, condition.by_itself or "Nothing."):
        words = recovery.words(said, listed).strip()
        assert words
        assert " ".join(words.split()) in page.text


@each_remedy
def test_the_remedy_says_what_it_does(condition, remedy):
    record = build(condition, remedy)

    page = Page(client("owner").get(page_of(condition, record)), "")

    assert str(remedy.title) in page.text
    assert recovery.words(remedy.says, condition.records().get(pk=record.pk)) in page.text


@each_remedy
def test_the_remedy_takes_its_record_out_of_the_list(condition, remedy):
    record = build(condition, remedy)

    response = press(client("owner"), condition, record, remedy)

    assert response.status_code == 303, Page(response, "").text
    assert not condition.records().filter(pk=record.pk).exists()
    [attempt] = RecoveryAttempt.objects.filter(subject_id=record.pk, condition=condition.code)
    assert (attempt.remedy, attempt.result, attempt.actor) == (remedy.code, Result.APPLIED, "staff")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # every version has its event


@each_remedy
def test_a_recovered_record_shows_its_history_and_no_button(condition, remedy):
    record, owner = build(condition, remedy), client("owner")
    press(owner, condition, record, remedy, reason="a reason to remember")

    page = Page(owner.get(page_of(condition, record)), "")

    assert page.status == 200
    assert "Resolved" in page.text
    assert "a reason to remember" in page.text
    assert remedy.code not in forms_of(page)


@each_remedy
def test_pressing_twice_with_one_form_does_it_once(condition, remedy):
    record, owner = build(condition, remedy), client("owner")
    path = page_of(condition, record)
    data = filled(forms(owner, path)[remedy.code])
    first = owner.post(path, data)
    events = Event.objects.count()

    second = owner.post(path, data)

    assert (first.status_code, second.status_code) == (303, 303)
    assert Event.objects.count() == events
    assert RecoveryAttempt.objects.filter(subject_id=record.pk, result=Result.APPLIED).count() == 1
