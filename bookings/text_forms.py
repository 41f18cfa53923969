"""The form of a place's own text: what cannot be filled in is refused before anybody gets it."""

from __future__ import annotations

from typing import Any

from babel import Locale, UnknownLocaleError
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

from bookings import letter_facts, placeholders, typed_text
from bookings.message_texts import MessageText
from bookings.places import Location
from notifications import kinds

EDITABLE = (
    *("received", "confirmation", "declined", "moved", "changed", "reminder"),
    *("cancelled_by_customer", "cancelled_by_staff", "merged", "failed"),
    *("link_sent_again", "address_changed"),
    *("enquiry_received", "enquiry_answered", "wait_list_joined", "wait_list_offer"),
)


def languages() -> list[tuple[str, str]]:
    """The languages that our texts exist in, and those of the places."""
    locales = Location.objects.order_by().values_list("locale", flat=True).distinct()
    codes = dict.fromkeys([code for code, _name in settings.LANGUAGES] + [base_of(each) for each in locales])
    return [(code, _name_of(code)) for code in codes]


class MessageTextForm(forms.ModelForm[MessageText]):
    """Subject and beginning of one kind of message; `{name}` and the like stand for what is true then."""

    kind = forms.ChoiceField(help_text=_("Which message."))
    language = forms.ChoiceField(
        help_text=_("Of this text. The one in the place's own language is for all whose language has none.")
    )

    class Meta:
        model = MessageText
        fields = ("location", "kind", "language", "subject", "intro")
        widgets = {"intro": forms.Textarea({"rows": 8})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choices("kind").choices = [(code, kinds.title(code)) for code in EDITABLE]
        self._choices("language").choices = languages()
        self.fields["subject"].help_text = _("Empty: as we say it.")
        self.fields["intro"].help_text = _known()

    def clean_subject(self) -> str:
        """One line."""
        text: str = self.cleaned_data["subject"]
        typed_text.validate_line(text)
        return text

    def clean_intro(self) -> str:
        """Paragraphs of visible text."""
        text: str = typed_text.normalised(self.cleaned_data["intro"])
        typed_text.validate_paragraphs(text)
        return text

    def clean(self) -> dict[str, Any]:
        """Everything in braces must be known, and something must be said."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ("subject", "intro"):
            try:
                placeholders.check(cleaned.get(name, ""), letter_facts.names(cleaned.get("kind", "")))
            except placeholders.Unfillable as error:
                self.add_error(name, _unknown(error.piece, cleaned.get("kind", "")))
        if not self.errors and not cleaned.get("subject") and not cleaned.get("intro"):
            raise ValidationError(_("Write a subject or a beginning; without both, delete this text."))
        return cleaned

    def _choices(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        return field


class DraftForm(MessageTextForm):
    """The same for looking at what is not saved yet, beside what is."""

    def _post_clean(self) -> None:
        """Nothing is saved, so nothing has to be unique."""


def _known() -> str:
    of_bookings, of_enquiries = (
        " ".join(f"{{{name}}}" for name in sorted(letter_facts.names(kind)))
        for kind in ("confirmation", "enquiry_received")
    )
    return _(
        "Comes after the greeting, in place of our own words; facts, link and signature follow as always. "
        "About bookings you may use %(of_bookings)s; about enquiries %(of_enquiries)s. "
        "An empty line begins a new paragraph, {{ and }} are braces."
    ) % {"of_bookings": of_bookings, "of_enquiries": of_enquiries}


def _unknown(piece: str, kind: str) -> str:
    names = ", ".join(f"{{{name}}}" for name in sorted(letter_facts.names(kind)))
    return _("“%(piece)s” cannot be filled in. This message knows %(names)s.") % {
        "piece": piece,
        "names": names,
    }


def base_of(locale: str) -> str:
    """The language without its manner of writing: de of de-AT."""
    return locale.split("-")[0].lower()


def _name_of(code: str) -> str:
    try:
        return Locale.parse(code).get_display_name(to_locale(get_language() or "en")) or code
    except (UnknownLocaleError, ValueError):
        return code
