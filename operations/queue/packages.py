"""The signed packages that django-q2 carries: one call of a worker with one name, and no personal data."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from functools import cache

from django_q.signing import SignedPackage

from operations.work import jobs

RUN, RUN_JOB = "operations.queue.run", "operations.queue.run_job"
PING = "ping"
OVERRUN_SECONDS = 30
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # a fixed start keeps the packages of one call alike


def options(job_name: str) -> dict[str, int]:
    """What django-q2 must know about a job: when to stop it by force."""
    job = jobs().get(job_name)
    return {"timeout": job.limit_seconds + OVERRUN_SECONDS} if job else {}


@cache
def sign(function: str, argument: str) -> tuple[str, str]:
    """The package of a call, and the part of it that is the same each time it is signed."""
    task = {
        "id": uuid.uuid5(uuid.NAMESPACE_URL, f"holdfast:{function}:{argument}").hex,
        "name": argument,
        "func": function,
        "args": (argument,),
        "kwargs": {},
        "started": EPOCH,
        "ack_failure": True,
        **(options(argument) if function == RUN_JOB else {}),
    }
    package = SignedPackage.dumps(task)
    return package, package.rsplit(":", 2)[0] + ":"
