"""What a test has committed is gone before the next one, and what `migrate` makes is there."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection

from operations import roles
from tests.emptying.management.commands.flush import MADE_BY_MIGRATE
from tests.factories import BookingFactory, DeliveryFactory

pytestmark = pytest.mark.django_db(transaction=True)


def empty():
    """As a test that committed ends."""
    call_command("flush", verbosity=0, interactive=False, reset_sequences=False)


def filled():
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")
            if cursor.fetchone() != (0,):
                yield table


def test_nothing_is_left_but_what_migrate_makes():
    empty()
    DeliveryFactory(booking=BookingFactory(accepted=True))

    empty()

    assert set(filled()) == set(MADE_BY_MIGRATE)


def test_what_migrate_makes_is_made_again_by_whoever_changed_it():
    empty()
    made = [model.objects.count() for model in (ContentType, Permission, Group)]
    Group.objects.create(name="Night porter")
    Group.objects.get(name=roles.AUDITOR).permissions.clear()

    empty()

    assert [model.objects.count() for model in (ContentType, Permission, Group)] == made
    assert Group.objects.get(name=roles.AUDITOR).permissions.exists()
    assert not Group.objects.filter(name="Night porter").exists()
