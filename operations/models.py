"""The kernel's own tables, each defined beside the code that owns it."""

from operations.alerts import Alert
from operations.attempts import Attempt
from operations.campaigns.campaign import Campaign
from operations.campaigns.ledger import CampaignItem
from operations.casefile.exports import Export
from operations.heartbeat import WorkerHeartbeat
from operations.history import Event
from operations.incidents import Incident
from operations.intents import Intent, Refused
from operations.jobs import JobRun, ScheduledJob
from operations.people.claims import Claim
from operations.people.handovers import HandOver
from operations.people.notes import Note
from operations.people.pledges import Pledge
from operations.people.saved_views import SavedView
from operations.people.snoozes import Snooze
from operations.proving import Proof
from operations.rehearsing import Rehearsal
from operations.repair import RecoveryAttempt

__all__ = [
    "Alert",
    "Attempt",
    "Campaign",
    "CampaignItem",
    "Claim",
    "Event",
    "Export",
    "HandOver",
    "Incident",
    "Intent",
    "JobRun",
    "Note",
    "Pledge",
    "Proof",
    "RecoveryAttempt",
    "Refused",
    "Rehearsal",
    "SavedView",
    "ScheduledJob",
    "Snooze",
    "WorkerHeartbeat",
]
