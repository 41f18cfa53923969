"""Carries the calls that django-anymail makes, under our clock and with our mark before each sending."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from notifications.outside.calls import Answer, Caller, NoAnswer, NotReached
from notifications.providers import answers
from operations.errors import TransientError


class Line(BaseAdapter):
    """Mounted into a session of requests; `before_sending` and `key` are those of the next message."""

    def __init__(self, caller: Caller, provider: str, secrets: Iterable[str]) -> None:
        super().__init__()
        self._caller, self._provider, self._secrets = caller, provider, tuple(filter(None, secrets))
        self.key = ""
        self.before_sending: Callable[[], None] = lambda: None

    def send(self, request: PreparedRequest, *_args: Any, **_options: Any) -> Response:
        """The answer to one call, unless it means a DeliveryError, which is raised then."""
        headers = {name: _text(value) for name, value in request.headers.items()}
        headers |= {"Accept-Encoding": "identity", "Idempotency-Key": self.key}
        try:
            answer = self._caller.post(
                str(request.url), headers, _bytes(request.body), before_sending=self.before_sending
            )
        except NotReached as error:
            raise TransientError(
                _("The mail provider could not be reached: %(why)s.") % {"why": error}
            ) from error
        except NoAnswer as error:
            raise answers.unanswered(self._provider, error) from error
        answer = replace(answer, text=self._without_secrets(answer.text))
        answers.check(self._provider, answer)
        return _as_response(answer, request)

    def close(self) -> None:
        """The caller is closed by whoever opened it."""

    def _without_secrets(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "…")
        return text


def _as_response(answer: Answer, request: PreparedRequest) -> Response:
    response = Response()
    response.status_code, response.headers = answer.status, CaseInsensitiveDict(answer.headers)
    response.request, response.url, response.encoding = request, str(request.url), "utf-8"
    response._content = answer.text.encode()
    return response


def _bytes(body: Any) -> bytes:
    return body.encode() if isinstance(body, str) else bytes(body or b"")


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
