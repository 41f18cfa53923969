"""The embedded PostgreSQL is a real one: durable, private, and there whenever somebody needs it."""

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from config import embedded
from config.embedded import account, cluster
from tests.run.installation import ROOT, eventually

USER = """
import sys
from pathlib import Path
from config import embedded
embedded.use(Path(sys.argv[1]))
print("using", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def home(tmp_path):
    yield tmp_path / "it's a home"
    embedded.stop(tmp_path / "it's a home")


def rows(home: Path, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(embedded.database_url(home), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def test_a_killed_server_has_kept_what_was_committed(home):
    embedded.ensure_running(home)
    rows(home, "CREATE TABLE kept AS SELECT 1 AS one")
    server = embedded.postmaster(home)
    assert server is not None
    server.kill()
    eventually(lambda: embedded.postmaster(home) is None)

    embedded.ensure_running(home)

    assert rows(home, "SELECT one FROM kept") == [(1,)]


def test_the_server_is_durable_and_speaks_unicode(home):
    embedded.ensure_running(home)
    durable = "SELECT current_setting('fsync'), current_setting('full_page_writes')"

    assert rows(home, f"{durable}, current_setting('synchronous_commit')") == [("on", "on", "on")]
    assert rows(home, "SELECT upper('élan'), current_setting('data_checksums')") == [("ÉLAN", "on")]


def test_holdfast_is_an_ordinary_role(home):
    embedded.ensure_running(home)

    assert rows(home, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") == [(False,)]


def test_a_stale_process_number_that_lives_again_does_not_keep_it_from_starting(home):
    embedded.ensure_running(home)
    embedded.stop(home)
    note = cluster.data_folder(home) / "postmaster.pid"
    note.write_text(f"1\n{note.parent}\n0\n5432\n{note.parent}\n\n0 0\nready\n")

    embedded.ensure_running(home)

    assert rows(home, "SELECT 1") == [(1,)]


def test_nobody_without_the_password_is_let_in(home):
    embedded.ensure_running(home)
    stranger = embedded.database_url(home).replace("holdfast:", "holdfast:not", 1)

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(stranger)


def test_a_long_path_gets_a_short_socket(tmp_path):
    home = tmp_path / ("far" * 30)
    try:
        embedded.ensure_running(home)

        assert rows(home, "SELECT 1") == [(1,)]
    finally:
        embedded.stop(home)


def test_the_last_user_stops_the_server(home):
    users = [_user(home), _user(home)]

    _leave(users[0])
    assert rows(home, "SELECT 1") == [(1,)]
    _leave(users[1])

    assert embedded.postmaster(home) is None


def test_a_private_folder_lets_the_server_through_and_nobody_else(tmp_path):
    folder = tmp_path / "private"
    folder.mkdir(mode=0o700)
    guest, stranger = account.Account(4711, 4711), account.Account(4712, 4712)
    if account.for_data(folder / "new") is None:
        pytest.skip("only root runs the server as somebody else")

    account.let_through(guest, folder / "data")

    assert guest.can("-x", folder)
    assert not guest.can("-r", folder)
    assert not stranger.can("-x", folder)


def _user(home: Path) -> subprocess.Popen[str]:
    user = subprocess.Popen(
        [sys.executable, "-c", USER, str(home)], cwd=ROOT, stdin=-1, stdout=-1, text=True, bufsize=1
    )
    assert user.stdout is not None
    assert user.stdout.readline() == "using\n"
    return user


def _leave(user: subprocess.Popen[str]) -> None:
    user.communicate("")
    assert user.returncode == 0
