"""Phase 1 policies as SA payloads, and the choice among them (RFC 2409, 5 and appendix A)."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ioscli.codec.isakmp import Attribute, Proposal, SaPayload, Transform
from ioscli.codec.isakmp.numbers import (
    AuthenticationMethod,
    IsakmpTransform,
    LifeType,
    PhaseOneAttribute,
    ProtocolId,
)
from ioscli.model.isakmp import (
    IkeAuthentication,
    IkeEncryption,
    IkeHash,
    IsakmpConfig,
    IsakmpPolicy,
)
from ioscli.protocols.ike.algorithms import CIPHERS, PRFS
from ioscli.protocols.ike.dh import GROUPS

#: Authentication methods that main mode here can carry out, and their code points.
METHODS = {IkeAuthentication.PRE_SHARE: AuthenticationMethod.PRE_SHARED_KEY}


class Suite(NamedTuple):
    """A phase 1 policy as both sides agree on it."""

    encryption: IkeEncryption
    hash: IkeHash
    authentication: IkeAuthentication
    group: int
    lifetime: int
    """Seconds."""


def default_policies() -> list[IsakmpPolicy]:
    """The built-in policies of IOS 12.4(20)T to 15.x, in force while none is configured.

    Priorities 65507 to 65514: AES with group 5, then 3DES with group 2; SHA, then MD5; each by
    signature, then by pre-shared key (`show crypto isakmp default policy`).
    """
    found: list[IsakmpPolicy] = []
    for encryption, group in ((IkeEncryption.AES_128, 5), (IkeEncryption.TRIPLE_DES, 2)):
        for digest in (IkeHash.SHA, IkeHash.MD5):
            for method in (IkeAuthentication.RSA_SIG, IkeAuthentication.PRE_SHARE):
                priority = 65_507 + len(found)
                found.append(IsakmpPolicy(priority, encryption, digest, method, group))
    return found


def usable_suites(config: IsakmpConfig) -> list[Suite]:
    """The policies that can be offered or accepted, best first."""
    policies = config.policies.values() or default_policies()
    return [
        Suite(policy.encryption, policy.hash, policy.authentication, policy.group, policy.lifetime)
        for policy in sorted(policies, key=lambda policy: policy.priority)
        if policy.authentication in METHODS and policy.group in GROUPS
    ]


def offer(suites: Iterable[Suite]) -> SaPayload:
    """One proposal with a transform for each policy, attributes in the order of IOS."""
    transforms = tuple(
        Transform(number, IsakmpTransform.KEY_IKE, tuple(_attributes(suite)))
        for number, suite in enumerate(suites, 1)
    )
    return SaPayload((Proposal(1, ProtocolId.ISAKMP, b"", transforms),))


def choose(suites: Sequence[Suite], offered: SaPayload) -> tuple[SaPayload, Suite] | None:
    """The responder's answer: its own list by priority against the transforms in their order.

    Lifetimes need not match (IOS documents that the shorter holds). The chosen transform goes
    back unchanged (RFC 2409, 5), so a shorter lifetime of the responder's own is only enforced
    by its DELETE.
    """
    proposals = [
        proposal for proposal in offered.proposals if proposal.protocol == ProtocolId.ISAKMP
    ]
    for suite in suites:
        for proposal in proposals:
            for transform in proposal.transforms:
                agreed = _agree(suite, transform)
                if agreed is not None:
                    answer = proposal._replace(transforms=(transform,), reserved=0)
                    return SaPayload((answer,)), agreed
    return None


def accepted(suites: Sequence[Suite], answer: SaPayload) -> Suite | None:
    """What the responder chose; None unless it is one transform, and one of those offered."""
    if len(answer.proposals) != 1 or len(answer.proposals[0].transforms) != 1:
        return None
    transform = answer.proposals[0].transforms[0]
    agreed = (_agree(suite, transform) for suite in suites)
    return next((suite for suite in agreed if suite is not None), None)


def _attributes(suite: Suite) -> Iterable[Attribute]:
    cipher = CIPHERS[suite.encryption]
    yield Attribute(PhaseOneAttribute.ENCRYPTION_ALGORITHM, cipher.code)
    if cipher.variable_key:
        yield Attribute(PhaseOneAttribute.KEY_LENGTH, cipher.key_size * 8)
    yield Attribute(PhaseOneAttribute.HASH_ALGORITHM, PRFS[suite.hash].code)
    yield Attribute(PhaseOneAttribute.GROUP_DESCRIPTION, suite.group)
    yield Attribute(PhaseOneAttribute.AUTHENTICATION_METHOD, METHODS[suite.authentication])
    yield Attribute(PhaseOneAttribute.LIFE_TYPE, LifeType.SECONDS)
    yield Attribute(PhaseOneAttribute.LIFE_DURATION, duration(suite.lifetime))


def duration(value: int) -> int | bytes:
    """A lifetime as IOS writes it: `(basic)` where 16 bits suffice, else `(VPI)` of four bytes."""
    return value if value <= 0xFFFF else value.to_bytes(4)


def _agree(suite: Suite, transform: Transform) -> Suite | None:
    """The suite with the shorter lifetime, if the transform asks for just this suite."""
    if transform.transform_id != IsakmpTransform.KEY_IKE:
        return None
    cipher = CIPHERS[suite.encryption]
    wanted = {
        PhaseOneAttribute.ENCRYPTION_ALGORITHM: int(cipher.code),
        PhaseOneAttribute.HASH_ALGORITHM: int(PRFS[suite.hash].code),
        PhaseOneAttribute.GROUP_DESCRIPTION: suite.group,
        PhaseOneAttribute.AUTHENTICATION_METHOD: int(METHODS[suite.authentication]),
    }
    if cipher.variable_key:
        wanted[PhaseOneAttribute.KEY_LENGTH] = cipher.key_size * 8
    found: dict[int, int] = {}
    for attribute in transform.attributes:
        if attribute.type not in _LIFE:
            found[attribute.type] = attribute.number
    if cipher.variable_key:
        # AES without a Key Length attribute means 128 bits (RFC 3602, 5.3 for phase 2).
        found.setdefault(PhaseOneAttribute.KEY_LENGTH, 128)
    if found != wanted:
        return None
    offered = lifetimes(transform.attributes, *_LIFE).get(LifeType.SECONDS)
    return suite._replace(lifetime=min(suite.lifetime, offered or suite.lifetime))


def lifetimes(
    attributes: Iterable[Attribute], type_code: int, duration_code: int
) -> dict[int, int]:
    """Durations by LifeType; each stands after the type that it belongs to (RFC 2407, 4.5)."""
    found: dict[int, int] = {}
    unit = None
    for attribute in attributes:
        if attribute.type == type_code:
            unit = attribute.number
        elif attribute.type == duration_code and unit is not None:
            found[unit] = attribute.number
    return found


_LIFE = (PhaseOneAttribute.LIFE_TYPE, PhaseOneAttribute.LIFE_DURATION)
