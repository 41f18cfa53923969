"""Two questions of whoever watches the process: is it alive, and can it do its work?"""

from functools import cache

from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """200 while the process can answer at all; asks nobody else."""
    return HttpResponse("alive\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """200 when the database is reachable and migrated, else 503; needs no worker and no mail server."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if _migrated():
            return HttpResponse("ready\n", content_type="text/plain")
        reason = "The database is not migrated."
    except (DatabaseError, InterfaceError):
        reason = "The database is away."
    _migrated.cache_clear()
    return HttpResponse(f"{reason}\n", status=503, content_type="text/plain", headers={"Retry-After": "2"})


@cache
def _migrated() -> bool:
    """Whether every migration known to this code is applied; reading them all costs too much to repeat."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
