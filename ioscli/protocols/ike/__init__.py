"""IKEv1 without I/O: main mode and quick mode as IOS speaks them.

RFC 2407, 2408 and 2409, NAT detection of RFC 3947, answers to the DPD of RFC 3706.

- isakmp: `Isakmp`, the machine of one router: inputs, timers, views
- sa: one ISAKMP SA, which runs exchanges: encrypts, sends, repeats, gives up
- exchange: what all exchanges have in common; another one (aggressive mode) subclasses it
- main_mode, quick_mode: the exchanges, `build` and `process` for each message
- informational: notifications and deletions
- phase_one, phase_two: policies as proposals, and the choice among them
- keys: all derivations of RFC 2409; protection: encryption with them
- algorithms, dh: registries of hashes, ciphers, ESP transforms and groups
- nat, vendor: NAT detection and vendor IDs
- context: what the SAs of one router share
- effects, logs: what the machine gives back
"""

from ioscli.protocols.ike.effects import (
    ChildFailed,
    DeleteChild,
    Effect,
    IkeCounters,
    IkeKeyRecord,
    InstallChild,
    Log,
    Send,
    State,
)
from ioscli.protocols.ike.isakmp import Isakmp
from ioscli.protocols.ike.phase_one import default_policies

__all__ = [
    "ChildFailed",
    "DeleteChild",
    "Effect",
    "IkeCounters",
    "IkeKeyRecord",
    "InstallChild",
    "Isakmp",
    "Log",
    "Send",
    "State",
    "default_policies",
]
