"""`manage.py recover`: what needs attention, the ways out, and what happened, without a browser."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from operations import attention, recovery, repair
from operations.casefile import exports
from operations.casefile.exports import Wanted
from operations.casefile.gathering import Variant
from operations.desk import press
from operations.errors import Refusal
from operations.history import Actor, Operation, Source
from operations.repair import Outcome, Result

APPLIED, FAILED, ALREADY_RESOLVED, REFUSED = 0, 1, 3, 4


class Command(BaseCommand):
    help = "List what needs attention, apply a remedy, or show the history of a record."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="list | apply | history | proof")
        listing = verbs.add_parser("list", help="every record that needs attention")
        listing.add_argument("--json", action="store_true")
        apply = verbs.add_parser(
            "apply",
            help="apply a remedy",
            epilog="Ends with 0 when applied, 3 when already resolved, 4 when refused, 1 when it failed.",
        )
        apply.add_argument("condition")
        apply.add_argument("remedy")
        which = apply.add_mutually_exclusive_group(required=True)
        which.add_argument("--id", type=int, nargs="+", action="extend", metavar="N", help="these records")
        which.add_argument(
            "--all",
            action="store_true",
            help="every record at once, without trial, pace or undo; a campaign on the desk has them",
        )
        apply.add_argument("--reason", required=True, metavar="TEXT", help="kept with each change")
        apply.add_argument(
            "--answer", action="append", default=[], metavar="NAME=TEXT", help="what the remedy asks for"
        )
        history = verbs.add_parser("history", help="every change of the record with this reference")
        history.add_argument("reference")
        history.add_argument("--json", action="store_true")
        proof = verbs.add_parser("proof", help="the case file of one booking or enquiry, as one HTML page")
        proof.add_argument("reference")
        proof.add_argument("--json", action="store_true")
        proof.add_argument("--complete", action="store_true", help="with what staff wrote for each other")
        proof.add_argument("--reason", required=True, metavar="TEXT", help="kept: it says who needed it")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        try:
            match options["verb"]:
                case "list":
                    self._list(as_json=options["json"])
                case "apply":
                    sys.exit(self._apply(options))
                case "proof":
                    self._proof(options)
                case _:
                    self._history(options["reference"], as_json=options["json"])
            self.stdout.flush()
        except BrokenPipeError:
            _read_no_further()

    def _list(self, *, as_json: bool) -> None:
        entries = attention.listed()
        if as_json:
            self.stdout.write(json.dumps(list(entries), indent=2, ensure_ascii=False))
            return
        for entry in entries:
            ways = ", ".join(remedy["code"] for remedy in entry["remedies"])
            self.stdout.write(f"{entry['condition']} {entry['id']} {entry['booking']} since {entry['since']}")
            self.stdout.write(f"    {entry['explanation']}\n    ways out: {ways or 'none for now'}")

    def _apply(self, options: dict[str, Any]) -> int:
        condition = recovery.conditions().get(options["condition"])
        if condition is None:
            raise CommandError(f"There is no condition {options['condition']!r}.")
        remedies = {remedy.code: remedy for remedy in condition.remedies}
        if options["remedy"] not in remedies:
            raise CommandError(f"{condition.code} has these remedies: {', '.join(remedies)}.")
        remedy = remedies[options["remedy"]]
        typed = dict(answer.partition("=")[::2] for answer in options["answer"])
        try:
            reason, answers = press.typed(remedy, typed | {"reason": options["reason"]})
        except Refusal as refusal:
            self.stderr.write(str(refusal))
            return REFUSED
        ids = options["id"] or list(condition.ordered().values_list("pk", flat=True))
        operation = Operation(actor=Actor.STAFF, source=Source.COMMAND, reason=reason)
        return self._tell(repair.apply(condition, remedy, ids, operation, answers=answers))

    def _tell(self, outcomes: Iterable[Outcome]) -> int:
        results = set()
        for outcome in outcomes:
            self.stdout.write(f"{outcome.id}: {outcome.result}. {outcome.message}")
            results.add(outcome.result)
        if Result.FAILED in results:
            return FAILED
        if results & {Result.REFUSED, Result.STALE}:
            return REFUSED
        return APPLIED if Result.APPLIED in results else ALREADY_RESOLVED

    def _proof(self, options: dict[str, Any]) -> None:
        record = attention.find(options["reference"])
        if record is None:
            raise CommandError(f"Nothing has the reference {options['reference']!r}.")
        variant = Variant.COMPLETE if options["complete"] else Variant.CUSTOMER
        operation = Operation(actor=Actor.STAFF, source=Source.COMMAND)
        try:
            sealed = exports.by_command(Wanted(record, variant, options["reason"]), operation)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(sealed.json if options["json"] else sealed.html)

    def _history(self, reference: str, *, as_json: bool) -> None:
        record = attention.find(reference)
        if record is None:
            raise CommandError(f"Nothing has the reference {reference!r}.")
        events = attention.history(record)
        if as_json:
            self.stdout.write(json.dumps(events, indent=2, ensure_ascii=False))
            return
        for event in events:
            why = f" ({event['reason']})" if event["reason"] else ""
            self.stdout.write(
                f"{event['at']}  {event['from'] or '—'} → {event['to']}  {event['transition']}"
                f" by {event['actor']}, {event['source']}{why}"
            )


def _read_no_further() -> None:
    """`… | head` has seen enough: what is left in the buffer is written to nowhere at the end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
