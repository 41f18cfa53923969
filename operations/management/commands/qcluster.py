"""`manage.py qcluster`: django-q2's cluster under a watch that replaces it when it stops working."""

from typing import Any

from django_q.management.commands import qcluster

from operations.queue.broker import run_cluster
from operations.watch import Watch


class Command(qcluster.Command):  # type: ignore[misc]
    help = "Start the worker: a django-q2 cluster, watched by progress. Ctrl-C or SIGTERM stops it in order."

    def handle(self, *args: Any, **options: Any) -> None:
        if options["run_once"] or options["cluster_name"]:
            super().handle(*args, **options)
        else:
            Watch(run_cluster).run()
