"""Who looks after accounts, and what they cannot make of themselves."""

import re

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from bookings.models import Assignment
from operations import reach, roles
from tests.access.visiting import letters, log_in, set_up, visitor
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


ADD = reverse("admin:auth_user_add")


def new_account(owner, **typed):
    """The form with a new person of the front desk in it."""
    role = Group.objects.get(name=roles.FRONT_DESK).pk
    return owner.post(ADD, {"username": "ben", "groups": [role], "is_staff": "on"} | typed)


def test_the_owner_adds_somebody_and_limits_them(owner):
    place = LocationFactory()
    secret = {"password1": "a long secret", "password2": "a long secret"}

    answer = new_account(owner, locations=[place.pk], **secret)

    assert answer["Location"] == USERS
    ben = User.objects.get(username="ben")
    assert reach.places_of(ben) == frozenset({place.slug})
    assert ben.has_perm("operations.recover")
    assert ben.check_password("a long secret")
    assert f"{place.name}" in owner.get(USERS).content.decode()


def test_the_form_is_about_people_and_not_about_permissions(owner):
    page = Page(owner.get(ADD), ADD)
    kept = Page(owner.get(change_page(person(roles.AUDITOR))), "")

    for word in ("May log in", "Roles", "Works only at"):
        assert word in page.text
    for shown in (page, kept):
        assert "pbkdf2" not in shown.text
        assert "Can add" not in shown.text
    assert re.search(r'name="is_staff"[^>]* checked', owner.get(ADD).content.decode())


def test_somebody_new_chooses_the_password_by_a_link(production, owner, django_capture_on_commit_callbacks):
    production.DEMO = True
    with django_capture_on_commit_callbacks(execute=True):
        new_account(owner, email="ben@example.com")
    [letter] = letters()
    [link] = re.findall(r"(/admin/account/password/forgotten/\S+-\S+/)", str(letter.body))
    browser = visitor()
    form = browser.get(link, follow=True)

    browser.post(form.request["PATH_INFO"], {"password1": "a long secret", "password2": "a long secret"})

    assert letter.to == ["ben@example.com"]
    assert User.objects.get(username="ben").check_password("a long secret")
    assert "Bad Token" in visitor().get(link, follow=True).content.decode()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Where should the link go?"),
        ({"password1": "a long secret"}, "The two are not the same."),
        ({"password1": "abc", "password2": "abc"}, "too short"),
        (
            {"username": "benjamin.wolf", "password1": "benjamin.wolf", "password2": "benjamin.wolf"},
            "too similar",
        ),
        ({"email": "taken@example.com"}, "Somebody else has this address already."),
    ],
)
def test_what_would_not_work_is_said_beside_its_field(owner, typed, said):
    User.objects.create_user("old", email="Taken@example.com")

    answer = new_account(owner, **typed)

    assert said in Page(answer, ADD).text
    assert not User.objects.filter(username__startswith="ben").exists()


def test_who_cannot_log_in_or_sees_nothing_is_said(owner):
    secret = {"password1": "a long secret", "password2": "a long secret"}
    owner.post(ADD, {"username": "ben", **secret})
    assert "Ben cannot log in" in owner.get(USERS).content.decode()

    owner.post(ADD, {"username": "eva", "is_staff": "on", **secret})
    assert "Eva has no role yet" in owner.get(USERS).content.decode()


def test_the_owner_does_not_become_almighty(owner):
    user = User.objects.get(username="owner")
    data = form_of(owner, change_page(user)) | {"is_superuser": "on", "assignment-TOTAL_FORMS": "0"}

    owner.post(change_page(user), data)

    assert not User.objects.get(username="owner").is_superuser


class TestWhoLooksAfterAccountsAlone:
    @pytest.fixture
    def porter(self):
        group = Group.objects.create(name="Accounts")
        codes = ("add_user", "change_user", "view_user", "add_group", "change_group", "view_group")
        group.permissions.set(Permission.objects.filter(codename__in=codes))
        porter = User.objects.create_user("porter", is_staff=True)
        porter.groups.add(group)
        return porter

    def test_gives_nobody_more_than_they_have(self, porter):
        owner, own = Group.objects.get(name=roles.OWNER).pk, porter.groups.get().pk
        browser = browser_of(porter)
        secret = {"password1": "a long secret", "password2": "a long secret"}
        for path, rest in ((ADD, secret), (change_page(porter), {"is_active": "on"})):
            form = {"username": "porter", "is_staff": "on", "assignment-TOTAL_FORMS": "0"} | rest
            form |= {"username": "ben"} if path == ADD else {}

            refused = browser.post(path, form | {"groups": [own, owner], "assignment-INITIAL_FORMS": "0"})
            taken = browser.post(path, form | {"groups": [own], "assignment-INITIAL_FORMS": "0"})

            assert (refused.status_code, taken.status_code) == (200, 302)
        assert not Group.objects.get(pk=owner).user_set.exists()

    def test_becomes_nobody_who_may_do_more(self, porter):
        """Whoever sets a password, or the address that a new one is sent to, may log in with it."""
        owner, clerk = person(roles.OWNER), User.objects.create_user("clerk", is_staff=True)
        gone = person(roles.OWNER, "gone")
        User.objects.filter(pk=gone.pk).update(is_active=False)
        said = {"password1": "some other words", "password2": "some other words", "usable_password": "true"}
        browser = browser_of(porter)

        answers = [
            browser.post(reverse("admin:auth_user_password_change", args=[each.pk]), said).status_code
            for each in (owner, gone, clerk)
        ]

        assert answers == [403, 403, 302]
        for each in (owner, gone):
            assert browser.post(change_page(each), {"is_active": "on"}).status_code == 403

    def test_puts_into_a_group_only_what_they_may_do(self, porter):
        more, own = (Permission.objects.get(codename=code).pk for code in ("delete_user", "add_user"))
        path, browser = reverse("admin:auth_group_add"), browser_of(porter)

        assert browser.post(path, {"name": "Night", "permissions": [more]}).status_code == 200
        assert browser.post(path, {"name": "Night", "permissions": [own]}).status_code == 302


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


@pytest.mark.usefixtures("no_code_runs_out")
def test_the_list_says_who_has_a_second_factor(production, anna):
    browser = visitor()
    log_in(browser)
    set_up(browser)
    production.DEMO = True
    root = browser_of(anna)

    assert 'icon-yes.svg" alt="True"' in root.get(USERS).content.decode().split("field-has_second_factor")[1]


@pytest.mark.usefixtures("no_code_runs_out")
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
