"""Phase 1 policies as SA payloads, and the choice among them (RFC 2409, 5 and appendix A)."""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple, Protocol

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
from ioscli.protocols.ike import debug_lines
from ioscli.protocols.ike.algorithms import CIPHERS, PRFS
from ioscli.protocols.ike.dh import GROUPS

#: Authentication methods that phase 1 here can carry out, and their code points.
METHODS = {
    IkeAuthentication.PRE_SHARE: AuthenticationMethod.PRE_SHARED_KEY,
    IkeAuthentication.RSA_SIG: AuthenticationMethod.RSA_SIGNATURE,
}


class Suite(NamedTuple):
    """A phase 1 policy as both sides agree on it."""

    encryption: IkeEncryption
    hash: IkeHash
    authentication: IkeAuthentication
    group: int
    lifetime: int
    """Seconds."""
    priority: int = 0


class Trace(Protocol):
    """Who hears how an offer is judged: an ISAKMP SA, for its debugs."""

    def debug(self, text: str, *values: object) -> None:
        """A line of `debug crypto isakmp`."""

    def debug_bare(self, text: str, *values: object) -> None:
        """A line of it without the number of the SA."""

    def debug_error(self, text: str, *values: object) -> None:
        """A line of it that tells of an error."""


class _Silence:
    def debug(self, text: str, *values: object) -> None:
        pass

    def debug_bare(self, text: str, *values: object) -> None:
        pass

    def debug_error(self, text: str, *values: object) -> None:
        pass


SILENCE = _Silence()
"""Where nobody listens."""


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


def usable_suites(
    config: IsakmpConfig, methods: Collection[IkeAuthentication] = METHODS
) -> list[Suite]:
    """The policies that can be offered or accepted with these methods, best first."""
    policies: Iterable[IsakmpPolicy] = config.policies.values()
    if not config.policies and config.default_policies:
        policies = default_policies()
    return [
        Suite(
            policy.encryption,
            policy.hash,
            policy.authentication,
            policy.group,
            policy.lifetime,
            policy.priority,
        )
        for policy in sorted(policies, key=lambda policy: policy.priority)
        if policy.authentication in methods and policy.group in GROUPS
    ]


def offer(suites: Iterable[Suite]) -> SaPayload:
    """One proposal with a transform for each policy, attributes in the order of IOS."""
    transforms = tuple(
        Transform(number, IsakmpTransform.KEY_IKE, tuple(_attributes(suite)))
        for number, suite in enumerate(suites, 1)
    )
    return SaPayload((Proposal(1, ProtocolId.ISAKMP, b"", transforms),))


def choose(
    suites: Sequence[Suite],
    offered: SaPayload,
    trace: Trace = SILENCE,
    without_keys: Sequence[Suite] = (),
) -> tuple[SaPayload, Suite] | None:
    """The responder's answer: its own list by priority against the transforms in their order.

    Lifetimes need not match (IOS documents that the shorter holds). The chosen transform goes
    back unchanged (RFC 2409, 5), so a shorter lifetime of the responder's own is only enforced
    by its DELETE. without_keys: policies that debugs refuse too, since there is no key for them.
    """
    proposals = [
        proposal for proposal in offered.proposals if proposal.protocol == ProtocolId.ISAKMP
    ]
    for suite in suites:
        for proposal in proposals:
            last = len(proposal.transforms) - 1
            for position, transform in enumerate(proposal.transforms):
                agreed = _judge(suite, transform, trace, more=position < last)
                if agreed is not None:
                    debug_lines.phase_one_lifetime(trace, agreed.lifetime, actual=agreed.lifetime)
                    answer = proposal._replace(transforms=(transform,), reserved=0)
                    return SaPayload((answer,)), agreed
    if trace is not SILENCE:
        for suite in without_keys:
            for proposal in proposals:
                last = len(proposal.transforms) - 1
                for position, transform in enumerate(proposal.transforms):
                    _judge(suite, transform, trace, more=position < last, has_key=False)
    trace.debug_error("no offers accepted!")
    return None


def is_shorter(suite: Suite, answer: SaPayload) -> bool:
    """Whether what a responder agreed is shorter than what the transform in its answer says."""
    transform = answer.proposals[0].transforms[0]
    offered = lifetimes(transform.attributes, *_LIFE).get(LifeType.SECONDS)
    return offered is not None and suite.lifetime < offered


def accepted(suites: Sequence[Suite], answer: SaPayload, trace: Trace = SILENCE) -> Suite | None:
    """What the responder chose; None unless it is one transform, and one of those offered."""
    if len(answer.proposals) != 1 or len(answer.proposals[0].transforms) != 1:
        return None
    transform = answer.proposals[0].transforms[0]
    judged = (_judge(suite, transform, trace, more=False) for suite in suites)
    agreed = next((suite for suite in judged if suite is not None), None)
    if agreed is not None:
        debug_lines.phase_one_lifetime(trace, agreed.lifetime, actual=0)
    return agreed


def _judge(
    suite: Suite, transform: Transform, trace: Trace, *, more: bool, has_key: bool = True
) -> Suite | None:
    """Hold one transform against one policy; more: whether another transform follows it."""
    agreed, objection = _agree(suite, transform)
    if agreed is not None and not has_key:
        agreed, objection = None, _objection_to(METHODS[suite.authentication])
    if trace is not SILENCE:
        debug_lines.phase_one_transform(trace, transform, suite.priority)
        following = 3 if more else 0
        if agreed is None:
            trace.debug_error("%s", objection)
            trace.debug_error("atts are not acceptable. Next payload is %d", following)
        else:
            trace.debug("atts are acceptable. Next payload is %d", following)
    return agreed


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


def _agree(suite: Suite, transform: Transform) -> tuple[Suite | None, str]:
    """The suite with the shorter lifetime, if the transform asks for just it; else IOS's why."""
    if transform.transform_id != IsakmpTransform.KEY_IKE:
        return None, "Unknown transform id"
    cipher = CIPHERS[suite.encryption]
    found: dict[int, int] = {}
    for attribute in transform.attributes:
        if attribute.type not in _LIFE:
            found[attribute.type] = attribute.number
    if found.pop(PhaseOneAttribute.ENCRYPTION_ALGORITHM, 0) != cipher.code:
        return None, "Encryption algorithm offered does not match policy!"
    # AES without a Key Length attribute means 128 bits (RFC 3602, 5.3 for phase 2).
    bits = found.pop(PhaseOneAttribute.KEY_LENGTH, 128 if cipher.variable_key else 0)
    if bits != (cipher.key_size * 8 if cipher.variable_key else 0):
        return None, "Proposed key length does not match policy"
    if found.pop(PhaseOneAttribute.HASH_ALGORITHM, 0) != PRFS[suite.hash].code:
        return None, "Hash algorithm offered does not match policy!"
    if found.pop(PhaseOneAttribute.GROUP_DESCRIPTION, 0) != suite.group:
        return None, "Diffie-Hellman group offered does not match policy!"
    method = found.pop(PhaseOneAttribute.AUTHENTICATION_METHOD, 0)
    if method != METHODS[suite.authentication]:
        return None, _objection_to(method)
    if found:
        return None, "Unknown attribute offered"
    offered = lifetimes(transform.attributes, *_LIFE).get(LifeType.SECONDS)
    return suite._replace(lifetime=min(suite.lifetime, offered or suite.lifetime)), ""


def _objection_to(method: int) -> str:
    if method == AuthenticationMethod.PRE_SHARED_KEY:
        return "Preshared authentication offered but does not match policy!"
    return "Authentication method offered does not match policy!"


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
