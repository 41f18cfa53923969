"""The names of staff behind the ids that are kept in histories."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _


def of(ids: Iterable[int | None]) -> dict[int, str]:
    """The name of each person, also of those whose account is gone; one query."""
    wanted = {pk for pk in ids if pk is not None}
    found = get_user_model().objects.in_bulk(wanted) if wanted else {}
    gone = _("somebody whose account is gone")
    return {
        pk: (found[pk].get_full_name() or found[pk].get_username()) if pk in found else gone for pk in wanted
    }
