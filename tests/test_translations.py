"""Every text exists in every language that is offered, and everybody can choose theirs."""

import pytest
from django.conf import settings
from django.test import Client

from config import catalogues
from tests.factories import LocationFactory
from tests.pages.visitor import Visitor


@pytest.mark.parametrize("language", catalogues.languages())
def test_nothing_is_left_to_translate(language):
    assert [str(fault) for fault in catalogues.faults(language)] == []


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_pages_speak_the_browsers_language(db, language):
    response = Client(headers={"accept-language": language}).get("/find/")

    assert f'<html lang="{language}"' in response.content.decode()
    assert "Accept-Language" in response["Vary"]


def test_a_chosen_language_stays_chosen(db):
    LocationFactory(slug="salon")
    visitor = Client(enforce_csrf_checks=True, headers={"accept-language": "fr"})

    response = visitor.post("/language/", {"language": "de", "next": "/salon/contact/"})

    assert response["Location"] == "/salon/contact/"
    assert '<html lang="de"' in visitor.get("/salon/contact/").content.decode()


def test_the_page_of_languages_leads_back(db):
    page = Visitor().open("/language/?next=/find/")

    assert page.form("/language/").fields["next"] == "/find/"
    assert {"Deutsch", "English", "Español", "Français", "日本語"} <= set(page.text.split())


def test_choosing_leads_to_no_other_website(db):
    response = Client().post("/language/", {"language": "de", "next": "https://elsewhere.example/"})

    assert response["Location"] == "/"
    assert "elsewhere" not in Client().get("/language/?next=//elsewhere.example/").content.decode()
