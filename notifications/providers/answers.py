"""What a mail provider's answer means, where its status code alone would mislead."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from notifications.outside import verdicts
from notifications.outside.calls import Answer
from operations.errors import (
    ConfigurationError,
    DeliveryError,
    PermanentError,
    TransientError,
    UnknownOutcomeError,
)

KNOWS_REPEATS = {"resend": 86_400}  # how many seconds an Idempotency-Key is kept
# Nothing about one message: no such account, address of the API, or domain, or nobody paid.
NOT_SET_UP = (402, 404, 405, 410)
# Said by a server that had it all: the message may be on its way.
IN_DOUBT = (500, 502, 504)
# Answers with these statuses tell about the recipient in their body; django-anymail reads them.
READ_FURTHER = {"postmark": (422,), "mailjet": (400,)}
# From each provider's reference of errors: what stands in the body, and who must act.
SAID: dict[str, tuple[tuple[str, type[DeliveryError]], ...]] = {
    "mailgun": ((r"Mailgun Magnificent API", ConfigurationError),),
    "mandrill": (
        (r'"(Invalid_Key|PaymentRequired|Unknown_Subaccount)"', ConfigurationError),
        (r'"ValidationError"', PermanentError),
        (r'"ServiceUnavailable"', TransientError),
    ),
    "postal": (
        (
            r'"(InvalidServerAPIKey|ServerSuspended|AccessDenied|UnauthenticatedFromAddress)"',
            ConfigurationError,
        ),
        (r'"(parameter-error|NoRecipients|NoContent|TooManyToAddresses)"', PermanentError),
    ),
    "postmark": ((r'"ErrorCode":\s*(10|400|401|405|412|413)\b', ConfigurationError),),
    "resend": (
        (r'"concurrent_idempotent_requests"', TransientError),
        (r'"invalid_idempotent_request"', UnknownOutcomeError),
        (r'"(invalid_api_key|missing_api_key|restricted_api_key|invalid_from_address)"', ConfigurationError),
    ),
}


class RecipientRefused(PermanentError):
    """Raised when a provider took nothing, because of the address: nothing left our hands."""


def check(provider: str, answer: Answer) -> None:
    """Return when it was accepted or its body tells more; else raise the DeliveryError that it means."""
    for words, error in SAID.get(provider, ()):
        if re.search(words, answer.text):
            raise verdicts.as_error(error, _("The mail provider refuses it (%(status)s)."), answer)
    if answer.status in NOT_SET_UP:
        said = _("The mail provider does not know us, or what we ask for (%(status)s).")
        raise verdicts.as_error(ConfigurationError, said, answer)
    if answer.status in IN_DOUBT:
        raise _in_doubt(provider, answer)
    if answer.status not in READ_FURTHER.get(provider, ()):
        verdicts.check(answer)


def unanswered(provider: str, why: Exception) -> DeliveryError:
    """The message went out and nothing came back: a second one only to those who would know it."""
    said = _("The mail provider did not answer: %(why)s.") % {"why": why}
    return TransientError(said) if provider in KNOWS_REPEATS else UnknownOutcomeError(said)


def _in_doubt(provider: str, answer: Answer) -> DeliveryError:
    said = _("The mail provider failed when it had the message (%(status)s).")
    error = TransientError if provider in KNOWS_REPEATS else UnknownOutcomeError
    return verdicts.as_error(error, said, answer)
