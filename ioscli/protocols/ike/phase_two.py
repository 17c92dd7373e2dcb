"""Quick mode's proposals and identities (RFC 2407, 4.5 and 4.6.2; RFC 2409, 5.5)."""

from collections.abc import Callable, Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network
from itertools import product
from typing import NamedTuple

from ioscli.codec.isakmp import Attribute, IdPayload, Proposal, SaPayload, Transform
from ioscli.codec.isakmp.numbers import (
    EncapsulationMode,
    IdType,
    LifeType,
    PhaseTwoAttribute,
    ProtocolId,
)
from ioscli.model.crypto import (
    ChildPolicy,
    ChildProposal,
    EspCipher,
    EspTransform,
    Mode,
    Selector,
    Spi,
)
from ioscli.protocols.ike import debug_lines
from ioscli.protocols.ike.algorithms import AH_INTEGRITY, ESP_CIPHERS, ESP_INTEGRITY
from ioscli.protocols.ike.dh import GROUPS
from ioscli.protocols.ike.nat import NatTraversal
from ioscli.protocols.ike.phase_one import SILENCE, Trace, duration, lifetimes

SPI_SIZE = 4


class ChildTerms(NamedTuple):
    """What one transform of quick mode says."""

    proposal: ChildProposal
    pfs_group: int | None
    seconds: int
    kilobytes: int
    """Lifetimes; 0 where none is given."""


class Spis(NamedTuple):
    """SPIs of one side: ESP and AH have their own."""

    esp: Spi
    ah: Spi

    def of(self, protocol: int) -> Spi:
        """That of a protocol."""
        return self.ah if protocol == ProtocolId.AH else self.esp


class Accepted(NamedTuple):
    """What quick mode agreed."""

    terms: ChildTerms
    peer_spis: Spis
    answer: SaPayload
    """The responder's SA payload; on the initiator's side the one received."""
    shortened: bool
    """Whether the responder's lifetimes are shorter than those offered."""


class Bundle(NamedTuple):
    """Proposals of one number: protocols that are wanted together (RFC 2408, 4.2)."""

    number: int
    proposals: tuple[Proposal, ...]

    def choices(self) -> Iterator[tuple[Transform, ...]]:
        """A transform for each of the proposals, in every combination."""
        return product(*(proposal.transforms for proposal in self.proposals))

    @property
    def spis(self) -> Spis:
        """The sender's."""
        found = {proposal.protocol: _spi(proposal) for proposal in self.proposals}
        return Spis(found.get(ProtocolId.ESP, Spi(0)), found.get(ProtocolId.AH, Spi(0)))

    def answer(self, chosen: tuple[Transform, ...], spis: Spis) -> SaPayload:
        """The same proposals with the transforms chosen, and the responder's SPIs."""
        return SaPayload(
            tuple(
                Proposal(
                    self.number,
                    proposal.protocol,
                    spis.of(proposal.protocol).to_bytes(SPI_SIZE),
                    (transform,),
                )
                for proposal, transform in zip(self.proposals, chosen, strict=True)
            )
        )


def offer(policy: ChildPolicy, spis: Spis, nat: NatTraversal | None) -> SaPayload:
    """A proposal for each transform set, all with one SPI: only one of them can be chosen.

    A set with AH and ESP makes two proposals of one number, AH first.
    """
    proposals: list[Proposal] = []
    for number, wanted in enumerate(policy.proposals, 1):
        protocols = []
        if wanted.transform.ah is not None:
            protocols.append((ProtocolId.AH, _ah_transform(policy, wanted, nat)))
        if wanted.transform.has_esp:
            protocols.append((ProtocolId.ESP, _transform(policy, wanted, nat)))
        proposals += (
            Proposal(number, protocol, spis.of(protocol).to_bytes(SPI_SIZE), (transform,))
            for protocol, transform in protocols
        )
    return SaPayload(tuple(proposals))


def choose(
    policy: ChildPolicy,
    offered: SaPayload,
    spis: Spis,
    nat: NatTraversal | None,
    trace: Trace = SILENCE,
    judged: Callable[[ChildProposal, bool], None] | None = None,
) -> Accepted | None:
    """The responder's choice: the first offer, in the initiator's order, that it can accept.

    judged: hears of each offer that makes sense, and whether it fits the policy, for debugs.
    """
    for bundle in _bundles(offered.proposals):
        for transforms in bundle.choices():
            terms = _read_bundle(bundle, transforms, nat)
            if trace is not SILENCE:
                _debug_bundle(trace, bundle, transforms)
                # ISAKMP itself knows all these attributes; IPsec's policy is asked afterwards.
                trace.debug("atts are acceptable." if terms else "atts not acceptable.")
            fits = terms is not None and _acceptable(policy, terms)
            if terms is not None and judged is not None:
                judged(terms.proposal, fits)
            if terms is None or not fits:
                trace.debug_error("IPSec policy invalidated proposal with error 256")
                continue
            agreed = _with_own(policy, terms)
            answer = bundle.answer(transforms, spis)
            return Accepted(agreed, bundle.spis, answer, agreed != terms)
    return None


def accepted(
    policy: ChildPolicy, answer: SaPayload, nat: NatTraversal | None, trace: Trace = SILENCE
) -> Accepted | None:
    """What the responder chose; None unless it is one choice, and one of those offered."""
    bundles = list(_bundles(answer.proposals))
    if len(bundles) != 1 or len(bundles[0].proposals) != len(answer.proposals):
        return None
    choices = list(bundles[0].choices())
    if len(choices) != 1:
        return None
    terms = _read_bundle(bundles[0], choices[0], nat)
    if trace is not SILENCE:
        _debug_bundle(trace, bundles[0], choices[0])
    offered = [
        ChildProposal(proposal.transform, offered_mode(policy, proposal))
        for proposal in policy.proposals
    ]
    if terms is None or terms.proposal not in offered or terms.pfs_group != policy.pfs_group:
        return None
    trace.debug("atts are acceptable.")
    return Accepted(_with_own(policy, terms), bundles[0].spis, answer, False)


def offered_mode(policy: ChildPolicy, proposal: ChildProposal) -> Mode:
    """Transport only where the identities are the endpoints themselves, as IOS does it."""
    ends = policy.local_selector.network == IPv4Network(
        policy.local
    ) and policy.remote_selector.network == IPv4Network(policy.peer)
    return proposal.mode if ends else Mode.TUNNEL


def lifetime_attributes(seconds: int, kilobytes: int) -> tuple[Attribute, ...]:
    """Both lifetimes, in a transform or in a RESPONDER-LIFETIME notification."""
    return (
        Attribute(PhaseTwoAttribute.SA_LIFE_TYPE, LifeType.SECONDS),
        Attribute(PhaseTwoAttribute.SA_LIFE_DURATION, duration(seconds)),
        Attribute(PhaseTwoAttribute.SA_LIFE_TYPE, LifeType.KILOBYTES),
        Attribute(PhaseTwoAttribute.SA_LIFE_DURATION, duration(kilobytes)),
    )


def shorter(terms: ChildTerms, seconds: int, kilobytes: int) -> ChildTerms:
    """The terms with other lifetimes where those are shorter; 0 means that none is given."""
    return terms._replace(
        seconds=_least(terms.seconds, seconds), kilobytes=_least(terms.kilobytes, kilobytes)
    )


def read_lifetimes(attributes: Iterable[Attribute]) -> tuple[int, int]:
    """Seconds and kilobytes, each 0 where it is not given."""
    found = lifetimes(attributes, *_LIFE)
    return found.get(LifeType.SECONDS, 0), found.get(LifeType.KILOBYTES, 0)


def identity(selector: Selector) -> IdPayload:
    """IDci or IDcr of one side's traffic: a host or a subnet."""
    network = selector.network
    if network.prefixlen == 32:
        kind, data = IdType.IPV4_ADDR, network.network_address.packed
    else:
        kind = IdType.IPV4_ADDR_SUBNET
        data = network.network_address.packed + network.netmask.packed
    return IdPayload(kind, selector.protocol, selector.port, data)


def selector_of(payload: IdPayload) -> Selector | None:
    """The traffic that an ID payload names; None where it is no host and no subnet."""
    data = payload.data
    if payload.id_type == IdType.IPV4_ADDR and len(data) == 4:
        network = IPv4Network(IPv4Address(data))
    elif payload.id_type == IdType.IPV4_ADDR_SUBNET and len(data) == 8:
        mask = int.from_bytes(data[4:])
        # A netmask is ones, then zeros: adding its lowest one carries out of the top.
        if mask and (mask + (mask & -mask)) != 1 << 32:
            return None
        length = mask.bit_count()
        network = IPv4Network((int.from_bytes(data[:4]) & mask, length))
    else:
        return None
    return Selector(network, payload.protocol, payload.port)


def debug_offer(
    offered: SaPayload,
    nat: NatTraversal | None,
    trace: Trace,
    judged: Callable[[ChildProposal, bool], None],
) -> None:
    """Debugs of an offer whose identities fit no policy: its transforms do not matter."""
    for bundle in _bundles(offered.proposals):
        for transforms in bundle.choices():
            _debug_bundle(trace, bundle, transforms)
            trace.debug("atts are acceptable.")
            terms = _read_bundle(bundle, transforms, nat)
            if terms is not None:
                judged(terms.proposal, True)


def _transform(policy: ChildPolicy, proposal: ChildProposal, nat: NatTraversal | None) -> Transform:
    cipher = ESP_CIPHERS[proposal.transform.cipher]
    attributes = _common_attributes(policy, proposal, nat)
    integrity = proposal.transform.integrity
    if integrity is not None:
        code = ESP_INTEGRITY[integrity]
        attributes.append(Attribute(PhaseTwoAttribute.AUTHENTICATION_ALGORITHM, code))
    if cipher.key_bits is not None:
        attributes.append(Attribute(PhaseTwoAttribute.KEY_LENGTH, cipher.key_bits))
    attributes += _group_attribute(policy)
    return Transform(1, cipher.transform_id, tuple(attributes))


def _ah_transform(
    policy: ChildPolicy, proposal: ChildProposal, nat: NatTraversal | None
) -> Transform:
    """AH must name its algorithm in an attribute too (RFC 2407, 4.4.3)."""
    integrity = proposal.transform.ah
    assert integrity is not None
    attributes = _common_attributes(policy, proposal, nat)
    code = ESP_INTEGRITY[integrity.as_esp]
    attributes.append(Attribute(PhaseTwoAttribute.AUTHENTICATION_ALGORITHM, code))
    attributes += _group_attribute(policy)
    return Transform(1, AH_INTEGRITY[integrity], tuple(attributes))


def _common_attributes(
    policy: ChildPolicy, proposal: ChildProposal, nat: NatTraversal | None
) -> list[Attribute]:
    mode = _modes(nat)[offered_mode(policy, proposal)]
    return [
        Attribute(PhaseTwoAttribute.ENCAPSULATION_MODE, mode),
        *lifetime_attributes(policy.lifetime_seconds, policy.lifetime_kilobytes),
    ]


def _group_attribute(policy: ChildPolicy) -> list[Attribute]:
    if policy.pfs_group is None:
        return []
    return [Attribute(PhaseTwoAttribute.GROUP_DESCRIPTION, policy.pfs_group)]


def _modes(nat: NatTraversal | None) -> dict[Mode, int]:
    if nat is None:
        return {
            Mode.TUNNEL: EncapsulationMode.TUNNEL,
            Mode.TRANSPORT: EncapsulationMode.TRANSPORT,
        }
    return {Mode.TUNNEL: nat.udp_tunnel, Mode.TRANSPORT: nat.udp_transport}


def _bundles(proposals: tuple[Proposal, ...]) -> Iterator[Bundle]:
    """Proposals by number: ESP, AH, or one of each; others (IPComp) are not known here."""
    for number in dict.fromkeys(proposal.number for proposal in proposals):
        parts = tuple(proposal for proposal in proposals if proposal.number == number)
        protocols = [proposal.protocol for proposal in parts]
        known = all(
            proposal.protocol in (ProtocolId.AH, ProtocolId.ESP) and len(proposal.spi) == SPI_SIZE
            for proposal in parts
        )
        if known and len(set(protocols)) == len(protocols):
            yield Bundle(number, parts)


def _debug_bundle(trace: Trace, bundle: Bundle, transforms: tuple[Transform, ...]) -> None:
    for proposal, transform in zip(bundle.proposals, transforms, strict=True):
        debug_lines.phase_two_transform(trace, bundle.number, proposal.protocol, transform)


def _spi(proposal: Proposal) -> Spi:
    return Spi(int.from_bytes(proposal.spi))


def _read_bundle(
    bundle: Bundle, transforms: tuple[Transform, ...], nat: NatTraversal | None
) -> ChildTerms | None:
    """The terms of a bundle: what both protocols say, which must not differ but in lifetimes."""
    esp, ah = EspTransform(EspCipher.NULL, None), None
    agreed: ChildTerms | None = None
    for proposal, transform in zip(bundle.proposals, transforms, strict=True):
        terms = _read(proposal.protocol, transform, nat)
        if terms is None:
            return None
        if proposal.protocol == ProtocolId.AH:
            ah = terms.proposal.transform.ah
        else:
            esp = terms.proposal.transform
        if agreed is None:
            agreed = terms
        elif (agreed.proposal.mode, agreed.pfs_group) != (terms.proposal.mode, terms.pfs_group):
            return None
        agreed = shorter(agreed, terms.seconds, terms.kilobytes)
    if agreed is None:
        return None
    proposal_ = ChildProposal(esp._replace(ah=ah), agreed.proposal.mode)
    return agreed._replace(proposal=proposal_)


def _read(protocol: int, transform: Transform, nat: NatTraversal | None) -> ChildTerms | None:
    """The terms of a transform; None where an attribute or a value is not known here."""
    found: dict[int, int] = {}
    for attribute in transform.attributes:
        if attribute.type not in _LIFE:
            found[attribute.type] = attribute.number
    mode_code = found.pop(PhaseTwoAttribute.ENCAPSULATION_MODE, EncapsulationMode.TUNNEL)
    modes = {code: mode for mode, code in _modes(nat).items()}
    group = found.pop(PhaseTwoAttribute.GROUP_DESCRIPTION, None)
    read = _ah_only if protocol == ProtocolId.AH else _esp_transform
    algorithms = read(transform.transform_id, found)
    if algorithms is None or mode_code not in modes or (group is not None and group not in GROUPS):
        return None
    seconds, kilobytes = read_lifetimes(transform.attributes)
    return ChildTerms(ChildProposal(algorithms, modes[mode_code]), group, seconds, kilobytes)


def _ah_only(transform_id: int, attributes: dict[int, int]) -> EspTransform | None:
    """AH's transform and its attribute have to name the same algorithm."""
    for integrity, code in AH_INTEGRITY.items():
        wanted = {
            int(PhaseTwoAttribute.AUTHENTICATION_ALGORITHM): int(ESP_INTEGRITY[integrity.as_esp])
        }
        if code == transform_id and attributes == wanted:
            return EspTransform(EspCipher.NULL, None, integrity)
    return None


def _esp_transform(transform_id: int, attributes: dict[int, int]) -> EspTransform | None:
    rest = dict(attributes)
    integrity_code = rest.pop(PhaseTwoAttribute.AUTHENTICATION_ALGORITHM, None)
    key_bits = rest.pop(PhaseTwoAttribute.KEY_LENGTH, None)
    integrity = next((name for name, code in ESP_INTEGRITY.items() if code == integrity_code), None)
    if rest or (integrity is None and integrity_code is not None):
        return None
    for cipher, code in ESP_CIPHERS.items():
        # AES without a Key Length attribute means 128 bits (RFC 3602, 5.3).
        if code.transform_id == transform_id and code.key_bits == (
            key_bits or (128 if code.key_bits else None)
        ):
            return EspTransform(cipher, integrity)
    return None


def _acceptable(policy: ChildPolicy, terms: ChildTerms) -> bool:
    """Whether the responder takes these terms.

    A transform set in transport mode accepts tunnel mode too, never the other way round. With
    PFS configured the offer needs a group at least as strong, without it any group will do.
    """
    if policy.pfs_group is not None:
        if terms.pfs_group is None:
            return False
        if GROUPS[terms.pfs_group].strength < GROUPS[policy.pfs_group].strength:
            return False
    transform, mode = terms.proposal
    return any(
        own.transform == transform and mode in (Mode.TUNNEL, offered_mode(policy, own))
        for own in policy.proposals
    )


def _with_own(policy: ChildPolicy, terms: ChildTerms) -> ChildTerms:
    return shorter(terms, policy.lifetime_seconds, policy.lifetime_kilobytes)


def _least(first: int, second: int) -> int:
    return min(first or second, second or first)


_LIFE = (PhaseTwoAttribute.SA_LIFE_TYPE, PhaseTwoAttribute.SA_LIFE_DURATION)
