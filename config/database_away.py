"""Answers 503 instead of 500 while the database cannot be reached."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from config import error_pages

logger = structlog.get_logger("holdfast.web")


class DatabaseAway:
    """Middleware for what views raise; `error_pages.server_error` treats what other middleware raises."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The 503 page when the database is what failed; None for everything else."""
        if not isinstance(exception, OperationalError | InterfaceError):
            return None
        logger.error("database_away", error=type(exception.__cause__ or exception).__name__)
        return error_pages.database_away(request)
