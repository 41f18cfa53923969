"""`manage.py forget_second_factor NAME`: a new start for somebody whose telephone is gone."""

import secrets
from typing import Any

import structlog
from allauth.mfa.models import Authenticator
from axes.utils import reset
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

log = structlog.get_logger("holdfast.entrance")


class Command(BaseCommand):
    help = "Remove somebody's second factor, end all their sessions and print a new password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    @transaction.atomic
    def handle(self, *args: Any, username: str, **options: Any) -> None:  # noqa: ARG002
        user = User.objects.select_for_update().filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no user “{username}”.")
        password = secrets.token_urlsafe(12)
        user.set_password(password)  # which ends every session: whoever has the telephone may have one
        user.save(update_fields=["password"])
        Authenticator.objects.filter(user=user).delete()
        reset(username=username)
        log.warning("a second factor was forgotten", user_id=user.pk)
        self.stdout.write(
            "Make sure who asks. At the next log-in a new second factor is set up. New password:\n" + password
        )
