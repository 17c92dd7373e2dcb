"""crypto isakmp: carries out grammar/isakmp.lark."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network

from ioscli.cli.commands.interface import Changes, resets
from ioscli.cli.commands.ip_address import netmask, prefix_length
from ioscli.cli.configuration import ConfigContext
from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command
from ioscli.cli.results import Args
from ioscli.cli.running_config import writes
from ioscli.model.changes import CryptoChanged
from ioscli.model.config import RouterConfig
from ioscli.model.isakmp import (
    IkeAuthentication,
    IkeEncryption,
    IkeHash,
    IsakmpPolicy,
    PreSharedKey,
)

_CHANGED = (CryptoChanged(),)
_HOST_LENGTH = 32
_DEFAULTS = IsakmpPolicy(priority=0)


@command("crypto_isakmp_policy")
def crypto_isakmp_policy(context: ConfigContext, args: Args) -> Changes:
    """A protection suite; the lowest number is preferred."""
    policies = context.config.isakmp.policies
    priority: int = args["A_PRIORITY"]
    if resets(args):
        policies.pop(priority, None)
        return _CHANGED
    policy = policies.get(priority)
    if policy is None:
        policy = policies[priority] = IsakmpPolicy(priority)
    context.enter("isakmp_policy", policy)
    return _CHANGED


@command("isakmp_encryption")
def isakmp_encryption(context: ConfigContext, args: Args) -> Changes:
    """`encr` or `encryption`; AES without a size is AES-128."""
    policy: IsakmpPolicy = context.target
    policy.encryption = _DEFAULTS.encryption
    if not resets(args):
        words = [word for word in args.words[1:] if word != "128"]
        policy.encryption = IkeEncryption(" ".join(words))
    return _CHANGED


@command("isakmp_hash")
def isakmp_hash(context: ConfigContext, args: Args) -> Changes:
    """The hash of phase 1, which is also its PRF (as HMAC)."""
    policy: IsakmpPolicy = context.target
    policy.hash = _DEFAULTS.hash if resets(args) else IkeHash(args.words[1])
    return _CHANGED


@command("isakmp_authentication")
def isakmp_authentication(context: ConfigContext, args: Args) -> Changes:
    """How the peers prove who they are."""
    policy: IsakmpPolicy = context.target
    policy.authentication = (
        _DEFAULTS.authentication if resets(args) else IkeAuthentication(args.words[1])
    )
    return _CHANGED


@command("isakmp_group")
def isakmp_group(context: ConfigContext, args: Args) -> Changes:
    """The Diffie-Hellman group."""
    policy: IsakmpPolicy = context.target
    policy.group = _DEFAULTS.group if resets(args) else int(args.words[1])
    return _CHANGED


@command("isakmp_lifetime")
def isakmp_lifetime(context: ConfigContext, args: Args) -> Changes:
    """Seconds that an ISAKMP SA lives."""
    policy: IsakmpPolicy = context.target
    policy.lifetime = _DEFAULTS.lifetime if resets(args) else args["A_IKE_LIFETIME"]
    return _CHANGED


@command("crypto_isakmp_enable")
def crypto_isakmp_enable(_context: ConfigContext, _args: Args) -> Changes:
    """ISAKMP is on; that it can be switched off is not modelled, and refused by the grammar."""
    return ()


@command("crypto_isakmp_key")
def crypto_isakmp_key(context: ConfigContext, args: Args) -> Changes:
    """A pre-shared key for one peer, a network of peers, all of them (0.0.0.0), or a name."""
    keys = context.config.isakmp.keys
    hostname: str | None = args.get("A_PEER_NAME")
    network = _peers(args) if hostname is None else None
    whose = (network, hostname)
    if resets(args):
        keys[:] = [
            key
            for key in keys
            if (key.network, key.hostname, key.key) != (network, hostname, args["A_KEY"])
        ]
        return _CHANGED
    if any((key.network, key.hostname) == whose for key in keys):
        raise Refusal(f"A pre-shared key for {_described(network, hostname)} already exists!")
    keys.append(PreSharedKey(args["A_KEY"], network, "no-xauth" in args, hostname))
    return _CHANGED


def _described(network: IPv4Network | None, hostname: str | None) -> str:
    if network is None:
        return f"hostname {hostname}"
    return f"address mask {network.network_address} {netmask(network.prefixlen)}"


def _peers(args: Args) -> IPv4Network:
    address: IPv4Address = args["A_PEER"]
    length: int | None = _HOST_LENGTH if int(address) else 0
    if "A_PEER_MASK" in args:
        length = prefix_length(args["A_PEER_MASK"])
        if length is None:
            raise Refusal(argument="A_PEER_MASK")
    return IPv4Network((int(address), length), strict=False)


@writes("config", "crypto_isakmp")
def crypto_isakmp_lines(config: RouterConfig) -> Iterator[str]:
    """Policies by number, `!` between them, then the keys."""
    separate = False
    for _, policy in sorted(config.isakmp.policies.items()):
        if separate:
            yield "!"
        separate = True
        yield f"crypto isakmp policy {policy.priority}"
        yield from _policy_lines(policy)
    for key in config.isakmp.keys:
        tail = " no-xauth" if key.no_xauth else "  "
        yield f"crypto isakmp key {key.key} {_whose(key)}{tail}"


def _policy_lines(policy: IsakmpPolicy) -> Iterator[str]:
    if policy.encryption is not _DEFAULTS.encryption:
        yield f" encr {policy.encryption.value}"
    if policy.hash is not _DEFAULTS.hash:
        yield f" hash {policy.hash.value}"
    if policy.authentication is not _DEFAULTS.authentication:
        yield f" authentication {policy.authentication.value}"
    if policy.group != _DEFAULTS.group:
        yield f" group {policy.group}"
    if policy.lifetime != _DEFAULTS.lifetime:
        yield f" lifetime {policy.lifetime}"


def _whose(key: PreSharedKey) -> str:
    return f"hostname {key.hostname}" if key.network is None else f"address {_written(key.network)}"


def _written(network: IPv4Network) -> str:
    """The mask is left out for one host, and for all of them."""
    if network.prefixlen in (0, _HOST_LENGTH):
        return str(network.network_address)
    return f"{network.network_address} {netmask(network.prefixlen)}"
