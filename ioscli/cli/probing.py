"""What ping and traceroute share: where probes come from, and questions with checked answers."""

from __future__ import annotations

from collections.abc import Callable, Generator
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Any, TypeVar

from ioscli.cli.dialogue import Ask, Step
from ioscli.cli.refusals import Refusal
from ioscli.model.ifname import InterfaceName

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session
    from ioscli.router.router import Router

_T = TypeVar("_T")

GLOBAL = ""
"""No VRF, but the global routing table."""

#: IOS's words for a name that leads to no address.
UNRECOGNIZED = ("% Unrecognized host or address, or protocol not running.", "")


def typed_vrf(router: Router, args: Args) -> str:
    """The VRF that a command names; raises Refusal for one that probes cannot be sent in."""
    name: str = args.get("A_PROBE_VRF", GLOBAL)
    if name == GLOBAL:
        return name
    rules = ("vrf_definition", "ip_vrf")
    if not any(it.rule in rules and it.header.split()[-1] == name for it in router.config.sections):
        raise Refusal(f"% VRF {name} does not exist")
    if not any(
        view.protocol_up and view.address is not None and vrf_of(router, view.name) == name
        for view in router.interface_views()
    ):
        raise Refusal(f"% VRF {name} does not have a usable source address")
    return name


def vrf_of(router: Router, name: InterfaceName) -> str:
    """The VRF that an interface is in; empty: none."""
    config = router.config.interfaces.get(name)
    return GLOBAL if config is None else config.vrf


def typed_source(
    router: Router,
    args: Args,
    interface_argument: str,
    address_argument: str,
    vrf: str = GLOBAL,
) -> IPv4Address | None:
    """The address that `source` names in a command line; raises Refusal for one that is no use."""
    name: InterfaceName | None = args.get(interface_argument)
    if name is not None:
        if all(view.name != name for view in router.interface_views()):
            raise Refusal(argument=interface_argument)
        address = interface_address(router, name, vrf)
        if address is None:
            raise Refusal("% Invalid source interface - IP not enabled or interface is down")
        return address
    typed: IPv4Address | None = args.get(address_argument)
    if typed is not None and not is_own(router, typed, vrf):
        raise Refusal("% Invalid source address- IP address not on any of our up interfaces")
    return typed


def interface_address(router: Router, name: InterfaceName, vrf: str = GLOBAL) -> IPv4Address | None:
    """The primary address of an interface of a VRF that is up."""
    for view in router.interface_views():
        if view.name == name and view.protocol_up and view.address is not None:
            return view.address.ip if vrf_of(router, name) == vrf else None
    return None


def is_own(router: Router, address: IPv4Address, vrf: str = GLOBAL) -> bool:
    """Whether an address is on one of the interfaces of a VRF that are up."""
    for view in router.interface_views():
        if not view.protocol_up or vrf_of(router, view.name) != vrf:
            continue
        config = router.config.interfaces.get(view.name)
        secondaries = [] if config is None else config.secondary_addresses
        if any(own is not None and own.ip == address for own in (view.address, *secondaries)):
            return True
    return False


def answered_source(router: Router, answer: str, vrf: str = GLOBAL) -> IPv4Address | None:
    """The address that an answer to `Source address or interface` names; raises ValueError.

    Unlike the command line the question takes no abbreviations and no blanks.
    """
    try:
        address = IPv4Address(answer)
    except ValueError:
        for view in router.interface_views():
            if str(view.name).lower() == answer.lower():
                found = interface_address(router, view.name, vrf)
                if found is not None:
                    return found
        raise
    if not is_own(router, address, vrf):
        raise ValueError(answer)
    return address


# -- questions ------------------------------------------------------------------------------


def ask(
    prompt: str, read: Callable[[str], _T], default: _T, complaint: str | None = None
) -> Generator[Step, Any, _T]:
    """Ask until the answer can be read; Enter takes the default.

    read: raises ValueError for an answer that will not do; its text (or the complaint) is
    printed before the question comes again.
    """
    while True:
        answer: str = (yield Ask(prompt)).strip()
        if not answer:
            return default
        try:
            return read(answer)
        except ValueError as error:
            yield complaint if complaint is not None else str(error)


def ask_number(prompt: str, low: int, high: int, default: int) -> Generator[Step, Any, int]:
    """Ask for a decimal number within bounds."""

    def read(answer: str) -> int:
        if not answer.isascii() or not answer.isdigit() or not low <= int(answer[:20]) <= high:
            raise ValueError(f"% A decimal number between {low} and {high}.")
        return int(answer)

    return (yield from ask(prompt, read, default))


def ask_yes(prompt: str) -> Generator[Step, Any, bool]:
    """Ask a yes-or-no question whose default is no."""

    def read(answer: str) -> bool:
        lowered = answer.lower()
        if "yes".startswith(lowered):
            return True
        if "no".startswith(lowered):
            return False
        raise ValueError("% Please answer 'yes' or 'no'.")

    return (yield from ask(prompt, read, False))


def ask_protocol() -> Generator[Step, Any, bool]:
    """The first question: whether the answer is IP, the only protocol there is."""
    answer: str = (yield Ask("Protocol [ip]: ")).strip().lower()
    if "ip".startswith(answer):
        return True
    yield f'% Unknown protocol - "{answer}", type "ping ?" for help'
    return False


def ask_source(
    session: Session, vrf: str = GLOBAL, prompt: str = "Source address or interface: "
) -> Generator[Step, Any, IPv4Address | None]:
    """Ask which address probes are to carry; none by default."""

    def read(answer: str) -> IPv4Address | None:
        return answered_source(session.router, answer, vrf)

    complaint = (
        "% Invalid source. Must use same-VRF IP address or full interface name without spaces "
        "(e.g. Serial0/1)"
    )
    return (yield from ask(prompt, read, None, complaint))


#: DSCP names (RFC 2474, RFC 2597, RFC 3246) and the six bits they stand for.
DSCP = {
    "ef": 46,
    **{f"cs{level}": level * 8 for level in range(1, 8)},
    **{f"af{level}{drop}": level * 8 + drop * 2 for level in range(1, 5) for drop in range(1, 4)},
}


def ask_dscp() -> Generator[Step, Any, int]:
    """Ask for a DSCP; what comes back is the whole type-of-service byte."""

    def read(answer: str) -> int:
        named = DSCP.get(answer.lower())
        if named is not None:
            return named << 2
        if answer.isascii() and answer.isdigit() and int(answer[:4]) <= 63:
            return int(answer) << 2
        raise ValueError("%Type 0..63 or ef, af11-13, af21-23, af31-33, af41-43, or cs1-7\n")

    return (yield from ask("DSCP Value [0]: ", read, 0))
