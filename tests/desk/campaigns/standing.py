"""Campaigns that stand still in a state, for tests that hold for every condition."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from operations import workflow
from operations.campaigns.campaign import Campaign
from operations.campaigns.ledger import CampaignItem
from tests.factories import STAFF, DeliveryFactory, advance

STARTED = ("schedule", {"reason": "The mail server is back.", "user_id": None})
STOPPED = ("stop", {"text": "The same failure came back twice: 550 no such user"})


def campaign(*moves, **fields):
    """A campaign over one message that gave up, brought where it stands by its own moves."""
    with transaction.atomic():
        made = Campaign(condition="notifications.dead", remedy="retry", **fields)
        workflow.begin(made, STAFF, "prepare")
        delivery = DeliveryFactory(dead=True)
        CampaignItem.objects.create(
            campaign=made, position=0, subject_id=delivery.pk, subject_version=delivery.version
        )
    for name, arguments in moves:
        made = advance(made, name, STAFF, **arguments)
    return made


def prepared():
    return campaign()


def under_way():
    end_the_other()
    return campaign(STARTED)


def stalled():
    end_the_other()
    made = campaign(STARTED, ("set_out", {}))
    Campaign.objects.filter(pk=made.pk).update(stale_after=timezone.now() - timedelta(hours=1))
    return Campaign.objects.get(pk=made.pk)


def stopped():
    end_the_other()
    return campaign(STARTED, ("set_out", {}), STOPPED)


def end_the_other():
    """One runs at a time: what is under way ends first."""
    for other in Campaign.objects.active():
        advance(other, "call_off" if other.status == "scheduled" else "complete")
