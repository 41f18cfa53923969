"""What an enquiry's state means for whoever asked."""

from __future__ import annotations

from django.utils.translation import gettext as _

from bookings import language
from bookings.correspondence import Enquiry, EnquiryStatus
from bookings.explanations import Explanation, Level


def explain(enquiry: Enquiry) -> Explanation:
    """The enquiry's present state in words; never empty, whatever the state."""
    place = {"place": enquiry.location.name}
    match enquiry.status:
        case EnquiryStatus.ANSWERED:
            return Explanation(
                Level.GOOD,
                _("Your message was answered"),
                _("%(place)s wrote to you.") % place,
                _("Answer that e-mail if anything is left open."),
            )
        case EnquiryStatus.CLOSED:
            return Explanation(
                Level.OVER,
                _("Your message was closed"),
                _("%(place)s read it; it needs no answer any more.") % place,
                _("Write again if anything is left open."),
            )
    return Explanation(
        Level.WAITING,
        _("Your message was received"),
        _("%(place)s has it and will read it.") % place,
        _promise(enquiry),
    )


def _promise(enquiry: Enquiry) -> str:
    if enquiry.stale_after is None:
        return _("The answer comes by e-mail.")
    spoken = language.spoken(enquiry.stale_after, enquiry.location)
    return _("The answer comes by e-mail, usually by %(when)s.") % {"when": f"{spoken.date}, {spoken.time}"}
