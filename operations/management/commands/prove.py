"""`manage.py prove`: checks every promise over the whole database."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from operations import proving
from operations.promises import promises


class Command(BaseCommand):
    help = "Check every promise over the whole database; ends with 1 and the records when one is broken."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        proof = proving.prove()
        if options["json"]:
            self.stdout.write(json.dumps(_report(proof), indent=2, ensure_ascii=False))
        else:
            self._tell(proof)
        if proof.broken_count:
            sys.exit(1)

    def _tell(self, proof: proving.Proof) -> None:
        broken = {finding["code"]: finding["broken"] for finding in proof.findings}
        for code, promise in promises().items():
            self.stdout.write(f"{'BROKEN' if code in broken else 'kept':8}{code:24}{promise.title}")
            for breach in broken.get(code, []):
                self.stdout.write(f"          {breach['record']} {breach['text']}")
        self.stdout.write(f"{proof}.")


def _report(proof: proving.Proof) -> dict[str, Any]:
    return {
        "kept": proof.broken_count == 0,
        "checked": [{"code": code, "title": str(each.title)} for code, each in promises().items()],
        "broken": proof.findings,
    }
