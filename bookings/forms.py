"""What the public forms ask for; they check what was typed, never whether a rule allows it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from bookings import language, money, question_fields, questions, series, text_messages
from bookings.intake import Submission
from bookings.offerings import Service
from bookings.recurrence import Every
from bookings.resources import Resource
from bookings.series import Rhythm
from bookings.typed_fields import FIRST_YEAR, LAST_YEAR, Address, Line, Paragraphs
from bookings.waitlist.joining import Wish

BARE_PLUS = re.compile(r" (?=\d\d:?\d\d$)")  # a "+" that nobody escaped arrives as a space


def parse_start(text: str) -> datetime:
    """The instant that an ISO 8601 text with an offset names; raises ValueError for anything else."""
    start = datetime.fromisoformat(BARE_PLUS.sub("+", text.strip()))
    if start.tzinfo is None or not FIRST_YEAR <= start.year <= LAST_YEAR:
        raise ValueError(text)
    return start.astimezone(UTC)


class Start(forms.CharField):
    """The chosen time as the page offered it."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> datetime | None:
        if not value and not self.required:
            return None
        try:
            return parse_start(value or "")
        except (ValueError, OverflowError) as error:
            raise ValidationError(
                _("We did not understand which time you want. Please choose one of the times offered.")
            ) from error


class Person(forms.Form):
    """Who somebody is and how to reach them."""

    name = Line(
        label=_("Name"),
        max_length=200,
        widget=forms.TextInput({"autocomplete": "name"}),
        error_messages={
            "required": _("Please enter your name."),
            "max_length": _("Please shorten the name to 200 characters; it has %(show_value)d."),
        },
    )
    email = Address(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("We send the link to your booking there."),
        widget=forms.EmailInput({"autocomplete": "email", "spellcheck": "false", "autocapitalize": "off"}),
        error_messages={
            "required": _("Please enter your e-mail address."),
            "invalid": _("Please enter an e-mail address like name@example.com."),
        },
    )
    phone = Line(
        label=_("Telephone"),
        required=False,
        max_length=40,
        widget=forms.TextInput({"type": "tel", "autocomplete": "tel"}),
        error_messages={
            "required": _("Please enter a telephone number."),
            "max_length": _("Please shorten the telephone number to 40 characters."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        for field in self.fields.values():
            field.widget.attrs.pop("maxlength", None)  # a browser would cut what was pasted without a word


class TimeForm(forms.Form):
    """One time of `service`, with anyone or with one person or room."""

    start = Start()
    resource = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, service: Service, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.service = service

    def clean_resource(self) -> Resource | None:
        """The person or room behind the slug; empty means anyone.

        Also one who cannot be booked any more: the domain refuses that, and a repeat must find its booking.
        """
        slug = self.cleaned_data["resource"]
        if not slug:
            return None
        for resource in self.service.location.resources.all():
            if resource.slug == slug:
                return resource
        raise ValidationError(_("Nobody of that name can be booked here. Please choose again."))


class BookingForm(Person, TimeForm):
    """Everything needed to book; a repeat of what was booked is bound by nothing that the place decides."""

    notes = Paragraphs(
        label=_("Anything we should know?"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
        error_messages={
            "required": _("Please tell us what we should know."),
            "max_length": _("Please shorten this to 2,000 characters; it has %(show_value)d."),
        },
    )

    def __init__(self, *args: Any, service: Service, is_repeat: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, service=service, **kwargs)
        if is_repeat:
            self.fields["people"] = forms.IntegerField(min_value=1, required=False)
            self.fields |= question_fields.as_sent(questions.ever_asked(service))
            return
        self.fields["phone"].required = service.requires_phone
        if text_messages.are_sent(service.location):
            self.fields["phone"].help_text = _("Confirmation and reminders go there as text messages too.")
        self.fields["notes"].required = service.requires_notes
        if service.most_people > 1:
            self.fields["people"] = _how_many(service)
        self.fields |= question_fields.fields(questions.asked(service))

    @property
    def party(self) -> int:
        """How many it is for, as far as that was typed."""
        people = getattr(self, "cleaned_data", self.initial).get("people")
        return people or 1

    @property
    def asked(self) -> list[forms.BoundField]:
        """The questions of the service, as fields."""
        return [self[name] for name in self.fields if name.startswith(question_fields.PREFIX)]

    @property
    def names_asked(self) -> list[str]:
        """The fields whose errors do not say what they are about."""
        return [field.name for field in self.asked]

    @property
    def is_checked_first(self) -> bool:
        """Whether there is more to look over than a name and an address, before it is booked."""
        return bool(self.asked) or self.service.most_people > 1 or bool(self.service.deposit)

    def submission(self, *, confirm_duplicate: bool) -> Submission:
        """What the domain takes; the form must be valid."""
        typed = dict(self.cleaned_data)
        typed["people"] = typed.get("people") or 1
        return Submission(
            service=self.service,
            language=language.of_reader(self.service.location),
            confirm_duplicate=confirm_duplicate,
            answers=question_fields.answers(typed),
            **typed,
        )


def _how_many(service: Service) -> forms.TypedChoiceField:
    """Each number with what it costs in all, so that nobody has to multiply."""
    most = service.most_people
    return forms.TypedChoiceField(
        label=_("For how many people?"),
        choices=[(number, _with_total(service, number)) for number in service.party_sizes],
        initial=1,
        coerce=int,
        required=False,
        help_text=_("The price is for each of them."),
        error_messages={"invalid_choice": _("One booking is for at most %(most)s people.") % {"most": most}},
    )


def _with_total(service: Service, people: int) -> str:
    """The number with the price of one and of all."""
    if not service.price:
        return str(people)
    each, total = (
        money.spoken_price(price, service.location.currency, language.of_reader(service.location))
        for price in (service.price, service.price * people)
    )
    return f"{people} \N{MULTIPLICATION SIGN} {each} = {total}"


class WaitForm(BookingForm):
    """Everything needed to book, for a start or for any time of a day that is full now."""

    start = Start(required=False)
    day = forms.DateField(
        widget=forms.HiddenInput,
        required=False,
        error_messages={"invalid": _("We did not understand which day you want.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].help_text = _("The offer goes there.")
        if text_messages.are_sent(self.service.location):
            self.fields["phone"].help_text = _("The offer comes as a text message too.")
        self.fields.pop("people", None)  # each waits for one place
        self.order_fields(["start", "resource", "day"])

    def clean_day(self) -> date | None:
        """The date of the start, if there is one."""
        start = self.cleaned_data.get("start")
        day: date | None = start.astimezone(self.service.location.zone).date() if start else None
        return day or self.cleaned_data["day"]

    def clean(self) -> dict[str, Any]:
        """A day at least."""
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and cleaned["day"] is None:
            raise ValidationError(_("Please choose a day first."))
        return cleaned

    def wanted(self) -> tuple[date | None, datetime | None]:
        """The day and the start that it carries, whether the rest of it is right or not."""
        if start := _instant(self["start"].value() or ""):
            return start.astimezone(self.service.location.zone).date(), start
        try:
            return date.fromisoformat(str(self["day"].value() or "")), None
        except ValueError:
            return None, None

    def wish(self) -> Wish:
        """What the domain takes; the form must be valid."""
        typed = dict(self.cleaned_data)
        return Wish(
            service=self.service,
            language=language.of_reader(self.service.location),
            answers=question_fields.answers(typed),
            **typed,
        )


class SeriesForm(BookingForm):
    """Everything needed to book, and how often; the dates to keep are ticked."""

    every = forms.ChoiceField(label=_("How often?"), choices=Every.choices)
    count = forms.TypedChoiceField(label=_("How many times?"), coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("people", None)  # a series is for one
        most = settings.HOLDFAST.series_bookings_count
        self.fields["count"].choices = [(number, str(number)) for number in range(2, most + 1)]  # type: ignore[attr-defined]

    def kept(self) -> list[datetime]:
        """The ticked dates of this rhythm, free or not: a form that is sent again must say the same."""
        first, every, count = self.rhythm()
        if not (first and every and isinstance(self.data, QueryDict)):
            return []
        ticked = {_instant(text) for text in self.data.getlist("keep")}
        rhythm = Rhythm(service=self.service, first=first, every=every, count=count)
        return [start for _day, start in series.dates(rhythm) if start and start in ticked]

    def rhythm(self) -> tuple[datetime | None, str, int]:
        """First start, how often and how many times, as far as they are right."""
        every, count = str(self["every"].value() or ""), str(self["count"].value() or "")
        most = settings.HOLDFAST.series_bookings_count
        number = int(count) if count.isascii() and count.isdigit() and len(count) < 4 else 0
        return (
            _instant(self["start"].value() or ""),
            every if every in Every.values else "",
            number if 2 <= number <= most else 0,
        )

    def submission(self, *, confirm_duplicate: bool = False) -> Submission:
        """The first booking of the series; the form must be valid."""
        for name in ("every", "count"):
            self.cleaned_data.pop(name, None)
        return super().submission(confirm_duplicate=confirm_duplicate)


def _instant(text: str) -> datetime | None:
    try:
        return parse_start(text)
    except (ValueError, OverflowError):
        return None


class ContactForm(Person):
    """A question to a location."""

    text = Paragraphs(
        label=_("Your message"),
        max_length=5000,
        widget=forms.Textarea({"rows": 6}),
        error_messages={
            "required": _("Please write your message."),
            "max_length": _("Please shorten the message to 5,000 characters; it has %(show_value)d."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].help_text = _("We answer there.")


class AddressForm(forms.Form):
    """The right address of somebody who has booked."""

    email = Address(
        label=_("Your e-mail address"),
        max_length=254,
        help_text=_("Everything about this booking goes there from now on, the last message once more."),
        widget=forms.EmailInput({"autocomplete": "email", "spellcheck": "false", "autocapitalize": "off"}),
        error_messages={
            "required": _("Please enter your e-mail address."),
            "invalid": _("Please enter an e-mail address like name@example.com."),
        },
    )


class FindForm(forms.Form):
    """The address whose bookings are looked for."""

    email = Address(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("The one you gave when you booked."),
        widget=forms.EmailInput({"autocomplete": "email", "spellcheck": "false", "autocapitalize": "off"}),
        error_messages={
            "required": _("Please enter your e-mail address."),
            "invalid": _("Please enter an e-mail address like name@example.com."),
        },
    )
