"""Every page of the desk and the admin: nothing for axe, silent, 1280 and 320 px, light and dark."""

import pytest

from tests.desk import every_page
from tests.desk.test_browser import SIZES, complaints, findings, log_in

__all__ = ["complaints"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(400)]

# Django's own form of an account: the halves of a date and the icons above two lists have no labels.
OF_DJANGO = {("User", rule) for rule in ("label", "aria-prohibited-attr", "color-contrast")}
LOOKS = pytest.mark.parametrize(("size", "scheme"), [("desktop", "light"), ("phone", "dark")])
LONG = pytest.mark.parametrize(
    ("size", "scheme"), [pytest.param("desktop", "light", marks=pytest.mark.soak), ("phone", "dark")]
)


@pytest.fixture
def walk(page, live_server, complaints):
    """Look at pages in one scheme, at one size or both; says what is wrong, page by page.

    The console is listened to at both sizes and until axe comes, which measures contrast with inline styles
    that our policy refuses.
    """

    def look(addresses, scheme, sizes=tuple(SIZES)):
        page.emulate_media(color_scheme=scheme)
        log_in(page, live_server)
        for name, path in addresses.items():
            page.set_viewport_size(SIZES[sizes[0]])
            assert page.goto(live_server.url + path).status == 200, name
            for shape in SIZES.values():
                page.set_viewport_size(shape)
            assert complaints == [], name
            for size in sizes:
                page.set_viewport_size(shape := SIZES[size])
                found = [each for each in findings(page) if (name, each[0]) not in OF_DJANGO]
                yield from ((name, size, *each) for each in found)
                if (width := page.evaluate("document.documentElement.scrollWidth")) > shape["width"]:
                    yield name, size, f"{width} px wide"
            complaints.clear()

    return lambda *asked: list(look(*asked))


@LONG
def test_every_desk_page_is_clean(transactional_db, walk, size, scheme):
    pages = every_page.desk(every_page.crowd())

    assert every_page.routes() - pages.keys() == set(), "tell `every_page` how to get there"
    assert walk(pages, scheme, [size]) == []


@LONG
def test_every_condition_is_clean(transactional_db, walk, size, scheme):
    assert walk(every_page.lists_and_records(every_page.crowd()), scheme, [size]) == []


@LOOKS
@pytest.mark.soak
def test_every_model_in_the_admin_is_clean(transactional_db, walk, size, scheme):
    every_page.crowd()

    assert walk(every_page.models(), scheme, [size]) == []


def test_no_model_in_the_admin_says_anything_to_the_console(transactional_db, page, live_server, complaints):
    """`walk` hears the pages that it looks at in every run."""
    log_in(page, live_server)
    every_page.crowd()

    for name, path in every_page.models().items():
        page.goto(live_server.url + path)
        assert complaints == [], name
