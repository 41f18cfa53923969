"""What operators read about faults is what the tests hold to be true."""

from tests.faults import document


def test_the_page_of_faults_is_current():
    assert document.PATH.read_text() == document.document(), "run: python -m tests.faults"
