"""Gives a document a checksum that anybody can compute again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string


@dataclass(frozen=True)
class Sealed:
    """A document with the sha256 of its canonical form."""

    document: dict[str, Any]
    sha256: str

    @property
    def json(self) -> str:
        """The document and its checksum, readable for people too."""
        return json.dumps({"document": self.document, "sha256": self.sha256}, indent=2, ensure_ascii=False)

    @property
    def html(self) -> str:
        """One page that needs nothing else, made to be printed."""
        return render_to_string("desk/casefile.html", {"file": self.document, "sha256": self.sha256})


def canonical(document: dict[str, Any]) -> bytes:
    """UTF-8 JSON with sorted keys and no spaces: one document, one form."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def seal(document: dict[str, Any]) -> Sealed:
    """The document with its checksum."""
    return Sealed(document, hashlib.sha256(canonical(document)).hexdigest())
