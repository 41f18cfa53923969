"""In production a password opens nothing; in a demo it is enough."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.urls import reverse

from tests.access.visiting import (
    CODES,
    GIVE,
    LOGIN,
    SET_UP,
    addresses_of_the_admin,
    code,
    log_in,
    set_up,
    visitor,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_code_runs_out")]
OPEN = {LOGIN, "/admin/logout/"}
ADDRESSES = [path for path in addresses_of_the_admin() if path not in OPEN]


@pytest.fixture
def equipped(production, anna):
    """The secret of her authenticator."""
    browser = visitor()
    log_in(browser)
    return set_up(browser)


def test_the_admin_has_the_addresses_one_expects():
    assert len(ADDRESSES) > 60
    assert {"/admin/", "/admin/desk/", "/admin/bookings/booking/", "/admin/auth/user/add/"} <= set(ADDRESSES)


def test_every_address_of_the_admin_refuses_a_password_alone(production, anna):
    browser = visitor()
    log_in(browser)

    reached = [
        path
        for path in ADDRESSES
        for answer in (browser.get(path), browser.post(path, {"remedy": "retry"}))
        if not (answer.status_code == 302 and answer["Location"].startswith(LOGIN))
    ]

    assert reached == []


def test_every_address_of_the_admin_refuses_a_session_made_without_us(production, anna):
    browser = visitor()
    browser.force_login(anna)

    assert [path for path in ADDRESSES if browser.get(path).status_code != 302] == []


@pytest.mark.django_db(transaction=True)
def test_the_first_login_leads_to_setting_up_a_second_factor(production, anna):
    browser = visitor()

    first = log_in(browser)
    led = browser.get(LOGIN, {"next": "/admin/desk/"})
    set_up(browser)

    assert first["Location"] == "/admin/"
    assert led["Location"].startswith(SET_UP)
    assert browser.get("/admin/desk/").status_code == 200
    assert b"Recovery" in browser.get(CODES).content


def test_a_later_login_takes_password_and_code(equipped):
    browser = visitor()

    asked = log_in(browser, to="/admin/desk/")
    before = browser.get("/admin/desk/")
    wrong = browser.post(GIVE, {"code": "000000"})
    right = browser.post(GIVE, {"code": code(equipped)})

    assert asked["Location"] == GIVE
    assert before.status_code == 302
    assert wrong.status_code == 200
    assert right["Location"] == "/admin/desk/"
    assert browser.get("/admin/desk/").status_code == 200


def test_a_code_opens_once(equipped):
    for browser, works in ((visitor(), True), (visitor(), False)):
        log_in(browser)
        answer = browser.post(GIVE, {"code": code(equipped)})

        assert (answer.status_code == 302) is works


def test_a_recovery_code_opens_once(equipped, anna):
    codes = Authenticator.objects.get(user=anna, type="recovery_codes").wrap().get_unused_codes()

    for browser, works in ((visitor(), True), (visitor(), False)):
        log_in(browser)
        answer = browser.post(GIVE, {"code": codes[0]})

        assert (answer.status_code == 302) is works


def test_codes_cannot_be_guessed_for_long(equipped):
    browser = visitor()
    log_in(browser)

    for guess in range(6):
        browser.post(GIVE, {"code": f"{guess:06}"})
    answer = browser.post(GIVE, {"code": code(equipped)})

    assert answer.status_code == 200
    assert "Too many" in answer.content.decode()


def test_an_older_session_with_the_password_cannot_remove_the_second_factor(production, anna):
    thief = visitor()
    log_in(thief)
    owner = visitor()
    log_in(owner)
    set_up(owner)

    for name in ("mfa_deactivate_totp", "mfa_index", "account_change_password", "mfa_view_recovery_codes"):
        for answer in (thief.get(reverse(name)), thief.post(reverse(name), {})):
            assert answer["Location"].startswith(reverse("mfa_reauthenticate")), name

    assert Authenticator.objects.filter(user=anna, type="totp").exists()


def test_an_older_session_gets_in_by_giving_the_second_factor(equipped, anna):
    browser = visitor()
    browser.force_login(anna)

    asked = browser.get(LOGIN, {"next": "/admin/desk/"})
    given = browser.post(asked["Location"], {"code": code(equipped), "next": "/admin/desk/"})

    assert asked["Location"].startswith(reverse("mfa_reauthenticate"))
    assert given["Location"] == "/admin/desk/"
    assert browser.get("/admin/desk/").status_code == 200


def test_secrets_are_not_kept_as_they_are(equipped, anna, settings):
    kept = Authenticator.objects.get(user=anna, type="totp")

    assert equipped not in str(kept.data)
    assert kept.wrap().validate_code(code(equipped, later=0)) is True


def test_another_secret_key_fits_no_code(equipped, anna, settings):
    settings.SECRET_KEY = "another"

    assert Authenticator.objects.get(user=anna, type="totp").wrap().validate_code(code(equipped)) is False


def test_a_former_secret_key_still_fits(equipped, anna, settings):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"

    assert Authenticator.objects.get(user=anna, type="totp").wrap().validate_code(code(equipped)) is True


def test_a_demo_asks_for_no_second_factor(production, anna):
    production.DEMO = True
    browser = visitor()

    answer = log_in(browser, to="/admin/desk/")

    assert answer["Location"] == "/admin/desk/"
    assert browser.get("/admin/desk/").status_code == 200


def test_in_a_demo_too_whoever_set_one_up_is_asked_for_it(equipped, settings):
    settings.DEMO = True

    assert log_in(visitor())["Location"] == GIVE


def test_on_this_machine_a_password_is_enough(on_this_machine, anna):
    browser = visitor(REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="")
    del browser.defaults["HTTP_X_FORWARDED_FOR"]

    log_in(browser)

    assert browser.get("/admin/").status_code == 200


@pytest.mark.parametrize("headers", [{"REMOTE_ADDR": "203.0.113.9"}, {"HTTP_X_FORWARDED_FOR": "203.0.113.9"}])
def test_a_visitor_from_elsewhere_is_not_on_this_machine(on_this_machine, anna, headers):
    browser = visitor(**headers)
    log_in(browser)

    assert browser.get("/admin/").status_code == 302


def test_scripts_log_in_as_at_any_django_admin(on_this_machine, anna):
    browser = visitor(REMOTE_ADDR="127.0.0.1")
    del browser.defaults["HTTP_X_FORWARDED_FOR"]
    form = browser.get(LOGIN, {"next": "/admin/desk/"}).content.decode()

    answer = log_in(browser, to="/admin/desk/")

    assert all(f'name="{field}"' in form for field in ("username", "password", "next", "csrfmiddlewaretoken"))
    assert (answer.status_code, answer["Location"]) == (302, "/admin/desk/")
    assert User.objects.get(username="anna").last_login
