"""Pictures of the desk on a bad day, for docs/desk.md; no test: `python -m tests.screenshots` runs it."""

import base64
from pathlib import Path

import pytest
from django.conf import settings as project

from tests.desk.people.acting import browser_of
from tests.misbehaving_smtp import MisbehavingSMTP, settings_for
from tests.screenshots.bad_day import BadDay

FOLDER = Path(project.BASE_DIR, "docs", "images", "desk")
SIZES = {"desktop": {"width": 1280, "height": 960}, "phone": {"width": 390, "height": 844}}
QUALITY = 60  # of WebP: letters stay sharp, and all the pictures together stay far below 3 MB


@pytest.mark.django_db(transaction=True)
def test_take_the_pictures(page, live_server, settings):
    FOLDER.mkdir(parents=True, exist_ok=True)
    with MisbehavingSMTP() as server:
        settings_for(server, settings)
        settings.DEMO = True
        day = BadDay(server)
    session = browser_of(day.anna).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    camera = page.context.new_cdp_session(page)
    for name, path in day.paths().items():
        for size, shape in SIZES.items():
            page.set_viewport_size(shape)
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                page.goto(live_server.url + path)
                taken = camera.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
                FOLDER.joinpath(f"{name}-{size}-{scheme}.webp").write_bytes(base64.b64decode(taken["data"]))
