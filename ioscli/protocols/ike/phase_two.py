"""Quick mode's proposals and identities (RFC 2407, 4.5 and 4.6.2; RFC 2409, 5.5)."""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network
from typing import NamedTuple

from ioscli.codec.isakmp import Attribute, IdPayload, Proposal, SaPayload, Transform
from ioscli.codec.isakmp.numbers import (
    EncapsulationMode,
    IdType,
    LifeType,
    PhaseTwoAttribute,
    ProtocolId,
)
from ioscli.model.crypto import ChildPolicy, ChildProposal, EspTransform, Mode, Selector, Spi
from ioscli.protocols.ike.algorithms import ESP_CIPHERS, ESP_INTEGRITY
from ioscli.protocols.ike.dh import GROUPS
from ioscli.protocols.ike.nat import NatTraversal
from ioscli.protocols.ike.phase_one import duration, lifetimes

SPI_SIZE = 4


class ChildTerms(NamedTuple):
    """What one transform of quick mode says."""

    proposal: ChildProposal
    pfs_group: int | None
    seconds: int
    kilobytes: int
    """Lifetimes; 0 where none is given."""


class Accepted(NamedTuple):
    """What quick mode agreed."""

    terms: ChildTerms
    peer_spi: Spi
    answer: SaPayload
    """The responder's SA payload; on the initiator's side the one received."""
    shortened: bool
    """Whether the responder's lifetimes are shorter than those offered."""


def offer(policy: ChildPolicy, spi: Spi, nat: NatTraversal | None) -> SaPayload:
    """A proposal for each transform set, all with one SPI: only one of them can be chosen."""
    return SaPayload(
        tuple(
            Proposal(
                number,
                ProtocolId.ESP,
                spi.to_bytes(SPI_SIZE),
                (_transform(policy, proposal, nat),),
            )
            for number, proposal in enumerate(policy.proposals, 1)
        )
    )


def choose(
    policy: ChildPolicy, offered: SaPayload, spi: Spi, nat: NatTraversal | None
) -> Accepted | None:
    """The responder's choice: the first offer, in the initiator's order, that it can accept."""
    for proposal in _esp_alone(offered.proposals):
        for transform in proposal.transforms:
            terms = _read(transform, nat)
            if terms is None or not _acceptable(policy, terms):
                continue
            answer = Proposal(proposal.number, ProtocolId.ESP, spi.to_bytes(SPI_SIZE), (transform,))
            agreed = _with_own(policy, terms)
            return Accepted(agreed, _spi(proposal), SaPayload((answer,)), agreed != terms)
    return None


def accepted(policy: ChildPolicy, answer: SaPayload, nat: NatTraversal | None) -> Accepted | None:
    """What the responder chose; None unless it is one transform, and one of those offered."""
    proposals = list(_esp_alone(answer.proposals))
    if len(answer.proposals) != 1 or not proposals or len(proposals[0].transforms) != 1:
        return None
    terms = _read(proposals[0].transforms[0], nat)
    offered = [
        ChildProposal(proposal.transform, offered_mode(policy, proposal))
        for proposal in policy.proposals
    ]
    if terms is None or terms.proposal not in offered or terms.pfs_group != policy.pfs_group:
        return None
    return Accepted(_with_own(policy, terms), _spi(proposals[0]), answer, False)


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


def _transform(policy: ChildPolicy, proposal: ChildProposal, nat: NatTraversal | None) -> Transform:
    cipher = ESP_CIPHERS[proposal.transform.cipher]
    attributes = [
        Attribute(
            PhaseTwoAttribute.ENCAPSULATION_MODE, _modes(nat)[offered_mode(policy, proposal)]
        ),
        *lifetime_attributes(policy.lifetime_seconds, policy.lifetime_kilobytes),
    ]
    integrity = proposal.transform.integrity
    if integrity is not None:
        code = ESP_INTEGRITY[integrity]
        attributes.append(Attribute(PhaseTwoAttribute.AUTHENTICATION_ALGORITHM, code))
    if cipher.key_bits is not None:
        attributes.append(Attribute(PhaseTwoAttribute.KEY_LENGTH, cipher.key_bits))
    if policy.pfs_group is not None:
        attributes.append(Attribute(PhaseTwoAttribute.GROUP_DESCRIPTION, policy.pfs_group))
    return Transform(1, cipher.transform_id, tuple(attributes))


def _modes(nat: NatTraversal | None) -> dict[Mode, int]:
    if nat is None:
        return {
            Mode.TUNNEL: EncapsulationMode.TUNNEL,
            Mode.TRANSPORT: EncapsulationMode.TRANSPORT,
        }
    return {Mode.TUNNEL: nat.udp_tunnel, Mode.TRANSPORT: nat.udp_transport}


def _esp_alone(proposals: tuple[Proposal, ...]) -> Iterator[Proposal]:
    """Proposals for ESP that are not bundled with AH or IPComp under the same number."""
    for proposal in proposals:
        bundle = [other for other in proposals if other.number == proposal.number]
        if (
            len(bundle) == 1
            and proposal.protocol == ProtocolId.ESP
            and len(proposal.spi) == SPI_SIZE
        ):
            yield proposal


def _spi(proposal: Proposal) -> Spi:
    return Spi(int.from_bytes(proposal.spi))


def _read(transform: Transform, nat: NatTraversal | None) -> ChildTerms | None:
    """The terms of a transform; None where an attribute or a value is not known here."""
    found: dict[int, int] = {}
    for attribute in transform.attributes:
        if attribute.type not in _LIFE:
            found[attribute.type] = attribute.number
    mode_code = found.pop(PhaseTwoAttribute.ENCAPSULATION_MODE, EncapsulationMode.TUNNEL)
    modes = {code: mode for mode, code in _modes(nat).items()}
    group = found.pop(PhaseTwoAttribute.GROUP_DESCRIPTION, None)
    esp = _esp_transform(transform.transform_id, found)
    if esp is None or mode_code not in modes or (group is not None and group not in GROUPS):
        return None
    seconds, kilobytes = read_lifetimes(transform.attributes)
    return ChildTerms(ChildProposal(esp, modes[mode_code]), group, seconds, kilobytes)


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
