"""IKEv1 without I/O: main, aggressive and quick mode as IOS speaks them.

RFC 2407, 2408 and 2409, NAT traversal of RFC 3947, dead peer detection of RFC 3706.

- isakmp: `Isakmp`, the machine of one router: inputs, timers, views
- sa: one ISAKMP SA, which runs exchanges: encrypts, sends, repeats, gives up
- sa_record: what is known of an ISAKMP SA, for exchanges, shows and debugs
- exchange: what all exchanges have in common
- transmission, retransmission: the last message each way, and what to do when one is lost
- deadlines: which SA has something to do when
- phase_one_exchange: what main_mode and aggressive_mode have in common
- main_mode, aggressive_mode, quick_mode: the exchanges, `build` and `process` for each message
- informational: notifications and deletions
- authentication: pre-shared keys and RSA signatures, a registry; identity, keyrings: whose key
- phase_one, phase_two: policies as proposals, and the choice among them
- keys: all derivations of RFC 2409; protection: encryption with them
- algorithms, dh: registries of hashes, ciphers, ESP transforms and groups
- nat, nat_keepalive, vendor: NAT detection, keepalives and vendor IDs; dead_peer: RFC 3706
- context: what the SAs of one router share, the effects of the input at hand among it
- effects, logs, debug_lines: what the machine gives back
"""

from ioscli.protocols.ike.effects import (
    ChildFailed,
    Debug,
    DeleteChild,
    Effect,
    Endpoint,
    IkeCounters,
    IkeKeyRecord,
    InstallChild,
    Log,
    PeerDead,
    PeerMoved,
    Send,
    State,
    Traffic,
)
from ioscli.protocols.ike.isakmp import Isakmp
from ioscli.protocols.ike.phase_one import default_policies

__all__ = [
    "ChildFailed",
    "Debug",
    "DeleteChild",
    "Effect",
    "Endpoint",
    "IkeCounters",
    "IkeKeyRecord",
    "InstallChild",
    "Isakmp",
    "Log",
    "PeerDead",
    "PeerMoved",
    "Send",
    "State",
    "Traffic",
    "default_policies",
]
