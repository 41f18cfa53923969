"""What else must learn that staff have corrected an address: the records that messages are about."""

from __future__ import annotations

from collections.abc import Callable

from notifications.models import Delivery
from operations.workflow import Operation

Learner = Callable[[Delivery, str, Operation], bool]

_learners: list[Learner] = []


def register(learner: Learner) -> None:
    """Have `learner` told of each correction; it answers whether it has seen to the message as well."""
    _learners.append(learner)


def tell(delivery: Delivery, recipient: str, operation: Operation) -> bool:
    """Tell of the right address of a locked message; True when nothing is left to be done about that."""
    answers = [learner(delivery, recipient, operation) for learner in _learners]  # each one is told
    return any(answers)
