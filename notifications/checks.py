"""Start-up fails when mail could not leave, or reports would be refused, for want of a setting."""

from __future__ import annotations

import warnings
from typing import Any

from anymail.exceptions import AnymailConfigurationError
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from notifications import mime
from notifications.providers import receiving, sending
from operations.errors import PermanentError

DOCS = "See docs/mail.md."


@register()
def every_provider_can_be_verified(**_: Any) -> list[CheckMessage]:
    """notifications.E001: reports of a provider are wanted that nobody could tell from forged ones."""
    found: list[CheckMessage] = []
    for provider in settings.MAIL_PROVIDERS:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what django-anymail warns of is an error here
                receiving.verified_reader(provider)
        except receiving.UnknownProvider as error:
            said = f"HOLDFAST_MAIL_PROVIDERS names {provider!r}, whose reports cannot be verified: {error}"
            found.append(Error(said, hint=DOCS, id="notifications.E001"))
    return found


@register()
def mail_can_leave(**_: Any) -> list[CheckMessage]:
    """notifications.E002: a provider's API lacks a setting. W001: nobody reads its reports."""
    provider = settings.EMAIL_PROVIDER
    if not provider:
        return []
    try:
        sending.backend(provider)
    except AnymailConfigurationError as error:
        said = f"EMAIL_URL names {provider!r}, which is not set up: {receiving.in_our_words(error)}"
        return [Error(said, hint=DOCS, id="notifications.E002")]
    if provider in settings.MAIL_PROVIDERS:
        return []
    said = f"Mail leaves by {provider}, and nobody reads its reports: what it cannot deliver stays unnoticed."
    hint = f"Name it in HOLDFAST_MAIL_PROVIDERS, with what verifies its reports. {DOCS}"
    return [Warning(said, hint=hint, id="notifications.W001")]


@register()
def bounces_can_return(**_: Any) -> list[CheckMessage]:
    """notifications.E003: the address that bounces should return to is none."""
    if not settings.BOUNCE_ADDRESS:
        return []
    try:
        mime.address(settings.BOUNCE_ADDRESS)
    except PermanentError:
        said = f"HOLDFAST_BOUNCE_ADDRESS is {settings.BOUNCE_ADDRESS!r}, which is no e-mail address."
        return [Error(said, hint=DOCS, id="notifications.E003")]
    return []
