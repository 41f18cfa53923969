"""Guessing is locked out, nobody learns who is known, and a new password ends every other session."""

import re

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.urls import reverse

from tests.access.visiting import LOGIN, PASSWORD, letters, log_in, visitor

pytestmark = pytest.mark.django_db
CHANGE = reverse("account_change_password")
FORGOTTEN = reverse("account_reset_password")
NEW = "another long secret"
NEIGHBOUR = {"HTTP_X_FORWARDED_FOR": "203.0.113.10"}


def guess(browser, times, name="anna"):
    return [log_in(browser, f"guess {number}", name=name).status_code for number in range(times)]


def test_too_many_guesses_lock_the_pair_of_user_and_address(production, anna):
    limit = production.HOLDFAST.login_failures_count

    answers = guess(visitor(), limit)
    locked = log_in(visitor())

    assert answers == [200] * (limit - 1) + [429]
    assert (locked.status_code, locked["Retry-After"]) == (429, "900")
    assert "Too many wrong passwords" in locked.content.decode()
    assert log_in(visitor(**NEIGHBOUR)).status_code == 302


def test_another_user_from_the_same_address_is_not_locked(production, anna):
    User.objects.create_superuser("ben", "ben@example.com", PASSWORD)
    guess(visitor(), production.HOLDFAST.login_failures_count)

    assert log_in(visitor(), name="ben").status_code == 302


def test_what_a_visitor_writes_into_the_header_does_not_unlock(production, anna):
    guess(visitor(), production.HOLDFAST.login_failures_count)

    forged = visitor(HTTP_X_FORWARDED_FOR="198.51.100.1, 203.0.113.9")

    assert log_in(forged).status_code == 429


def test_the_addresses_of_one_ipv6_subscriber_count_as_one(production, anna):
    for number in range(production.HOLDFAST.login_failures_count):
        guess(visitor(HTTP_X_FORWARDED_FOR=f"2001:db8::{number + 1:x}"), 1)

    assert log_in(visitor(HTTP_X_FORWARDED_FOR="2001:db8::ffff")).status_code == 429
    assert log_in(visitor(HTTP_X_FORWARDED_FOR="2001:db8:0:1::1")).status_code == 302


def test_the_right_password_forgets_the_wrong_ones(production, anna):
    limit = production.HOLDFAST.login_failures_count
    guess(visitor(), limit - 1)
    log_in(visitor())

    assert not AccessAttempt.objects.exists()
    assert guess(visitor(), 1) == [200]


def test_known_and_unknown_users_get_the_same_answers(production, anna):
    def answers(name):
        browser = visitor()
        pages = [log_in(browser, "wrong", name=name) for _ in range(production.HOLDFAST.login_failures_count)]
        return [(page.status_code, without_what_varies(page, name)) for page in pages]

    assert answers("anna") == answers("nobody")


def test_forgotten_passwords_do_not_tell_who_is_known(production, anna):
    pages = [visitor().post(FORGOTTEN, {"email": email}) for email in ("anna@example.com", "who@example.com")]

    assert {(page.status_code, page["Location"]) for page in pages} == {
        (302, reverse("account_reset_password_done"))
    }
    [letter] = letters()
    assert letter.to == ["anna@example.com"]


def test_a_forgotten_password_is_replaced_by_mail(production, anna):
    browser = visitor()
    browser.post(FORGOTTEN, {"email": "anna@example.com"}, HTTP_HOST="testserver")
    [letter] = letters()
    [link] = re.findall(r"https://booking\.example\.org(/admin/account/\S+)", str(letter.body))[:1]
    form = browser.get(link, follow=True)

    done = browser.post(form.request["PATH_INFO"], {"password1": NEW, "password2": NEW})
    again = browser.get(link, follow=True)

    assert done.status_code == 302
    assert User.objects.get().check_password(NEW)
    assert "Bad Token" in again.content.decode()
    assert browser.get("/admin/").status_code == 302


def test_a_new_password_ends_every_other_session(on_this_machine, anna):
    here, elsewhere = (visitor(HTTP_X_FORWARDED_FOR="") for _ in range(2))
    for browser in (here, elsewhere):
        del browser.defaults["HTTP_X_FORWARDED_FOR"]
        log_in(browser)
        assert browser.get("/admin/").status_code == 200

    here.post(CHANGE, {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})

    assert here.get("/admin/").status_code == 200
    assert elsewhere.get("/admin/")["Location"].startswith(LOGIN)


def test_a_password_is_changed_by_whoever_knows_the_old_one(on_this_machine, anna):
    browser = visitor()
    log_in(browser)

    answer = browser.post(CHANGE, {"oldpassword": "wrong", "password1": NEW, "password2": NEW})

    assert answer.status_code == 200
    assert User.objects.get().check_password(PASSWORD)


def test_a_session_ends_after_a_shift(production, anna):
    browser = visitor()
    log_in(browser)

    assert browser.session.get_expiry_age() <= 12 * 3600


@pytest.mark.parametrize("path", ["signup/", "email/", "login/code/", "confirm-email/", "password/set/"])
def test_nobody_signs_up(production, anna, path):
    production.DEMO = True
    browser = visitor()
    log_in(browser)

    assert browser.get(f"/admin/account/{path}").status_code == 404


def test_whoever_is_not_staff_does_not_get_in(production, db):
    User.objects.create_user("customer", password=PASSWORD)

    assert log_in(visitor(), name="customer").status_code == 200


def without_what_varies(page, name):
    text = page.content.decode().replace(name, "NAME")
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)
