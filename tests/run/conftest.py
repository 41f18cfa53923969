"""Installations for the tests of the process side."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config import embedded, kin
from tests.run.installation import Installation


@pytest.fixture
def install(tmp_path: Path) -> Iterator[Callable[..., Installation]]:
    """Makes installations, and ends whatever a failed test leaves of them."""
    made: list[Installation] = []

    def make(name: str = "home", demo: bool = False, **environment: str) -> Installation:
        made.append(Installation(tmp_path / name, demo, **environment))
        return made[-1]

    yield make
    for installation in made:
        tidy(installation)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One installation for the tests that leave it running."""
    installation = Installation(tmp_path_factory.mktemp("running") / "home")
    try:
        installation.run()
        yield installation
    finally:
        tidy(installation)


def tidy(installation: Installation) -> None:
    """Leave nothing, whatever happened."""
    if hasattr(installation, "up") and installation.up.poll() is None:
        installation.up.terminate()
        installation.up.wait(30)
    kin.end(kin.of(installation.home), 0)
    if embedded.postmaster(installation.home):
        embedded.stop(installation.home)
