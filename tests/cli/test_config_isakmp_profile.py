"""Keyrings, ISAKMP profiles, keepalives and peers' public keys: what is typed acts."""

from ipaddress import IPv4Address, IPv4Network

from ioscli.cli.configuration import LineKind
from ioscli.cli.running_config import running_config
from ioscli.model.changes import CryptoChanged
from ioscli.model.ifname import InterfaceName
from ioscli.model.isakmp import (
    AggressivePeer,
    Identity,
    IdentityKind,
    IdentityMatch,
    Keepalive,
    PreSharedKey,
)
from ioscli.router.ipsec.tunnel_policy import follow_names

from .typing_config import Prompt


def crypto_lines(prompt: Prompt) -> list[str]:
    lines = list(running_config(prompt.config))
    begin = next(number for number, line in enumerate(lines) if line.startswith("crypto"))
    end = lines.index("interface GigabitEthernet0/0")
    return [line for line in lines[begin:end] if line.strip() != "!"]


def test_keyring_and_profile() -> None:
    prompt = Prompt()
    results = prompt.type(
        "crypto keyring K", "local-address GigabitEthernet0/1",
        "pre-shared-key address 10.0.0.0 255.255.255.0 key many",
        "pre-shared-key address 0.0.0.0 0.0.0.0 key all",
        "pre-shared-key hostname spoke.lab key 0 one", "exit",
        "crypto isakmp profile P", "keyring K", "self-identity fqdn hub.lab",
        "match identity address 10.0.0.5 255.255.255.255", "match identity host domain lab",
        "keepalive 30 retry 5", "initiate mode aggressive", "exit",
    )  # fmt: skip
    assert {it.kind for it in results} == {LineKind.MODELLED, LineKind.BLANK}
    assert [list(it.messages) for it in results if it.messages] == [
        ["% A profile is deemed incomplete until it has match identity statements"]
    ]
    isakmp = prompt.config.isakmp
    keyring = isakmp.keyrings["K"]
    assert keyring.keys == [
        PreSharedKey("many", IPv4Network("10.0.0.0/24")),
        PreSharedKey("all", IPv4Network("0.0.0.0/0")),
        PreSharedKey("one", None, hostname="spoke.lab"),
    ]
    profile = isakmp.profiles["P"]
    assert profile.keyrings == ["K"]
    assert profile.self_identity == Identity(IdentityKind.HOSTNAME, "hub.lab")
    assert profile.matches == [
        IdentityMatch("address", IPv4Network("10.0.0.5/32")),
        IdentityMatch("host domain", None, "lab"),
    ]
    assert profile.keepalive == Keepalive(30, 5)
    assert profile.aggressive
    assert " pre-shared-key hostname spoke.lab key one" in crypto_lines(prompt)
    prompt.type("no crypto isakmp profile P", "no crypto keyring K")
    assert (isakmp.keyrings, isakmp.profiles) == ({}, {})


def test_a_local_address_follows_the_interface_that_is_configured_later() -> None:
    prompt = Prompt()
    prompt.type(
        "hostname R1", "ip domain name lab.example",
        "crypto keyring K", "local-address GigabitEthernet0/1", "exit",
    )  # fmt: skip
    keyring = prompt.config.isakmp.keyrings["K"]
    assert keyring.local_interface == InterfaceName("GigabitEthernet", (0, 1))
    follow_names(prompt.config)
    assert keyring.local_address == IPv4Address(0)  # nobody's: the keyring serves no address yet
    prompt.type("interface GigabitEthernet0/1", "ip address 192.0.2.1 255.255.255.0")
    follow_names(prompt.config)
    assert keyring.local_address == IPv4Address("192.0.2.1")
    assert prompt.config.isakmp.hostname == "R1.lab.example"


def test_global_lines() -> None:
    prompt = Prompt()
    lines = [
        "crypto isakmp invalid-spi-recovery",
        "crypto isakmp identity hostname",
        "crypto isakmp aggressive-mode disable",
        "crypto isakmp keepalive 10 3 periodic",
        "crypto isakmp nat keepalive 20",
        "no crypto ipsec nat-transparency udp-encapsulation",
    ]
    assert {it.kind for it in prompt.type(*lines)} == {LineKind.MODELLED}
    isakmp = prompt.config.isakmp
    assert isakmp.invalid_spi_recovery
    assert isakmp.identity is IdentityKind.HOSTNAME
    assert isakmp.aggressive_disabled
    assert isakmp.keepalive == Keepalive(10, 3, periodic=True)
    assert isakmp.nat_keepalive == 20
    assert not isakmp.nat_traversal
    assert crypto_lines(prompt) == lines
    prompt.type(*(f"no {line}".replace("no no ", "") for line in lines))
    assert isakmp.keepalive is None
    assert isakmp.nat_traversal
    assert not isakmp.aggressive_disabled
    assert not any("isakmp" in line for line in running_config(prompt.config))


def test_a_peers_attributes_for_aggressive_mode() -> None:
    prompt = Prompt()
    prompt.type(
        "crypto isakmp peer address 192.0.2.9", "set aggressive-mode password cisco",
        "set aggressive-mode client-endpoint user-fqdn me@lab",
    )  # fmt: skip
    assert prompt.session.prompt_suffix == "config-isakmp-peer"
    address = IPv4Address("192.0.2.9")
    assert prompt.config.isakmp.aggressive_peers == {
        address: AggressivePeer(address, "cisco", Identity(IdentityKind.USER_FQDN, "me@lab"))
    }


def test_a_key_for_a_name() -> None:
    prompt = Prompt()
    prompt.type("crypto isakmp key s3cret hostname hub.lab")
    assert prompt.config.isakmp.keys == [PreSharedKey("s3cret", None, hostname="hub.lab")]
    assert "crypto isakmp key s3cret hostname hub.lab  " in crypto_lines(prompt)
    again = prompt.session.feed("crypto isakmp key other hostname hub.lab")
    assert again.messages == ("A pre-shared key for hostname hub.lab already exists!",)
    prompt.type("no crypto isakmp key s3cret hostname hub.lab")
    assert prompt.config.isakmp.keys == []


def test_public_keys_of_peers() -> None:
    prompt = Prompt()
    prompt.type(
        "crypto key pubkey-chain rsa", "addressed-key 192.0.2.9", "key-string",
        "305C300D 06092A86", "4886F70D", "quit", "exit",
        "named-key hub.lab", "address 192.0.2.7", "key-string", "0011AABB", "quit",
    )  # fmt: skip
    keys = prompt.config.isakmp.public_keys
    assert [(key.address, key.name, key.data.hex()) for key in keys] == [
        (IPv4Address("192.0.2.9"), None, "305c300d06092a864886f70d"),
        (IPv4Address("192.0.2.7"), "hub.lab", "0011aabb"),
    ]


def test_the_domain_name_is_part_of_the_routers_identity() -> None:
    prompt = Prompt()
    (result,) = prompt.type("ip domain name lab.example")
    assert result.kind is LineKind.MODELLED
    assert CryptoChanged() in result.changes
    follow_names(prompt.config)
    assert prompt.config.isakmp.hostname == f"{prompt.config.hostname}.lab.example"
