"""Whoever watches the process is told the truth, and told soon."""

import subprocess
import sys

import pytest
from django.db import connection

from config import health
from tests.run.installation import ROOT

ASK = """
from django.test import Client
client = Client(SERVER_NAME="localhost")
for path in ("/healthz", "/readyz"):
    answer = client.get(path)
    print(answer.status_code, answer.get("Retry-After"))
"""


def test_a_migrated_database_makes_it_ready(client, db):
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 200


def test_a_missing_migration_makes_it_unready(client, db):
    client.get("/readyz")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'bookings'")
    health._migrated.cache_clear()

    assert client.get("/readyz").status_code == 503


@pytest.mark.parametrize("address", ["postgres://nobody@127.0.0.1:1/none", "postgres:///none?host=/nowhere"])
def test_a_database_that_is_away_leaves_the_process_alive(tmp_path, address):
    environment = {"DATABASE_URL": address, "HOLDFAST_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", ASK]

    answers = subprocess.run(command, cwd=ROOT, env=environment, stdout=-1, text=True, check=True, timeout=30)

    assert answers.stdout.splitlines() == ["200 None", "503 2"]
