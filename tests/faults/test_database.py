"""The database restarts for real while a message is under way: no verdict is lost."""

import pytest
from django.core.management import call_command
from django.db import connection
from psycopg.conninfo import conninfo_to_dict

from config import embedded
from notifications import work
from tests.factories import DeliveryFactory
from tests.faults.acts import sweep_and_drain
from tests.notifications.checker import check_against

NAMES = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}


@pytest.fixture(scope="module")
def home(django_db_setup, django_db_blocker, tmp_path_factory):
    """A PostgreSQL of our own in place of the usual one, to be restarted."""
    home = tmp_path_factory.mktemp("database")
    embedded.ensure_running(home)
    address, usual = conninfo_to_dict(embedded.database_url(home)), dict(connection.settings_dict)
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict.update({ours: address.get(theirs, "") for ours, theirs in NAMES.items()})
        call_command("migrate", verbosity=0, skip_checks=True)
        yield home
        connection.close()
        connection.settings_dict.update(usual)
    embedded.stop(home)


def test_database_restarted(home, server, show):
    def restart():
        embedded.stop(home)
        embedded.ensure_running(home)
        return "250 2.0.0 Ok: queued as 7F3A"

    for point in ("rcpt", "dot"):
        delivery = DeliveryFactory()
        server.fault(point, restart, times=1)
        work.drain()
        sweep_and_drain()
        show("after the restart", delivery)
    check_against(server)
