"""Sees to it that alerts leave when no worker is there to send them: whoever is left takes the turn."""

from __future__ import annotations

import ctypes
import os
import random
import signal
import sys
import threading
import time
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import connection, connections
from django.utils import timezone

from operations import alerts, jobs, work
from operations.jobs import ScheduledJob

log = structlog.get_logger("holdfast.lookout")
PR_SET_PDEATHSIG = 1


def is_needed() -> bool:
    """Whether no worker has taken the turn of the alerts' job, or there has never been one."""
    mine = ScheduledJob.objects.filter(name=alerts.JOB)
    waited = timedelta(seconds=settings.HOLDFAST.alert_stand_in_seconds)
    overdue = mine.filter(next_at__lt=timezone.now() - waited)
    return overdue.exists() or not mine.exists()


def stand_in() -> bool:
    """Take the turn where a worker should have; whether it was ours.

    The ledger gives each turn to one, so that of many processes that look out one tells.
    """
    if not is_needed():
        return False
    if not ScheduledJob.objects.filter(name=alerts.JOB).exists():
        jobs.declare(work.jobs().values())
    job = work.jobs()[alerts.JOB]
    if not jobs.claim(job):
        return False
    log.warning("no worker tells alerts; this process does", process=os.getpid())
    jobs.run(job)
    return True


def look_out() -> None:
    """Look out from a thread beside what this process does for others; a web server's processes do."""
    threading.Thread(target=_look_on, daemon=True, name="lookout").start()


def send_out() -> int | None:
    """Where it is needed, fork a process that stands in, and give its pid: telling may take a while.

    It ends with its parent, and by itself when its time is over. For a parent of one thread only.
    """
    if not is_needed():
        return None
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        _stand_in_and_end()
    return pid


def _look_on() -> None:
    while True:
        time.sleep(settings.HOLDFAST.alert_stand_in_seconds * random.uniform(0.4, 0.6))  # noqa: S311
        try:
            stand_in()
        except Exception as error:  # whatever it is: the next look may go better
            log.warning("could not look out", error=f"{type(error).__name__}: {error}".strip())
        finally:
            connection.close()


def _stand_in_and_end() -> None:
    status = 1
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD, signal.SIGHUP, signal.SIGALRM):
            signal.signal(number, signal.SIG_DFL)
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        signal.alarm(alerts.LIMIT_SECONDS)
        connections["default"] = connections.create_connection("default")  # the parent's is the parent's
        stand_in()
        status = 0
    except BaseException:
        log.exception("standing in failed")
    finally:
        os._exit(status)
