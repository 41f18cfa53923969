"""Compares what the receiver took with what the records say: nothing lost, nothing doubled unrecorded."""

from collections import Counter

from django.db import connection

from notifications.models import Delivery
from operations.attempts import Attempt
from tests.misbehaving_smtp import MisbehavingSMTP

MAY_HAVE_ARRIVED = {"done", "confirmed", "bounced", "unknown"}


def check_against(server: MisbehavingSMTP) -> None:
    """Raise AssertionError for each promise that the records break."""
    connection.check_constraints()  # no change without its event, as at a commit
    taken = Counter(mail.message_id for mail in server.received)
    ours = {delivery.message_id: delivery for delivery in Delivery.objects.all()}
    assert set(taken) <= set(ours), "the receiver has a message that we know nothing of"
    for message_id, delivery in ours.items():
        _check(delivery, taken[message_id])


def _check(delivery: Delivery, times: int) -> None:
    outcomes = Counter(Attempt.objects.of(delivery).values_list("outcome", flat=True))
    admitted = sum(outcomes[outcome] for outcome in ("done", "unknown", "interrupted", "late", ""))
    assert outcomes["done"] <= times, f"{delivery}: recorded as done and never received"
    assert times <= admitted, f"{delivery}: received {times} times, recorded {admitted} times"
    if delivery.status == "done":
        assert times, f"{delivery}: done and never received"
    if times > 1:
        assert delivery.may_be_duplicate, f"{delivery}: a second copy that is not marked"
    if times and delivery.status not in MAY_HAVE_ARRIVED:
        again = delivery.may_be_duplicate or outcomes["interrupted"] or outcomes[""]
        assert again, f"{delivery}: received, but {delivery.status}"
