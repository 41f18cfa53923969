"""Every installation has the same three roles, however often it is migrated."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from operations import roles

pytestmark = pytest.mark.django_db


def codes(role):
    found = Group.objects.get(name=role).permissions.select_related("content_type")
    return {f"{each.content_type.app_label}.{each.codename}" for each in found}


def test_a_fresh_database_has_the_roles():
    assert set(Group.objects.values_list("name", flat=True)) == set(roles.ROLES)


def test_the_auditor_sees_all_and_changes_nothing():
    assert {"bookings.view_booking", "operations.view_event", "notifications.view_delivery"} <= codes(
        "Auditor"
    )
    assert {"auth.view_user", "parcels.view_parcel"} <= codes("Auditor")
    assert all(code.partition(".")[2].startswith("view_") for code in codes("Auditor"))


def test_the_front_desk_sees_and_recovers_and_attends_and_edits_nothing():
    assert {"operations.recover", "bookings.attend_move"} <= set(codes("Front desk"))
    acting = {code for code in codes("Front desk") if ".view_" not in code and ".attend_" not in code}
    assert acting == {"operations.recover", "operations.rehearse"}
    assert "auth.view_user" not in codes("Front desk")


def test_the_owner_may_do_everything_of_ours_and_look_after_the_accounts():
    ours = Permission.objects.filter(content_type__app_label__in=("bookings", "notifications", "operations"))

    assert {f"{each.content_type.app_label}.{each.codename}" for each in ours} <= codes("Owner")
    assert {"auth.change_user", "auth.add_user"} <= codes("Owner")
    assert not [
        code for code in codes("Owner") if code.startswith(("mfa.", "account.", "axes.", "sessions."))
    ]


def test_migrating_again_restores_the_roles_and_leaves_other_groups_alone():
    before = {role: codes(role) for role in roles.ROLES}
    Group.objects.get(name="Auditor").permissions.add(Permission.objects.get(codename="change_booking"))
    Group.objects.get(name="Front desk").permissions.clear()
    Group.objects.get(name="Owner").delete()
    own = Group.objects.create(name="Night porter")
    own.permissions.add(Permission.objects.get(codename="change_closure"))

    for _ in range(2):
        call_command("migrate", verbosity=0)

    assert {role: codes(role) for role in roles.ROLES} == before
    assert codes("Night porter") == {"bookings.change_closure"}
