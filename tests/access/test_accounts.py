"""Who looks after accounts, and what they cannot make of themselves."""

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from bookings.models import Assignment
from operations import reach, roles
from tests.access.visiting import log_in, set_up, visitor
from tests.factories import LocationFactory
from tests.pages.visitor import Page

pytestmark = pytest.mark.django_db
USERS = reverse("admin:auth_user_changelist")


def person(role, name=""):
    user = User.objects.create_user(username=name or role.lower().replace(" ", "-"), is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return user


def browser_of(user):
    browser = Client()
    browser.force_login(user)
    return browser


def change_page(user):
    return reverse("admin:auth_user_change", args=[user.pk])


def form_of(browser, path):
    page = Page(browser.get(path), path)
    return next(dict(form.fields) for form in page.forms if "username" in form.fields)


@pytest.fixture
def owner(db):
    return browser_of(person(roles.OWNER))


def test_the_owner_adds_somebody_and_limits_them(owner):
    place = LocationFactory()
    secret = {"password1": "a long secret", "password2": "a long secret", "usable_password": "true"}
    owner.post(reverse("admin:auth_user_add"), {"username": "ben", **secret})
    ben = User.objects.get(username="ben")

    data = form_of(owner, change_page(ben)) | {
        "is_staff": "on",
        "is_active": "on",
        "groups": [Group.objects.get(name=roles.FRONT_DESK).pk],
        "assignment-TOTAL_FORMS": "1",
        "assignment-0-locations": [place.pk],
    }
    answer = owner.post(change_page(ben), data)

    assert answer.status_code == 302, answer.context["errors"]
    ben = User.objects.get(username="ben")
    assert reach.places_of(ben) == frozenset({place.slug})
    assert ben.has_perm("operations.recover")
    assert f"{place.name}" in owner.get(USERS).content.decode()


def test_the_owner_does_not_become_almighty(owner):
    user = User.objects.get(username="owner")
    data = form_of(owner, change_page(user)) | {"is_superuser": "on", "assignment-TOTAL_FORMS": "0"}

    owner.post(change_page(user), data)

    assert not User.objects.get(username="owner").is_superuser


@pytest.mark.parametrize("page", ["change", "delete"])
def test_superusers_are_touched_by_superusers_only(owner, page):
    root = User.objects.create_superuser("root", password="secret")
    path = reverse(f"admin:auth_user_{page}", args=[root.pk])

    owner.post(path, {"username": "mine", "post": "yes"})
    owner.post(
        reverse("admin:auth_user_password_change", args=[root.pk]), {"password1": "x", "password2": "x"}
    )

    kept = User.objects.get(pk=root.pk)
    assert (kept.username, kept.check_password("secret")) == ("root", True)


@pytest.mark.parametrize("role", [roles.FRONT_DESK, roles.AUDITOR])
def test_others_do_not_change_accounts(role):
    browser, somebody = browser_of(person(role)), person(roles.FRONT_DESK, "somebody")

    assert browser.get(reverse("admin:auth_user_add")).status_code == 403
    assert browser.post(change_page(somebody), {"username": "mine"}).status_code == 403
    assert browser.get(USERS).status_code == (200 if role == roles.AUDITOR else 403)


def test_the_roles_are_kept_by_the_program_and_other_groups_are_the_owners(owner):
    role, own = Group.objects.get(name=roles.AUDITOR), Group.objects.create(name="Night porter")

    for group, allowed in ((role, False), (own, True)):
        path = reverse("admin:auth_group_change", args=[group.pk])
        assert owner.post(path, {"name": "renamed"}).status_code == (302 if allowed else 403)


def test_the_list_says_who_has_a_second_factor(production, anna):
    browser = visitor()
    log_in(browser)
    set_up(browser)
    production.DEMO = True
    root = browser_of(anna)

    assert 'icon-yes.svg" alt="True"' in root.get(USERS).content.decode().split("field-has_second_factor")[1]


def test_whoever_lost_the_second_factor_gets_a_new_start(production, anna, capsys):
    thief = visitor()
    log_in(thief)
    set_up(thief)

    call_command("forget_second_factor", "anna")
    password = capsys.readouterr().out.split()[-1]

    assert thief.get("/admin/account/second-factor/").status_code == 302
    browser = visitor()
    assert log_in(browser, password)["Location"] == "/admin/"
    assert browser.get("/admin/login/")["Location"].startswith(reverse("mfa_activate_totp"))


def test_forgetting_the_factor_of_nobody_says_so():
    with pytest.raises(CommandError, match="There is no user “nobody”"):
        call_command("forget_second_factor", "nobody")


def test_a_limit_goes_with_its_account():
    user = person(roles.FRONT_DESK)
    Assignment.objects.create(user=user)

    user.delete()

    assert not Assignment.objects.exists()
