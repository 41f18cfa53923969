"""Search and count in the admin's lists without reading whole tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import Combinable
from django.utils.functional import cached_property

ROW_CAP = 5000


class CappedPaginator(Paginator[Any]):
    """Counts no further than the cap: a million rows cost what five thousand do."""

    @cached_property
    def count(self) -> int:
        return min(self._counted, ROW_CAP)

    @property
    def is_capped(self) -> bool:
        return self._counted > ROW_CAP

    @cached_property
    def _counted(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[: ROW_CAP + 1].count())


@dataclass(frozen=True)
class SearchKey:
    """A column with an index for what people type; `fold` brings a term into its form, "" if it cannot match.

    Beginnings need an index with text_pattern_ops; other columns are compared as a whole, or with what
    `asked` makes of the folded term.
    """

    column: str | Combinable
    fold: Callable[[str], str] = str.strip
    is_prefix: bool = True
    asked: Callable[[str], Combinable] | None = None

    def condition(self, name: str, folded: str) -> Q:
        """Whether the column, known by that name, has what is looked for."""
        if self.asked:
            return Q(**{name: self.asked(folded)})
        return Q(**{f"{name}__startswith" if self.is_prefix else name: folded})


def code(term: str) -> str:
    """A code that people read out: upper case; what has other signs in it cannot be one."""
    folded = term.upper()
    return folded if folded.isascii() and folded.replace("-", "").isalnum() else ""


def search(records: QuerySet[Any], keys: Iterable[SearchKey], term: str) -> QuerySet[Any]:
    """The records of which some key begins with the term, is it, or answers it."""
    found = Q(pk__in=[])
    for number, key in enumerate(keys):
        if folded := key.fold(term.strip()):
            name = f"search_key_{number}"
            records = records.alias(**{name: F(key.column) if isinstance(key.column, str) else key.column})
            found |= key.condition(name, folded)
    return records.filter(found)
