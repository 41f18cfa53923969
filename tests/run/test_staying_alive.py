"""What dies under `manage.py up` is back within ten seconds, and `up` itself goes on."""

from pathlib import Path

import pytest

from config import kin
from tests.run.installation import Installation, eventually

pytestmark = pytest.mark.timeout(300)


@pytest.mark.parametrize("part", ["web", "worker", "inbox", "database"])
def test_a_killed_part_is_started_again(running: Installation, part: str):
    first = running.main(part)
    assert first is not None

    before = [first, *kin.of(running.home, part)]
    first.kill()

    eventually(lambda: (now := running.main(part)) and now not in before, 10)
    eventually(lambda: not any(process.is_running() for process in before))
    eventually(running.is_ready, 10)
    assert running.up.poll() is None


def test_a_worker_that_is_frozen_whole_is_replaced(running: Installation):
    """Its own watch replaces a cluster that stands still, but not itself."""
    first = running.main("worker")
    assert first is not None
    before = [first, *kin.of(running.home, "worker")]
    for process in before:
        process.suspend()

    eventually(lambda: (now := running.main("worker")) and now not in before, 15)
    eventually(lambda: not any(process.is_running() for process in before))


def test_a_killed_web_process_is_replaced_by_its_parent(running: Installation):
    parent = running.main("web")
    assert parent is not None
    before = {process.pid for process in parent.children()}
    parent.children()[0].kill()

    eventually(lambda: len({process.pid for process in parent.children()} - before) == 1, 10)

    assert parent.is_running()
    eventually(running.is_ready, 10)


def test_the_worker_and_the_web_are_known_by_their_command_lines(running: Installation):
    web, worker = running.main("web"), running.main("worker")
    assert web is not None
    assert worker is not None

    assert "granian" in " ".join(web.cmdline())
    assert "qcluster" in " ".join(worker.cmdline())


def test_every_address_is_printed(running: Installation):
    said = running.said()

    assert f"http://127.0.0.1:{running.port}/" in said
    assert f"http://127.0.0.1:{running.port}/inbox/" in said
    assert "staff login: staff / chosen" in said


def test_secrets_are_for_the_owner_only(running: Installation):
    secrets = [running.home / name for name in ("secret_key", "database_password")]

    assert [path.stat().st_mode & 0o077 for path in secrets] == [0, 0]


def test_a_taken_port_is_said_plainly(running: Installation, tmp_path: Path):
    other = Installation(tmp_path / "home", PORT=str(running.port))

    with pytest.raises(AssertionError, match=f"Port {running.port} is taken"):
        other.run()


def test_a_second_start_in_the_same_home_is_refused(running: Installation):
    twin = Installation(running.home)

    with pytest.raises(AssertionError, match="already runs in"):
        twin.run()

    assert running.is_ready()
