"""The port that an installation chooses once stays its own."""

from pathlib import Path

from config import identity


def test_a_chosen_port_is_none_that_an_outgoing_connection_could_be_given():
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])

    assert all(1024 < identity.free_port() < lowest for _ in range(200))
