"""Keeps the parts of an installation alive until it is told to stop, and then leaves nothing behind."""

import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from config import embedded, kin
from config.parts import Part

STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
LOOK_EVERY_SECONDS = 0.1
DATABASE_EVERY_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 4.0  # what dies is back within ten seconds, however often it dies
STEADY_SECONDS = 10.0
FROZEN_SECONDS = 5.0
WRITERS_SECONDS, INBOX_SECONDS = 8.0, 2.0  # with the database's five, well under twenty


class Stopped(BaseException):
    """Raised in the main thread by the first SIGTERM, SIGINT or SIGHUP; the next ones are not heard."""


def listen() -> None:
    """Turn the signals that mean "stop" into Stopped."""
    for number in STOPPING:
        signal.signal(number, _stop)


def _stop(*_: object) -> None:
    for number in STOPPING:
        signal.signal(number, lambda *_: None)
    raise Stopped


class Child:
    """One part and its current process."""

    def __init__(self, part: Part, home: Path, directory: Path) -> None:
        self.part, self.home, self.directory = part, home, directory
        self.pause = 0.1
        self.start()

    def start(self) -> None:
        """Start the process, in a session of its own: Ctrl-C reaches us alone, and we stop it in order."""
        self.started_at, self.due_at, self.moved_at = time.monotonic(), 0.0, time.monotonic()
        self.process = subprocess.Popen(
            self.part.command,
            cwd=self.directory,
            env=self.part.environment(),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

    def revive(self, say: Callable[[str], None]) -> None:
        """Start a dead process again: soon after a steady life, else after a growing pause."""
        status, now = self.process.poll(), time.monotonic()
        if status is None:
            self._end_if_frozen(now)
            return
        if not self.due_at:
            steady = now - self.started_at > STEADY_SECONDS
            self.pause = 0.1 if steady else min(LONGEST_PAUSE_SECONDS, self.pause * 2)
            self.due_at = now + self.pause
            say(f"{self.part.name} {kin.explain(status)}; starting it again.")
        if now >= self.due_at:
            kin.end(kin.of(self.home, self.part.name), 0)
            self.start()

    def _end_if_frozen(self, now: float) -> None:
        """A process that somebody has stopped (SIGSTOP) lives and will never do anything again."""
        if not kin.is_frozen(self.process.pid):
            self.moved_at = now
        elif now - self.moved_at > FROZEN_SECONDS:
            self.process.kill()

    def ask_to_stop(self) -> None:
        """Ask the process to finish what it does."""
        if self.process.poll() is None:
            self.process.terminate()

    def wait_until(self, moment: float) -> None:
        """Wait for its end, and end what is left of it at `moment`."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0.0, moment - time.monotonic()))
        kin.end(kin.of(self.home, self.part.name), 0)


class Group:
    """All the parts, and the embedded database when there is one."""

    def __init__(self, home: Path, directory: Path, database: bool, say: Callable[[str], None]) -> None:
        self.home, self.directory, self.database, self.say = home, directory, database, say
        self.children: list[Child] = []
        self.database_seen_at = time.monotonic()

    def start(self, part: Part) -> None:
        """Start `part`, and keep it alive from now on."""
        self.children.append(Child(part, self.home, self.directory))

    def keep_alive(self) -> None:
        """One look at everything: what died is started again."""
        for child in self.children:
            child.revive(self.say)
        if self.database and time.monotonic() - self.database_seen_at > DATABASE_EVERY_SECONDS:
            self._revive_database()
            self.database_seen_at = time.monotonic()
        kin.reap({child.process.pid for child in self.children})
        time.sleep(LOOK_EVERY_SECONDS)

    def stop(self) -> None:
        """Stop everything in order: who writes first, then the inbox they write to, then the database."""
        readers = [child for child in self.children if child.part.name == "inbox"]
        writers = [child for child in self.children if child not in readers]
        for group, seconds in ((writers, WRITERS_SECONDS), (readers, INBOX_SECONDS)):
            until = time.monotonic() + seconds
            for child in group:
                child.ask_to_stop()
            for child in group:
                child.wait_until(until)
        kin.end(kin.of(self.home), 0)
        if self.database:
            embedded.stop(self.home)
        kin.end_descendants()

    def _revive_database(self) -> None:
        if embedded.postmaster(self.home):
            return
        self.say("database ended; starting it again.")
        try:
            embedded.ensure_running(self.home)
        except embedded.DatabaseFailed as failure:
            self.say(str(failure))
