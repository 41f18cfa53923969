"""Pictures of the desk on a bad day, for docs/desk.md; no test: `python -m tests.screenshots` runs it."""

from pathlib import Path

import pytest
from django.conf import settings as project

from tests.desk.people.acting import browser_of
from tests.misbehaving_smtp import MisbehavingSMTP, settings_for
from tests.screenshots.bad_day import BadDay

FOLDER = Path(project.BASE_DIR, "docs", "images", "desk")
SIZES = {"desktop": {"width": 1280, "height": 960}, "phone": {"width": 390, "height": 844}}
QUALITY = 55  # letters stay sharp, and all the pictures together stay small


@pytest.mark.django_db(transaction=True)
def test_take_the_pictures(page, live_server, settings):
    FOLDER.mkdir(parents=True, exist_ok=True)
    with MisbehavingSMTP() as server:
        settings_for(server, settings)
        settings.DEMO = True
        day = BadDay(server)
    session = browser_of(day.anna).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    for name, path in day.paths().items():
        for size, shape in SIZES.items():
            page.set_viewport_size(shape)
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                page.goto(live_server.url + path)
                file = FOLDER / f"{name}-{size}-{scheme}.jpg"
                page.screenshot(path=file, type="jpeg", quality=QUALITY)
