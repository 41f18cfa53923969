"""Hands messages to a mail provider's API, which django-anymail speaks, and knows how far each call came."""

from __future__ import annotations

from collections.abc import Callable
from email.mime.text import MIMEText
from types import TracebackType
from typing import Any, Self

from anymail.exceptions import (
    AnymailConfigurationError,
    AnymailError,
    AnymailInvalidAddress,
    AnymailRecipientsRefused,
)
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from notifications.kinds import Attachment
from notifications.mime import Mail
from notifications.outside.calls import Caller
from notifications.providers.answers import RecipientRefused
from notifications.providers.line import Line
from notifications.providers.receiving import OURS, in_our_words
from operations.engine import Receipt
from operations.errors import ConfigurationError, DeliveryError, PermanentError, UnknownOutcomeError

# MailerSend sells headers of one's own and has no metadata, nor has Postal: their own id is the link.
NO_HEADERS = frozenset({"mailersend"})
NO_METADATA = frozenset({"mailersend", "postal"})
# Who keeps a Message-ID of ours; the others give each message one of their own.
KEEPING_MESSAGE_ID = {"mailgun": {}, "postmark": {"X-PM-KeepID": "true"}}
SECRETS = ("_KEY", "_TOKEN", "_SECRET")
REFUSED = frozenset({"invalid", "rejected", "failed"})


def backend(provider: str) -> Any:
    """What django-anymail speaks to this provider with; raises AnymailConfigurationError."""
    return import_string(f"anymail.backends.{provider}.EmailBackend")()


class Provider:
    """One connection for a batch of messages; use it in a `with`.

    Connecting and sending one message together take at most `outside_call_seconds`.
    """

    def __init__(self) -> None:
        self._name = settings.EMAIL_PROVIDER
        self._caller = Caller(seconds=settings.HOLDFAST.outside_call_seconds, only_public=False)
        secrets = [str(value) for name, value in settings.ANYMAIL.items() if name.endswith(SECRETS)]
        self._line = Line(self._caller, self._name, secrets)
        self._speaker: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._caller.__exit__(kind, error, trace)

    def send(self, mail: Mail, sender: str, recipient: str, handover: Callable[[], None]) -> Receipt:  # noqa: ARG002
        """Send one message to one recipient; `handover` is called just before anything goes out.

        Raises a DeliveryError of the class that the phase and the answer call for. The provider chooses
        the envelope's sender, so that what comes back reaches it and is reported.
        """
        key = mail.message_id.strip("<>").partition("@")[0]
        self._line.key, self._line.before_sending = key, handover
        message = self._worded(mail, recipient, key)
        try:
            self._speak().send_messages([message])
        except AnymailRecipientsRefused as error:
            raise self._refusal(message) from error
        except AnymailInvalidAddress as error:
            raise PermanentError(_("The address is not one that the mail provider takes.")) from error
        except AnymailConfigurationError as error:
            raise ConfigurationError(in_our_words(error)) from error
        except AnymailError as error:
            raise self._not_understood(error) from error
        return self._receipt(message)

    def _speak(self) -> Any:
        if self._speaker is None:
            speaker = backend(self._name)
            speaker.open()
            speaker.session.trust_env = False
            speaker.session.mount("https://", self._line)
            speaker.session.mount("http://", self._line)
            self._speaker = speaker
        return self._speaker

    def _worded(self, mail: Mail, recipient: str, key: str) -> EmailMultiAlternatives:
        """The same message in the words of Django, which django-anymail understands."""
        message = EmailMultiAlternatives(
            subject=mail.subject,
            body=mail.content.text,
            from_email=mail.sender,
            to=[recipient],
            reply_to=[mail.reply_to] if mail.reply_to else [],
            headers=self._headers(mail),
        )
        if mail.content.html:
            message.attach_alternative(mail.content.html, "text/html")
        for each in mail.content.attachments:
            message.attach(_attached(each))
        if self._name not in NO_METADATA:
            message.metadata = {OURS: key}  # type: ignore[attr-defined]
        return message

    def _headers(self, mail: Mail) -> dict[str, str]:
        if self._name in NO_HEADERS:
            return {}
        headers = {"Auto-Submitted": "auto-generated"}
        if (kept := KEEPING_MESSAGE_ID.get(self._name)) is not None:
            headers |= {"Message-ID": mail.message_id, **kept}
        return headers

    def _receipt(self, message: Any) -> Receipt:
        answered = message.anymail_status
        if answered.status & REFUSED:
            raise self._refusal(message)
        ids = [told.message_id for told in answered.recipients.values() if told.message_id]
        text = " ".join([str(answered.esp_response.status_code), *sorted(answered.status)])
        return Receipt(external_id=str(ids[0]) if ids else "", text=text)

    def _refusal(self, message: Any) -> RecipientRefused:
        said = ", ".join(sorted(message.anymail_status.status or ()))
        return RecipientRefused(
            _(
                "The mail provider does not send to this address (%(said)s): it refused mail before,"
                " or is mistyped."
            )
            % {"said": said},
            external_code=str(message.anymail_status.esp_response.status_code),
        )

    def _not_understood(self, error: AnymailError) -> DeliveryError:
        """Before anything went out it is our own fault; after it, nobody knows what became of it."""
        status = getattr(error, "status_code", None)
        if status is None:
            return DeliveryError(f"django-anymail cannot say it: {type(error).__name__}.")
        if 400 <= status < 500:
            return PermanentError(
                _("The mail provider refuses the message (%(status)s).") % {"status": status},
                external_code=str(status),
            )
        return UnknownOutcomeError(
            _("The mail provider answered what nobody understands (%(status)s).") % {"status": status},
            external_code=str(status),
        )


def _attached(attachment: Attachment) -> MIMEText:
    attached = MIMEText(attachment.text, attachment.content_type.partition("/")[2], "utf-8")
    for name, value in attachment.parameters.items():
        attached.set_param(name, value)
    attached.add_header("Content-Disposition", "attachment", filename=attachment.name)
    return attached
