"""However `manage.py up` ends, nothing stays behind and the data do."""

import os
import shutil
import signal

import psycopg
import pytest
from django.db import connection

from config import kin
from config.embedded import cluster
from tests.run.installation import MAKE, START_SECONDS, UP, Installation, eventually

NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=+dac_override")
pytestmark = pytest.mark.timeout(300)
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


def test_sigterm_to_make_leaves_nothing_and_a_second_start_finds_the_data(install):
    installation: Installation = install(demo=True)
    installation.run(MAKE)
    login = f"staff login: staff / {(installation.home / 'staff_password').read_text()}"
    assert login in installation.said()

    installation.stop(signal.SIGTERM)
    assert installation.leftovers() == []

    installation.run(MAKE)
    assert login in installation.said()
    installation.stop(signal.SIGINT, group=True)
    assert installation.leftovers() == []


def test_a_start_after_sigkill_ends_what_was_left(install):
    installation: Installation = install()
    installation.run()
    installation.stop(signal.SIGKILL)
    left = kin.of(installation.home)
    assert left

    installation.run()

    assert not any(process.is_running() for process in left)
    assert installation.main("worker")


def test_a_signal_during_the_start_leaves_nothing(install):
    installation: Installation = install()
    installation.begin()
    eventually(lambda: "database" in installation.said(), START_SECONDS)

    installation.stop(signal.SIGTERM)

    assert installation.leftovers() == []


@needs_root
def test_an_ordinary_user_needs_no_root(install, tmp_path):
    home = tmp_path / "hers"
    home.mkdir()
    shutil.chown(home, 65534, 65534)
    installation: Installation = install("hers/home", PYTHONDONTWRITEBYTECODE="1")

    installation.run((*NOBODY, "--ambient-caps=+dac_override", *UP))

    owners = {process.uids().real for process in installation.leftovers()}
    assert owners == {65534}
    installation.stop()
    assert installation.leftovers() == []


@pytest.mark.django_db(transaction=True)
def test_a_database_of_ones_own_is_used_as_it_is(install):
    connection.ensure_connection()
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as server:
        server.execute("DROP DATABASE IF EXISTS holdfast_test_up WITH (FORCE)")  # of a run that was killed
        server.execute("CREATE DATABASE holdfast_test_up")
        installation: Installation = install(DATABASE_URL=_address(server, "holdfast_test_up"))
        try:
            installation.run()
            assert not cluster.data_folder(installation.home).exists()
            installation.stop()
            assert installation.leftovers() == []
        finally:
            server.execute("DROP DATABASE holdfast_test_up WITH (FORCE)")


def _address(server: psycopg.Connection, database: str) -> str:
    return psycopg.conninfo.make_conninfo(server.info.dsn, password=server.info.password, dbname=database)
