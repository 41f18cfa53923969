"""Proves address by address what may be called."""

import pytest

from notifications.outside import addresses

PRIVATE = [
    *("127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.1.2.3", "172.16.0.1", "192.168.1.1"),
    *("100.64.0.1", "169.254.169.254", "192.0.0.1", "192.0.2.5", "198.18.0.1", "203.0.113.9", "224.0.0.1"),
    *("239.1.2.3", "240.0.0.1", "255.255.255.255", "192.88.99.1", "168.63.129.16"),
    *("::", "::1", "::7f00:1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0:127.0.0.1"),
    *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::1"),
    *("2001:db8::1", "2001::1", "100::1", "5f00::1"),
]
PUBLIC = [
    *("93.184.215.14", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001:80b::200e"),
    *("::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"),
]


@pytest.mark.parametrize("address", PRIVATE)
def test_private_in_any_wrapping_is_not_public(address):
    assert not addresses.is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_the_public_internet_is_public(address):
    assert addresses.is_public(address)


def test_a_name_gives_its_addresses_once_each():
    assert "127.0.0.1" in addresses.resolve("localhost", 80, 5)
    assert addresses.resolve("127.0.0.1", 80, 5) == ["127.0.0.1"]


def test_a_name_that_is_no_name_is_not_found():
    with pytest.raises(addresses.NameNotFound):
        addresses.resolve("a" * 300 + ".example", 80, 5)
