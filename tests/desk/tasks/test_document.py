"""The page in docs/ tells of the tasks as the tests do them."""

from tests.desk.tasks import twelve


def test_the_page_is_current():
    assert twelve.PATH.read_text() == twelve.document(), "run `python -m tests.desk.tasks`"


def test_there_are_twelve_and_none_takes_many_clicks():
    assert len(twelve.TASKS) == 12
    assert all(task.clicks <= twelve.MOST_CLICKS for task in twelve.TASKS.values())
