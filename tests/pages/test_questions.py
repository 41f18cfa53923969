"""Questions of a service: asked on its form, checked, and kept as they were answered."""

import pytest
from django.db import IntegrityError, transaction

from bookings import questions
from bookings.models import Booking, Question
from bookings.questions import QuestionKind
from operations.recovery import introduction
from tests.pages.conftest import ADA

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(service):
    """A choice that must be made, a line, and terms to agree to."""
    ask = Question.objects.create
    ask(
        service=service,
        code="length",
        kind=QuestionKind.CHOICE,
        text="How long?",
        choices="Short\nLong",
        is_required=True,
    )
    ask(service=service, code="colour", text="Which colour?", position=1)
    ask(
        service=service, code="terms", kind=QuestionKind.CONSENT, text="I agree", is_required=True, position=2
    )
    return service


@pytest.fixture
def form(asked, form):
    form.fields |= {"answer-length": "Long", "answer-colour": "", "answer-terms": "1"}
    return form


def test_answers_are_kept_with_what_was_asked_and_its_version(form, visitor):
    visitor.send(form)

    kept = Booking.objects.get().answers
    assert kept == {
        "length": {"question": "How long?", "kind": "choice", "version": 1, "position": 0, "answer": "Long"},
        "terms": {"question": "I agree", "kind": "consent", "version": 1, "position": 2, "answer": "1"},
    }


def test_a_later_wording_does_not_change_what_was_answered(form, visitor):
    visitor.send(form)
    Question.objects.filter(code="length").update(text="How much off?")

    assert questions.spoken(Booking.objects.get().answers) == [("How long?", "Long"), ("I agree", "agreed")]


def test_the_bookings_page_repeats_the_answers(form, visitor):
    page = visitor.send(form)

    assert "How long? Long" in page.text
    assert "I agree agreed" in page.text


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("answer-length", "", "Please answer this."),
        ("answer-length", "Shaved", "Please choose one of the answers."),
        ("answer-terms", "", "Without your agreement this cannot be booked."),
        ("answer-colour", "x" * 201, "Please shorten this answer."),
    ],
)
def test_what_is_missing_or_wrong_is_said_and_the_rest_kept(form, visitor, field, value, words):
    page = visitor.send(form, **{field: value})

    assert (page.status, words in page.text, Booking.objects.count()) == (422, True, 0)
    assert page.form("/book/").fields["name"] == ADA["name"]


def test_new_words_are_agreed_to_anew(form, visitor):
    Question.objects.filter(code="terms").update(text="I agree to more")
    page = visitor.send(form)

    assert "These words have changed meanwhile" in page.text
    assert not Booking.objects.exists()


def test_only_new_words_make_a_new_version(asked):
    Question.objects.update(position=5, help_text="Please", version=9)
    assert set(Question.objects.values_list("version", flat=True)) == {1}

    Question.objects.filter(code="length").update(choices="Short")
    assert Question.objects.get(code="length").version == 2


def test_a_choice_without_answers_cannot_be_kept(service):
    with pytest.raises(IntegrityError, match="bookings_choice_has_answers"), transaction.atomic():
        Question.objects.create(service=service, code="x", kind=QuestionKind.CHOICE, text="?")


def test_everything_is_shown_once_more_before_it_is_booked(form, visitor):
    page = visitor.send(form, step="check")

    assert Booking.objects.get().status == "draft"
    assert "How long? Long" in page.text
    assert visitor.send(page.form("/take/")).status == 200
    assert Booking.objects.get().status == "submitted"


def test_from_the_check_one_can_go_back_and_finds_every_answer(form, visitor):
    page = visitor.send(form, step="check")
    kept = visitor.open(next(link for link in page.links if "draft=" in link))

    assert kept.form("/book/").fields["name"] == ADA["name"]
    assert '<option value="Long" selected>' in kept.html
    assert 'value="1" autocomplete="off" required id="id_answer-terms" checked' in kept.html


def test_a_question_that_is_asked_no_more_is_not_on_the_form(form, visitor):
    Question.objects.update(is_active=False)
    page = visitor.send(form, **{"answer-length": ""})

    assert page.status == 200
    assert Booking.objects.get().answers == {}


def test_other_answers_under_the_same_number_are_a_question(form, visitor):
    visitor.send(form)
    page = visitor.send(form, **{"answer-length": "Short"})

    assert (page.status, "How long?" in page.text, Booking.objects.count()) == (409, True, 1)


def test_a_program_learns_what_is_asked(client, asked):
    found = client.get("/api/v1/locations/salon/services").json()["services"][0]["questions"]

    assert [(each["code"], each["kind"], each["is_required"]) for each in found] == [
        ("length", "choice", True),
        ("colour", "line", False),
        ("terms", "consent", True),
    ]
    assert found[0]["choices"] == ["Short", "Long"]


def test_staff_see_question_and_answer(form, visitor):
    visitor.send(form)

    assert introduction(Booking).facts(Booking.objects.get())["How long?"] == "Long"


def test_the_summary_of_errors_names_the_question(form, visitor):
    page = visitor.send(form, **{"answer-length": "", "answer-terms": "", "name": ""})
    summary = page.text[: page.text.index("Price")]
    assert "How long?: Please answer this." in summary
    assert "I agree: Without your agreement this cannot be booked." in summary
    assert "Name: " not in summary
