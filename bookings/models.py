"""The domain's tables, each defined beside the rules that govern it."""

from bookings.booking import Booking
from bookings.clients import ApiClient
from bookings.correspondence import Enquiry, Message
from bookings.customer import Customer
from bookings.feeds import CalendarFeed
from bookings.importing.kept import ImportFile
from bookings.message_texts import MessageText
from bookings.offerings import Requirement, Service
from bookings.outside import LeftOutside
from bookings.places import Closure, Location
from bookings.questions import Question
from bookings.recurrence import Series
from bookings.resources import Absence, Resource
from bookings.sessions import Allocation, Session
from bookings.staffing import Assignment
from bookings.waitlist.entry import FreedDay, WaitEntry

__all__ = [
    "Absence",
    "Allocation",
    "ApiClient",
    "Assignment",
    "Booking",
    "CalendarFeed",
    "Closure",
    "Customer",
    "Enquiry",
    "FreedDay",
    "ImportFile",
    "LeftOutside",
    "Location",
    "Message",
    "MessageText",
    "Question",
    "Requirement",
    "Resource",
    "Series",
    "Service",
    "Session",
    "WaitEntry",
]
