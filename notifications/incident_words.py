"""What failures of messages mean, for people who never read an answer of a mail server."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notifications.channel_names import TITLES
from notifications.channel_switches import EMAIL
from operations import incidents
from operations.incidents import Incident

NO_SUCH_ADDRESS = ("550", "551", "553")  # RFC 5321, 4.2.3
FULL_OR_TOO_BIG = ("452", "552")


def meaning(incident: Incident) -> str:
    """Of a mail server's code, where it says more than that it refused."""
    if incident.channel != EMAIL:
        return ""
    if incident.failure_class == "permanent" and incident.code in NO_SUCH_ADDRESS:
        return _("there is no such address, or it takes no mail")
    if incident.code in FULL_OR_TOO_BIG:
        return _("the mailbox is full or the message too big for it")
    return ""


incidents.call({**TITLES, "webhook": gettext_lazy("Webhooks")})
incidents.explain(meaning)
