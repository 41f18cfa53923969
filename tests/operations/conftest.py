"""What the tests of the kernel share."""

import pytest

from operations import board
from operations.board import Board


@pytest.fixture
def shared_board(monkeypatch) -> Board:
    """A board of our own, as a watch would have made it before its fork."""
    fresh = Board()
    monkeypatch.setattr(board, "_board", fresh)
    return fresh
