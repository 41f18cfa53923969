"""Partners' programs at the desk: made, given new keys and shut out; a key is shown once."""

import re

import pytest
from django.test import Client

from bookings.clients import ApiClient
from operations.repair import RecoveryAttempt
from tests.desk.staff import client
from tests.desk.switches.pressing import form, offered, press, somebody_with
from tests.pages.visitor import Page

LIST, ADD = "/admin/bookings/apiclient/", "/admin/bookings/apiclient/add/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def guide():
    made = ApiClient(slug="city-guide", name="City guide")
    made.key = made.renew_key()
    made.save()
    return made


def page_of(made):
    return f"{LIST}{made.pk}/change/"


def key_in(answer):
    return re.search(r"hf_[\w-]+", answer.content.decode())[0]


def make(browser, **typed):
    fields = Page(browser.get(ADD), ADD).form(having="slug").fields
    return browser.post(ADD, fields | {"slug": "city-guide", "name": "City guide"} | typed)


def test_making_one_shows_a_key_that_works_once():
    browser = client("owner")
    key = key_in(make(browser))
    made = ApiClient.objects.get()

    assert ApiClient.of_key(key) == made
    for path in (LIST, page_of(made)):
        body = browser.get(path).content.decode()
        assert key not in body
        assert made.key_hash not in body


def test_a_new_key_ends_the_old_one(guide):
    key = key_in(press(client("owner"), page_of(guide), "renew"))

    assert ApiClient.of_key(key) == guide
    assert ApiClient.of_key(guide.key) is None


def test_the_same_press_twice_makes_one_key(guide):
    browser = client("owner")
    fields = form(browser, page_of(guide), "renew").fields | {"reason": "lost"}
    key = key_in(browser.post(page_of(guide), fields))
    browser.post(page_of(guide), fields)

    assert ApiClient.of_key(key) == guide


def test_who_is_revoked_is_shut_out_until_a_new_key(guide):
    browser = client("owner")
    press(browser, page_of(guide), "revoke")
    assert ApiClient.of_key(guide.key) is None

    assert ApiClient.of_key(key_in(press(browser, page_of(guide), "renew"))) == guide


@pytest.mark.parametrize("slug", ["city-guide", "public", "not a slug"])
def test_a_name_that_cannot_be_is_refused(guide, slug):
    assert make(client("owner"), slug=slug).status_code == 422
    assert ApiClient.objects.count() == 1


@pytest.mark.parametrize("switch", ["renew", "revoke"])
def test_each_act_takes_its_permission_and_a_try_without_it_is_kept(guide, switch):
    fields = form(client("owner"), page_of(guide), switch).fields | {"reason": "x"}
    browser = client("front desk")

    assert offered(browser, page_of(guide)) == set()
    assert browser.post(page_of(guide), fields).status_code == 403
    assert RecoveryAttempt.objects.get().result == "refused"
    assert ApiClient.of_key(guide.key) == guide


def test_permissions_are_given_one_by_one(guide):
    assert offered(somebody_with("revoke_apiclient"), page_of(guide)) == {"revoke"}


def test_a_stranger_is_sent_to_the_door(guide):
    assert Client().post(page_of(guide), {"switch": "revoke"}).status_code == 302
    assert ApiClient.of_key(guide.key) == guide
