"""The ledgers in a real browser: nothing for axe, 320 px wide, light and dark."""

import pytest

from operations.jobs import JobRun
from tests.desk.stuck import broken_promise, late_job
from tests.desk.test_browser import SIZES, complaints, findings, log_in

__all__ = ["complaints"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_the_ledgers_are_clean(page, live_server, complaints, size, scheme):
    job, proof = late_job(), broken_promise()
    JobRun.objects.create(name=job.name, error="OSError: disk full")
    page.set_viewport_size(SIZES[size])
    page.emulate_media(color_scheme=scheme)
    log_in(page, live_server)

    for path in ("schedules/", "proof/", f"proof/{proof.pk}/"):
        page.goto(f"{live_server.url}/admin/desk/{path}")
        for folded in page.locator("details").all():
            folded.locator("summary").click()

        assert findings(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"], path
    assert complaints == []
