"""Which addresses are the public internet."""

import sys
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from panel.dossier.fetch.dns import why_special

# Where we say no and the standard library says "global". IANA's "globally reachable" asks whether routers may carry
# it; we ask whether a public web server can be behind it, and nothing else.
STRICTER = tuple(
    ip_network(network)
    for network in (
        "224.0.0.0/4",  # multicast is reachable, and no server
        "ff00::/8",
        "192.88.99.0/24",  # 6to4 relays
        "192.31.196.0/24",  # protocol sinks and relays: AS112, AMT
        "192.52.193.0/24",
        "192.175.48.0/24",
        "2620:4f:8000::/48",
        "192.0.0.0/24",  # port control anycast in here is "global" from 3.13 on
        "168.63.129.16/32",  # Azure's metadata, in public space
        "2001::/23",  # protocol assignments, some "global"
        "2002::/16",  # carries an IPv4 address
        "64:ff9b::/96",
        "::ffff:0:0/96",
        "::ffff:0:0:0/96",
        "3ffe::/16",
        "3fff::/20",
        "5f00::/16",
        "100::/32",
    )
)
# Never handed out, outside 2000::/3: the standard library calls part of it global, part reserved.
UNASSIGNED = IPv6Network("2000::/3")
WORTHLESS = (
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "100.100.100.200", "127.0.0.1",
    "127.255.255.254", "169.254.0.1", "169.254.169.254", "169.254.170.2", "172.16.0.1", "172.31.255.255", "192.0.0.1",
    "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1",
    "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "168.63.129.16", "::", "::1", "::7f00:1", "::ffff:7f00:1",
    "::ffff:808:808", "::ffff:0:7f00:1", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:0:4136:e378::1",
    "2001:2::1", "2001:10::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::", "2002:808:808::1", "3fff::1", "5f00::1",
    "fc00::1", "fd00:ec2::254", "fd20:ce::254", "fe80::1", "fe80::1%eth0", "2606:4700::1%1", "fec0::1", "ff02::1", "ff0e::1",
    "4000::1", "2a00::5efe:a00:1", "2a00::200:5efe:a00:1",
)  # fmt: skip
PUBLIC = (
    "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "93.184.215.14", "100.63.255.255", "100.128.0.0", "126.255.255.255",
    "128.0.0.1", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255",
    "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "2001:200::1", "2001:4860:4860::8888",
    "2003::1", "2606:4700:4700::1111", "2a00:1450::1", "2620:4f:7fff::1",
)  # fmt: skip


def is_public(address: str | IPv4Address | IPv6Address) -> bool:
    return not why_special(address)


@pytest.mark.parametrize("address", WORTHLESS)
def test_an_address_that_is_not_public_is_refused_with_a_reason(address: str) -> None:
    assert not is_public(address)
    assert why_special(address).startswith(("a ", "an ", "the "))


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_beside_a_special_range_is_public(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses())
@settings(max_examples=500, deadline=None)
def test_what_the_standard_library_calls_not_global_is_never_public(address: IPv4Address | IPv6Address) -> None:
    if not address.is_global:
        assert not is_public(address)


@given(st.ip_addresses())
@example(ip_address("2001:4:112::1"))
@settings(max_examples=500, deadline=None)
def test_where_we_are_stricter_than_the_standard_library_is_a_written_list(address: IPv4Address | IPv6Address) -> None:
    if address.is_global and not is_public(address):
        unassigned = address.version == 6 and address not in UNASSIGNED
        listed = any(address.version == network.version and address in network for network in STRICTER)
        assert listed or unassigned or why_special(address) == "a tunnel address"


@given(
    st.ip_addresses(v=4), st.sampled_from(["::ffff:0:0/96", "::/96", "64:ff9b::/96", "2002::/16", "::ffff:0:0:0/96"])
)
def test_an_ipv4_address_inside_an_ipv6_one_is_never_public(inner: IPv4Address, network: str) -> None:
    outer = IPv6Network(network)
    carried = int(outer.network_address) + (int(inner) << (80 if network == "2002::/16" else 0))
    assert not is_public(IPv6Address(carried))


@given(st.integers(min_value=0, max_value=3), st.ip_addresses(v=4, network=IPv4Network("0.0.0.0/0")))
def test_text_and_object_are_judged_alike(_: int, address: IPv4Address) -> None:
    assert is_public(str(address)) is is_public(address)


@pytest.mark.parametrize(
    "text", ["127.1", "0x7f.0.0.1", "017700000001", "2130706433", "1.1.1.1 ", "1.1.1", "", "localhost"]
)
def test_text_that_is_no_address_is_no_public_address_either(text: str) -> None:
    with pytest.raises(ValueError, match="does not appear to be"):
        is_public(text)


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="newer standard libraries know these ranges")
def test_our_table_knows_ranges_this_standard_library_lacks() -> None:
    assert not is_public("3fff::1")
    assert not is_public("5f00::1")
