"""Gives a partner's program a key of its own."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError

from bookings.clients import ApiClient


class Command(BaseCommand):
    help = "Print a new API key for a client; an older key of the same client stops working."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="names the client in every record, e.g. city-guide")
        parser.add_argument("--name", default="", help="for people; the slug when left out")

    def handle(self, *_args: Any, slug: str, name: str, **_options: Any) -> None:
        client = ApiClient.objects.filter(slug=slug).first() or ApiClient(slug=slug, name=name or slug)
        client.name = name or client.name
        key = client.renew_key()
        try:
            client.full_clean()
            client.save()
        except (ValidationError, IntegrityError) as error:
            raise CommandError(f"{slug} cannot be a client: {error}") from error
        self.stdout.write(key)
