"""The VLAN of a sub-interface: carries out grammar/subinterface.lark."""

from collections.abc import Iterable, Iterator

from ioscli.cli.commands.interface import changed, resets
from ioscli.cli.configuration import ConfigContext
from ioscli.cli.misplaced import Misplaced
from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command
from ioscli.cli.results import Args
from ioscli.cli.running_config import writes
from ioscli.model.changes import ConfigChange
from ioscli.model.config import InterfaceConfig


@command("encapsulation_dot1q")
def encapsulation_dot1q(context: ConfigContext, args: Args) -> Iterable[ConfigChange]:
    """Which VLAN a sub-interface is, and whether its frames go untagged."""
    interface: InterfaceConfig = context.target
    name = interface.name
    if name.subinterface is None:
        raise Misplaced
    if resets(args):
        interface.vlan, interface.native_vlan = None, False
        interface.address = None
        interface.secondary_addresses.clear()
        return changed(interface)
    vlan: int = args["A_VLAN"]
    for other in context.config.interfaces.values():
        if other is not interface and other.name.parent == name.parent and other.vlan == vlan:
            raise Refusal(
                "%Configuration of multiple subinterfaces of the same main\n"
                f"interface with the same VID ({vlan}) is not permitted.\n"
                f"This VID is already configured on {other.name}."
            )
    interface.vlan, interface.native_vlan = vlan, "native" in args
    return changed(interface)


@writes("interface", "encapsulation_dot1q")
def encapsulation_dot1q_line(interface: InterfaceConfig) -> Iterator[str]:
    """Shown on sub-interfaces that have one."""
    if interface.vlan is not None:
        native = " native" if interface.native_vlan else ""
        yield f"encapsulation dot1Q {interface.vlan}{native}"
