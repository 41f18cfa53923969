"""The one kind of message that belongs to no other app: the test that staff send to themselves."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from notifications.kinds import Content, Kind, register
from notifications.models import Delivery

TEST = "channel_test"


def compose(delivery: Delivery) -> Content:
    """A few words that show that messages arrive."""
    with override(delivery.language):
        return Content(
            subject=_("Test message"),
            text=_("This is a test that you sent to yourself from %(url)s. Messages leave and arrive.")
            % {"url": settings.HOLDFAST_URL},
        )


register(
    Kind(
        code=TEST,
        title=gettext_lazy("Test message"),
        compose=compose,
        resend_unknown=False,
        matters_when_missed=False,
    )
)
