"""That no worker runs is told by a process that is no worker: the web's, or the watch's own."""

import json
import os
import subprocess
import sys
from datetime import timedelta

import psutil
import pytest
from django.utils import timezone

from config import identity
from operations import alerts, jobs, lookout, work
from operations.alerts import Alert
from operations.heartbeat import WorkerHeartbeat
from operations.jobs import JobRun, ScheduledJob
from tests.chaos.queue_processes import ROOT, QueueProcesses, eventually
from tests.desk.stuck import nobody
from tests.misbehaving_http import receiver
from tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)

IMPATIENT = {"HOLDFAST_ALERT_STAND_IN_SECONDS": "1"}


def waits(seconds: float) -> None:
    """The turn of the alerts' job is due for so long."""
    jobs.declare(work.jobs().values())
    ScheduledJob.objects.filter(name=alerts.JOB).update(next_at=timezone.now() - timedelta(seconds=seconds))


def test_while_a_worker_tells_them_nobody_stands_in():
    waits(5)

    assert not lookout.stand_in()
    assert not JobRun.objects.exists()


def test_a_turn_that_no_worker_takes_is_taken_once():
    waits(60)
    nobody()

    assert sorted(race(4, lambda _n: lookout.stand_in())) == [False, False, False, True]
    assert Alert.objects.get().key == "operations.no_worker"


def test_where_no_worker_has_ever_run_it_is_told_too():
    ScheduledJob.objects.all().delete()
    nobody()

    assert lookout.stand_in()
    assert Alert.objects.get().key == "operations.no_worker"


def test_the_watch_sends_out_a_process_of_its_own():
    waits(60)
    nobody()

    pid = lookout.send_out()

    assert pid is not None
    assert os.waitpid(pid, 0)[1] == 0
    assert Alert.objects.get().told_by == ["log"]
    assert lookout.send_out() is None


def test_when_the_worker_is_killed_the_web_server_tells_it_and_tells_it_once():
    WorkerHeartbeat.objects.all().delete()
    with receiver() as server:
        told = {"HOLDFAST_ALERT_WEBHOOK_URL": server.url, "DJANGO_SETTINGS_MODULE": "config.settings"}
        worker = QueueProcesses(**IMPATIENT, **told)
        worker.start()
        try:
            eventually(lambda: WorkerHeartbeat.objects.alive().exists(), 30)
        finally:
            kill(worker)
        an_hour_later()
        web = start_web(worker.environment)
        try:
            eventually(lambda: server.received, 40)
            eventually(lambda: Alert.objects.filter(told_at__isnull=False).exists())
        finally:
            web.terminate()
            web.wait(20)

    assert [json.loads(request.body)["alert"] for request in server.received] == ["operations.no_worker"]


def kill(worker: QueueProcesses) -> None:
    """The watch, and with it everything that it has started."""
    family = worker.watch.children(recursive=True)
    worker.process.kill()
    worker.process.wait()
    psutil.wait_procs(family, 20)


def an_hour_later() -> None:
    """So long ago the worker was heard of, and the turn of the alerts was due."""
    ago = timezone.now() - timedelta(hours=1)
    WorkerHeartbeat.objects.update(beat_at=ago, silent_until=ago)
    ScheduledJob.objects.filter(name=alerts.JOB).update(next_at=ago)
    Alert.objects.all().delete()


def start_web(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Two processes of the web server that we ship, and no worker."""
    port = ("--host", "127.0.0.1", "--port", str(identity.free_port()), "--workers", "2")
    command = (sys.executable, "-m", "granian", "--interface", "wsgi", *port, "config.wsgi:application")
    return subprocess.Popen(command, cwd=ROOT, env=environment)
