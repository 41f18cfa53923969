"""Imports go one way, and whoever needs the kernel comes in through its doors."""

import grimp
import pytest

ORDER = ("operations", "notifications", "bookings", "config")  # each may import what stands before it

DOORS = {
    "operations.workflow",
    "operations.intents",
    "operations.effects",
    "operations.queue",
    "operations.recovery",
    "operations.ways_out",
    "operations.promises",
    "operations.console",
    "operations.home",
    "operations.switches",
    "operations.switchboard",
    "operations.reach",
    "operations.rehearsals",
    "operations.retention",
    # the words that all of them speak
    "operations.errors",
    "operations.transactions",
    # what stands behind the door of effects: acting on one, holding many
    "operations.engine",
    "operations.holding",
    # what people write down about any record
    "operations.people.notes",
    # what a campaign asks about what it set off
    "operations.verdicts",
    # where what failed alike is gathered
    "operations.incidents",
    # how numbers are drawn
    "operations.bars",
    # what work that goes on for long tells the watch
    "operations.board",
    "operations.heartbeat",
    "operations.turns",
}
QUEUE_LIBRARY = "django_q"
MAY_KNOW_IT = ("operations.queue", "operations.management.commands.qcluster")


@pytest.fixture(scope="module")
def imports() -> list[tuple[str, str]]:
    graph = grimp.build_graph(*ORDER, include_external_packages=True)
    return [(who, what) for who in graph.modules for what in graph.find_modules_directly_imported_by(who)]


def app(module: str) -> str:
    return module.partition(".")[0]


def test_nothing_imports_upward(imports):
    ours = [(who, what) for who, what in imports if app(who) in ORDER and app(what) in ORDER]

    assert len(ours) > 200
    assert [pair for pair in ours if ORDER.index(app(pair[0])) < ORDER.index(app(pair[1]))] == []


def test_the_apps_enter_the_kernel_by_its_doors(imports):
    entered = {
        (who, what)
        for who, what in imports
        if app(who) in ("bookings", "notifications") and app(what) == "operations"
    }

    assert len(entered) > 50
    assert sorted(pair for pair in entered if pair[1] not in DOORS) == []


def test_only_the_queue_knows_its_library(imports):
    knowing = {who for who, what in imports if app(what) == QUEUE_LIBRARY}

    assert knowing
    assert {who for who in knowing if not who.startswith(MAY_KNOW_IT)} == set()
