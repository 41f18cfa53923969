"""Two questions of whoever watches the process: is it alive, and can it do its work?"""

from functools import cache

from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.metrics import is_staff
from operations import readiness


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """200 while the process can answer at all; asks nobody else."""
    return HttpResponse("alive\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the database is reachable and migrated, else 503; needs no worker and no mail server.

    Staff who are signed in are told as JSON what was looked at; what else is wrong changes no verdict.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if _migrated():
            return _ready(request)
        reason = "The database is not migrated."
    except (DatabaseError, InterfaceError):
        reason = "The database is away."
    _migrated.cache_clear()
    return HttpResponse(f"{reason}\n", status=503, content_type="text/plain", headers={"Retry-After": "2"})


def _ready(request: HttpRequest) -> HttpResponse:
    if not is_staff(request):
        return HttpResponse("ready\n", content_type="text/plain")
    checks = {"database": "reachable", "migrations": "applied", **readiness.details()}
    return JsonResponse({"ready": True, "checks": checks}, json_dumps_params={"indent": 2})


@cache
def _migrated() -> bool:
    """Whether every migration known to this code is applied; reading them all costs too much to repeat."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
