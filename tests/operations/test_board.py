"""What the processes of one cluster share is given back by whoever is killed."""

from contextlib import contextmanager

from operations.board import FINISHED, GUARD, Board
from tests.operations.processes import in_another_process


@contextmanager
def beating(board: Board, silent_for_seconds: float = 0):
    board.beat(silent_for_seconds)
    yield


def test_the_watch_sees_who_beats_and_for_how_long_it_will_be_silent(shared_board):
    with in_another_process(lambda: beating(shared_board, 30)) as pid:
        (seat,) = shared_board.seats()

    assert (seat.pid, seat.is_busy) == (pid, False)
    assert 29 < seat.silent_until - seat.beat_at <= 30


def test_each_worker_has_a_seat_of_its_own_and_a_dead_one_has_none(shared_board):
    with in_another_process(lambda: beating(shared_board)) as one:
        with in_another_process(lambda: beating(shared_board)) as other:
            assert {seat.pid for seat in shared_board.seats()} == {one, other}
        assert {seat.pid for seat in shared_board.seats()} == {one}
        with in_another_process(lambda: beating(shared_board)) as third:
            assert {seat.pid for seat in shared_board.seats()} == {one, third}


def test_a_busy_worker_is_seen_until_it_has_finished(shared_board):
    with shared_board.busy():
        assert shared_board.seats()[0].is_busy
        assert shared_board.stamped_at(FINISHED) == 0

    assert not shared_board.seats()[0].is_busy
    assert shared_board.stamped_at(FINISHED) > 0


def test_a_place_is_refused_while_another_process_holds_it(shared_board):
    with in_another_process(lambda: shared_board.place(1)):
        with shared_board.place(1) as has_place:
            assert not has_place
        with shared_board.place(2) as has_place:
            assert has_place


def test_the_place_of_a_killed_process_is_free(shared_board):
    with in_another_process(lambda: shared_board.place(1)):
        pass

    with shared_board.place(1) as has_place:
        assert has_place


def test_stamps_and_the_wish_to_stop_reach_every_process(shared_board):
    assert (shared_board.stamped_at(GUARD), shared_board.is_stopping) == (0, False)

    with in_another_process(lambda: stamping(shared_board)):
        assert shared_board.stamped_at(GUARD) > 0
        assert shared_board.is_stopping


@contextmanager
def stamping(board: Board):
    board.stamp(GUARD)
    board.ask_to_stop()
    yield
