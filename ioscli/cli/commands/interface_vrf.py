"""vrf forwarding, ip vrf forwarding: carries out grammar/interface_vrf.lark."""

from collections.abc import Iterator

from ioscli.cli.commands.interface import Changes, changed, resets
from ioscli.cli.commands.vrf import remove_addresses
from ioscli.cli.configuration import ConfigContext
from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command
from ioscli.cli.results import Args
from ioscli.cli.running_config import writes
from ioscli.model.config import InterfaceConfig


@command("interface_vrf")
def interface_vrf(context: ConfigContext, args: Args) -> Changes:
    """Move an interface to another table; its addresses do not go along."""
    interface: InterfaceConfig = context.target
    name: str = args.get("A_VRF_NAME", "")
    if resets(args):
        if name not in ("", interface.vrf) or not interface.vrf:
            return ()
        _move(context, interface, "", f"disabling VRF {interface.vrf}")
        return changed(interface)
    if name not in context.config.vrfs and not context.startup:
        raise Refusal(f"% VRF {name} not configured.")
    interface.vrf_words = "ip vrf forwarding" if "ip" in args else "vrf forwarding"
    if name != interface.vrf:
        _move(context, interface, name, f"enabling VRF {name}")
    return changed(interface)


def _move(context: ConfigContext, interface: InterfaceConfig, vrf: str, why: str) -> None:
    interface.vrf = vrf
    if remove_addresses(interface):
        context.say(
            f"% Interface {interface.name} IPv4 disabled and address(es) removed due to {why}"
        )


@writes("interface", "if_vrf")
def interface_vrf_lines(interface: InterfaceConfig) -> Iterator[str]:
    """In the form that was typed."""
    if interface.vrf:
        yield f"{interface.vrf_words} {interface.vrf}"
    yield from interface.stored.get("if_vrf", ())
