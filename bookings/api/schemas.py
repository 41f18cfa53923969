"""The bodies that calls take and give; their descriptions are the reference that the docs page shows."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bookings.api.values import Answers, Day, Instant, Slug, typed
from bookings.offerings import Approval
from bookings.questions import QuestionKind
from bookings.resources import ResourceKind


class Input(BaseModel):
    """A body in which an unknown field is an error, not a surprise."""

    model_config = ConfigDict(extra="forbid", strict=True)


Anyone = Annotated[str | None, Field(description="Slug of the person or room; empty means anyone.")]


class BookingIn(Input):
    location: Annotated[Slug, Field(description="Slug of the location.")]
    service: Annotated[Slug, Field(description="Slug of the service there.")]
    resource: Anyone = None
    start: Annotated[Instant, Field(description="A start that was offered, with any offset.")]
    name: str = typed("Of the customer, in any script.", 200)
    email: str = typed("Where the customer gets mail.", 254)
    phone: str | None = typed("Needed when the service asks for it.", 40, required=False)
    notes: str | None = typed("Needed when the service asks for them.", 2000, required=False)
    people: Annotated[int, Field(ge=1, le=1000, description="How many come, up to max_people.")] = 1
    answers: Annotated[Answers, Field(description="Further answers by name.")] = {}
    confirm_duplicate: Annotated[bool, Field(description="The same again is meant.")] = False


class WaitIn(Input):
    location: Annotated[Slug, Field(description="Slug of the location.")]
    service: Annotated[Slug, Field(description="Slug of a service with a wait list.")]
    resource: Anyone = None
    start: Annotated[Instant | None, Field(description="The start to wait for.")] = None
    day: Annotated[
        Day | None,
        Field(description="Without start: any time of this date, by the clock of the place."),
    ] = None
    name: str = typed("Of the customer, in any script.", 200)
    email: str = typed("Where the offer goes.", 254)
    phone: str | None = typed("Needed when the service asks for it.", 40, required=False)
    notes: str | None = typed("Needed when the service asks for them.", 2000, required=False)
    answers: Annotated[Answers, Field(description="Further answers by name.")] = {}


class CancelIn(Input):
    reason: str | None = typed("For the staff.", 500, required=False)


class MoveIn(Input):
    start: Annotated[Instant, Field(description="A start that was offered, with any offset.")]
    resource: Anyone = None


class TakeIn(Input):
    confirm_duplicate: Annotated[bool, Field(description="The same again is meant.")] = False


class RetryIn(Input):
    """Nothing needs to be said."""


class ResendIn(Input):
    message: Annotated[
        str | None, Field(description="The message_id of one of messages; the latest when left out.")
    ] = None


class AddressIn(Input):
    email: str = typed("The right one of the customer.", 254)


class EnquiryIn(Input):
    location: Annotated[Slug, Field(description="Slug of the location.")]
    name: str = typed("Of the person who asks, in any script.", 200)
    email: str = typed("Where the answer goes.", 254)
    phone: str | None = typed("A telephone number.", 40, required=False)
    text: str = typed("What they want to know.", 5000)


class ResourceOut(BaseModel):
    slug: str
    name: str
    kind: ResourceKind


class LocationOut(BaseModel):
    slug: str
    name: str
    time_zone: Annotated[str, Field(description="IANA name; all times of the place have its offset.")]
    locale: str
    currency: Annotated[str, Field(description="ISO 4217.")]
    address: str
    phone: str
    email: str
    resources: Annotated[list[ResourceOut], Field(description="People, rooms and things of the place.")]


class LocationsOut(BaseModel):
    locations: list[LocationOut]


class QuestionOut(BaseModel):
    code: Annotated[str, Field(description="Its name in answers.")]
    kind: QuestionKind
    text: str
    choices: Annotated[list[str], Field(description="One of these is the answer to a choice.")]
    is_required: bool
    version: Annotated[int, Field(description="The answer to a consent: what was agreed to.")]


class ServiceOut(BaseModel):
    slug: str
    name: str
    description: str
    minutes: int
    price: Annotated[Decimal, Field(description="In the major unit of currency, e.g. 28.00.")]
    deposit: Decimal | None
    currency: str
    capacity: Annotated[int, Field(description="How many people share one session.")]
    max_people: Annotated[int, Field(description="How many of them one booking can be for.")]
    approval: Annotated[Approval, Field(description="Who must agree before a booking is confirmed.")]
    takes_place_online: Annotated[bool, Field(description="Nobody goes to the address of the location.")]
    requires_phone: bool
    requires_notes: bool
    questions: Annotated[list[QuestionOut], Field(description="Answered in answers, by their codes.")]


class ServicesOut(BaseModel):
    services: list[ServiceOut]


class TimeOut(BaseModel):
    start: Annotated[datetime, Field(description="With the location's offset at that instant.")]
    end: datetime
    resources: Annotated[list[str], Field(description="Slugs of who or what can be chosen.")]
    places_left: int


class TimesOut(BaseModel):
    time_zone: str
    times: list[TimeOut]


class MessageOut(BaseModel):
    kind: str
    channel: str
    status: str
    explanation: Annotated[str, Field(description="What is known of it, for the customer.")]
    attempts: int
    may_be_duplicate: Annotated[bool, Field(description="A second copy whose first may have arrived.")]
    message_id: str
    updated_at: datetime


class ConfirmationOut(BaseModel):
    waiting_for: Annotated[str, Field(description="staff, payment or partner.")]
    until: Annotated[datetime, Field(description="Without an answer the request ends then.")]


class CountsOut(BaseModel):
    reference: str
    token: Annotated[
        str | None,
        Field(description="Of its addresses; null when it is under another e-mail address by now."),
    ]


class BookingOut(BaseModel):
    reference: Annotated[str, Field(description="For people, e.g. on the telephone.")]
    token: Annotated[str, Field(description="The secret part of the booking's addresses.")]
    status: str
    version: Annotated[int, Field(description="Grows with every change of the booking.")]
    location: str
    service: str
    resource: str | None
    people: int
    start: datetime
    end: datetime
    time_zone: str
    explanation: Annotated[str, Field(description="The state in words, for the customer.")]
    next_step: Annotated[str, Field(description="What happens next and by when, for the customer.")]
    how_to_join: Annotated[
        str, Field(description="Of a confirmed booking that takes place online: how, for the customer.")
    ]
    messages: list[MessageOut]
    confirmation: Annotated[
        ConfirmationOut | None, Field(description="Whose agreement is awaited; null when nobody's.")
    ]
    merged_into: Annotated[
        CountsOut | None,
        Field(description="The booking that counts in place of this one, which was booked twice."),
    ] = None
    allowed_actions: Annotated[
        list[str],
        Field(description="What can be done now: take, cancel, move, retry, resend, calendar, address."),
    ]


class OfferOut(BaseModel):
    reference: str
    token: Annotated[str, Field(description="Of the booking that holds the time: take it, or cancel it.")]
    start: datetime
    until: Annotated[datetime | None, Field(description="Until when the time is held; null when it is not.")]


class WaitOut(BaseModel):
    reference: str
    token: Annotated[str, Field(description="The secret part of its addresses.")]
    status: Annotated[str, Field(description="waiting, offered, taken, declined, expired or left.")]
    version: int
    location: str
    service: str
    resource: str | None
    day: date
    start: Annotated[datetime | None, Field(description="Null: any time of the day.")]
    time_zone: str
    until: Annotated[datetime, Field(description="Without an offer the place in line ends then.")]
    explanation: Annotated[str, Field(description="The state in words, for the customer.")]
    next_step: Annotated[str, Field(description="What happens next and by when, for the customer.")]
    offer: Annotated[OfferOut | None, Field(description="What was offered; null before that.")]
    messages: list[MessageOut]
    allowed_actions: Annotated[list[str], Field(description="What can be done now: leave.")]


class EnquiryOut(BaseModel):
    reference: str
    token: str
    status: str
    version: int
    location: str
    explanation: str
    next_step: str
    answer: str
    messages: list[MessageOut]


class FieldErrorOut(BaseModel):
    detail: str
    pointer: Annotated[str | None, Field(description="JSON pointer into the body.")] = None
    parameter: Annotated[str | None, Field(description="Name in the query.")] = None


class ProblemOut(BaseModel):
    """RFC 9457; each type adds the members that help to go on."""

    model_config = ConfigDict(extra="allow", title="Problem")

    type: Annotated[str, Field(description="The address where this type is explained.")]
    title: str
    status: int
    detail: str
    errors: list[FieldErrorOut] = []
    reason: Annotated[str, Field(description="Of not-offered: the rule.")] = ""
    alternatives: Annotated[list[TimeOut], Field(description="The nearest free times.")] = []
    allowed_actions: list[str] = []
    booking: Annotated[BookingOut | None, Field(description="Of stale: the current state.")] = None
    wait_entry: Annotated[WaitOut | None, Field(description="Of stale: the current state.")] = None
