"""The drawn states are the ones that the code and the database allow."""

from pathlib import Path

from django.conf import settings

from operations import diagram


def test_the_drawn_states_are_current():
    assert Path(settings.BASE_DIR, "docs", "states.md").read_text() == diagram.document(), (
        "run: manage.py states"
    )
