"""What can go wrong, sorted by who must act next."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class HoldfastError(Exception):
    """The root of our errors; `message` is a sentence for the person who must act."""

    code = "error"
    message: str | Promise = ""

    def __init__(self, message: str | Promise = "", **details: Any) -> None:
        self.message = message or self.message
        self.details = details
        super().__init__(str(self.message))


def in_words(error: Exception) -> str:
    """Its type and what it says, for a record that is kept.

    The database quotes the row or the value that it refuses, and with it a person: of its errors only the
    first sentence is told, which names the constraint, and of those that quote a value only their name.
    """
    cause = error.__cause__ or error
    diagnostics, said = getattr(cause, "diag", None), str(error)
    if diagnostics and diagnostics.sqlstate:
        quotes_a_value = diagnostics.sqlstate.startswith("22")  # PostgreSQL's class of data exceptions
        said = type(cause).__name__ if quotes_a_value else diagnostics.message_primary
    return f"{type(error).__name__}: {said}"


class Refusal(HoldfastError):
    """The person who asked must act; nothing was changed and `message` is written for them."""


class StaleRecord(Refusal):
    """Raised by `workflow` when a record changed since the version somebody acted on."""

    code = "stale"
    message: str | Promise = _("This has changed since you opened the page.")


class WrongState(Refusal):
    """Raised by `workflow` when a transition is not allowed from the present status."""

    code = "wrong_state"
    message: str | Promise = _("This is not possible any more.")


class Busy(HoldfastError):
    """Raised when a lock was not free in time; the same request may be sent again at once."""

    code = "busy"
    message: str | Promise = _("Somebody else is changing this right now. Please try again.")


class DeliveryError(HoldfastError):
    """The root of what an outside party can answer; `external_code` is its own code, if any."""

    code = "bug"

    def __init__(
        self, message: str = "", *, external_code: str = "", retry_after_seconds: float | None = None
    ) -> None:
        self.external_code = external_code
        self.retry_after_seconds = retry_after_seconds
        super().__init__(message)


class TransientError(DeliveryError):
    """It failed for certain and may work later; the engine tries again."""

    code = "transient"


class ThrottledError(DeliveryError):
    """The other side asks us to slow down; the attempt is given back."""

    code = "throttled"


class PermanentError(DeliveryError):
    """It will never work as it is; staff or the customer must correct something."""

    code = "permanent"


class ConfigurationError(DeliveryError):
    """Our own set-up is wrong; the channel pauses, and nothing is used up."""

    code = "configuration"


class UnknownOutcomeError(DeliveryError):
    """It was handed over and no verdict came back; it may have happened."""

    code = "unknown"


class OvertakenError(DeliveryError):
    """Events have overtaken it before it left: nobody needs it any more, so it is closed unsent."""

    code = "overtaken"


class HeldBackError(DeliveryError):
    """The channel is closed and this was its probe; the row waits with the others and uses nothing up."""

    code = "held"
