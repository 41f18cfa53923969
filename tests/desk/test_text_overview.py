"""All messages of a place: whose words each has, and the way to change them."""

import pytest
from django.urls import reverse

from bookings.models import MessageText
from bookings.text_forms import EDITABLE
from notifications import kinds
from operations import roles
from tests.calendar.pages import browser, look
from tests.factories import LocationFactory

pytestmark = pytest.mark.django_db
TEXTS = reverse("admin:bookings_messagetext_changelist")
ADD = reverse("admin:bookings_messagetext_add")


@pytest.fixture
def place():
    return LocationFactory(locale="de-AT")


@pytest.fixture
def owner():
    return browser("boss", roles.OWNER)


def in_language(place, code):
    return f"{TEXTS}?location__id__exact={place.pk}&language={code}"


def test_every_kind_is_named_with_a_way_to_write_it(owner, place):
    page = look(owner, TEXTS)

    assert page.text.count("As we say it") == len(EDITABLE)
    for kind in EDITABLE:
        assert kinds.title(kind) in page.text
        assert f"{ADD}?location={place.pk}&kind={kind}&language=de" in page.links
    assert "0 message texts" not in page.text


def test_a_text_of_ones_own_is_shown_and_stands_in_for_other_languages(owner, place):
    text = MessageText.objects.create(location=place, kind="reminder", language="de", subject="Bis morgen!")
    change = reverse("admin:bookings_messagetext_change", args=[text.pk])

    german, french = look(owner, in_language(place, "de")), look(owner, in_language(place, "fr"))

    assert "Bis morgen!" in german.text
    assert change in german.links
    assert "Yours, in the language of the place" in french.text
    assert f"{ADD}?location={place.pk}&kind=reminder&language=fr" in french.links


def test_the_form_knows_which_one_and_leads_back(owner, place):
    path = f"{ADD}?location={place.pk}&kind=reminder&language=fr"
    shown = owner.get(path).content.decode()
    assert '<option value="reminder" selected>' in shown
    assert '<option value="fr" selected>' in shown

    given = {"location": place.pk, "kind": "reminder", "language": "fr", "subject": "Demain", "intro": ""}
    answer = owner.post(path, given | {"_save": "Save"})

    assert answer["Location"] == in_language(place, "fr")


def test_whoever_only_reads_is_offered_no_writing(place):
    page = look(browser("eve", roles.AUDITOR), TEXTS)

    assert "As we say it" in page.text
    assert not any(link.startswith(ADD) for link in page.links)


def test_an_unknown_language_is_answered_with_the_places_own(owner, place):
    other = LocationFactory(name="Elsewhere")

    page = look(owner, in_language(other, "klingon"))

    assert "Elsewhere" in page.text
    assert f"{ADD}?location={other.pk}&kind=reminder&language=en" in page.links
