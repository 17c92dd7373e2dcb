"""The `area ...` lines of router ospf (grammar/router_ospf.lark)."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

from ioscli.cli.commands.interface import Changes, resets
from ioscli.cli.commands.ip_address import prefix_length
from ioscli.cli.configuration import ConfigContext
from ioscli.cli.password_hash import revealed
from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command
from ioscli.model.changes import RoutingChanged
from ioscli.model.ospf import (
    BACKBONE,
    OspfArea,
    OspfAreaKind,
    OspfAuthentication,
    OspfAuthenticationSettings,
    OspfDefaultInformation,
    OspfProcess,
    OspfRange,
    OspfVirtualLink,
    TypedSecret,
)

if TYPE_CHECKING:
    from ioscli.cli.results import Args

_CHANGED = (RoutingChanged(),)
_NSSA_WORDS = {"no-redistribution", "no-summary", "default-information-originate"}
_TRANSLATE = 4
"""Where `translate` stands in `area N nssa translate`."""
_TYPE_7 = 7


def number(process: OspfProcess, args: Args) -> int:
    """The area that a line names; how it is written then holds for the area."""
    dotted = "A_AREA_ADDRESS" in args
    found = int(args["A_AREA_ADDRESS"]) if dotted else args["A_AREA"]
    known = process.areas.get(found)
    if known is not None:
        known.dotted = dotted
    elif dotted:
        process.areas[found] = OspfArea(found, dotted=True)
    return int(found)


def _area(context: ConfigContext, args: Args) -> OspfArea:
    process: OspfProcess = context.target
    found = number(process, args)
    return process.areas.setdefault(found, OspfArea(found))


def prefix_of(args: Args) -> IPv4Network:
    """Address and mask of a line."""
    length = prefix_length(args["A_NETMASK"])
    if length is None:
        raise Refusal(argument="A_NETMASK")
    return IPv4Network((int(args["A_NETWORK"]), length), strict=False)


def secret(args: Args, argument: str = "A_WORD") -> TypedSecret:
    """A password, in clear or as type 7."""
    typed: str = args[argument]
    encryption = args.get("A_KEY_ENCRYPTION", 0)
    if encryption != _TYPE_7:
        return TypedSecret(typed)
    clear = revealed(typed)
    if clear is None:
        raise Refusal(f"% Invalid encrypted password: {typed}")
    return TypedSecret(clear, _TYPE_7, typed)


@command("ospf_area_authentication")
def ospf_area_authentication(context: ConfigContext, args: Args) -> Changes:
    """What the area's interfaces use that say nothing themselves."""
    area = _area(context, args)
    if resets(args):
        area.authentication = None
    elif "message-digest" in args:
        area.authentication = OspfAuthentication.MESSAGE_DIGEST
    else:
        area.authentication = OspfAuthentication.SIMPLE
    return _CHANGED


@command("ospf_area_stub")
def ospf_area_stub(context: ConfigContext, args: Args) -> Changes:
    """No externals; with `no-summary` nothing but a default route."""
    area = _area(context, args)
    if resets(args):
        if area.kind is OspfAreaKind.STUB:
            area.no_summary = False
            if "no-summary" not in args:
                area.kind = OspfAreaKind.NORMAL
        return _CHANGED
    _may_become(area, OspfAreaKind.STUB, "stub area")
    area.kind = OspfAreaKind.STUB
    area.no_summary = "no-summary" in args
    return _CHANGED


def _may_become(area: OspfArea, kind: OspfAreaKind, called: str) -> None:
    if area.number == BACKBONE:
        raise Refusal(f"% OSPF: Backbone can not be configured as {called}")
    if area.virtual_links:
        raise Refusal(f"% OSPF: Area cannot be a {called} as it contains a virtual link")
    if area.kind not in (OspfAreaKind.NORMAL, kind):
        already = "NSSA" if area.kind is OspfAreaKind.NSSA else "stub"
        raise Refusal(f"% OSPF: Area is configured as {already} area already")


@command("ospf_area_nssa")
def ospf_area_nssa(context: ConfigContext, args: Args) -> Changes:
    """A stub area that may have externals of its own (RFC 3101)."""
    area = _area(context, args)
    if resets(args):
        if area.kind is OspfAreaKind.NSSA:
            _reset_nssa(area, args)
        return _CHANGED
    _may_become(area, OspfAreaKind.NSSA, "NSSA area")
    area.kind = OspfAreaKind.NSSA
    if "translate" in args:
        area.translate_always = area.translate_always or "always" in args
        area.suppress_forwarding = area.suppress_forwarding or "suppress-fa" in args
        return _CHANGED
    area.no_redistribution = "no-redistribution" in args
    area.no_summary = "no-summary" in args
    area.default_originate = None
    if "default-information-originate" in args:
        area.default_originate = OspfDefaultInformation(
            metric=args.get("A_OSPF_METRIC"), metric_type=args.get("A_METRIC_TYPE", 2)
        )
    return _CHANGED


def _reset_nssa(area: OspfArea, args: Args) -> None:
    """`no area N nssa`, with words only these."""
    named = {word for word in args.words[_TRANSLATE:] if not word.isdigit()}
    if "translate" in named:
        every = not named & {"always", "suppress-fa"}
        area.translate_always = area.translate_always and not (every or "always" in named)
        area.suppress_forwarding = area.suppress_forwarding and not (
            every or "suppress-fa" in named
        )
        return
    every = not named & _NSSA_WORDS
    if every:
        area.kind = OspfAreaKind.NORMAL
        area.translate_always = area.suppress_forwarding = False
    if every or "no-redistribution" in named:
        area.no_redistribution = False
    if every or "no-summary" in named:
        area.no_summary = False
    if every or "default-information-originate" in named:
        area.default_originate = None


@command("ospf_area_default_cost")
def ospf_area_default_cost(context: ConfigContext, args: Args) -> Changes:
    """Of the default route into a stub area or NSSA."""
    area = _area(context, args)
    area.default_cost = None if resets(args) else args["A_DEFAULT_COST"]
    return _CHANGED


@command("ospf_area_range")
def ospf_area_range(context: ConfigContext, args: Args) -> Changes:
    """The area's networks under one prefix, for the other areas."""
    area = _area(context, args)
    prefix = prefix_of(args)
    known = next((one for one in area.ranges if one.prefix == prefix), None)
    if resets(args):
        if known is not None:
            at = area.ranges.index(known)
            if "cost" in args:
                area.ranges[at] = known._replace(cost=None)
            else:
                del area.ranges[at]
        return _CHANGED
    made = OspfRange(prefix, "not-advertise" not in args, args.get("A_OSPF_METRIC"))
    if known is None:
        area.ranges.append(made)
    else:
        area.ranges[area.ranges.index(known)] = made
    return _CHANGED


@command("ospf_area_filter_list")
def ospf_area_filter_list(context: ConfigContext, args: Args) -> Changes:
    """Which summaries pass the area's border."""
    area = _area(context, args)
    name = None if resets(args) else args["A_WORD"]
    if "in" in args:
        area.filter_in = name
    else:
        area.filter_out = name
    return _CHANGED


@command("ospf_area_virtual_link")
def ospf_area_virtual_link(context: ConfigContext, args: Args) -> Changes:
    """A link of the backbone through the area; lines about one add up."""
    area = _area(context, args)
    neighbor: IPv4Address = args["A_ROUTER_ID"]
    known = next((one for one in area.virtual_links if one.neighbor == neighbor), None)
    if resets(args):
        if known is not None and not _reset_link(known, args):
            area.virtual_links.remove(known)
        return _CHANGED
    if area.number == BACKBONE:
        raise Refusal("% OSPF: Area 0 cannot be configured as transit area for virtual link")
    if area.kind is not OspfAreaKind.NORMAL:
        raise Refusal(
            f"% OSPF: Area {area.number} is a stub or nssa so virtual links are not allowed"
        )
    link = known or OspfVirtualLink(neighbor)
    _set_link(link, args)
    if known is None:
        area.virtual_links.append(link)
    return _CHANGED


def _set_link(link: OspfVirtualLink, args: Args) -> None:
    words = args.words
    for at, word in enumerate(words):
        if word == "hello-interval":
            link.hello_interval = int(words[at + 1])
        elif word == "dead-interval":
            link.dead_interval = int(words[at + 1])
        elif word == "retransmit-interval":
            link.retransmit_interval = int(words[at + 1])
        elif word == "transmit-delay":
            link.transmit_delay = int(words[at + 1])
    if "authentication" in args:
        link.authentication.kind, link.authentication.key_chain = authentication_of(args)
    if "authentication-key" in args:
        link.authentication.password = _secret_after(args, "authentication-key")
    if "message-digest-key" in args:
        link.authentication.digest_keys[args["A_KEY_ID"]] = _secret_after(args, "md5")


def _secret_after(args: Args, word: str) -> TypedSecret:
    """The password behind a word of a line that may hold several."""
    words = args.words
    at = words.index(word) + 1
    if words[at].isdigit() and at + 1 < len(words) and words[at + 1] not in _LINK_WORDS:
        if int(words[at]) == _TYPE_7:
            clear = revealed(words[at + 1])
            if clear is None:
                raise Refusal(f"% Invalid encrypted password: {words[at + 1]}")
            return TypedSecret(clear, _TYPE_7, words[at + 1])
        return TypedSecret(words[at + 1])
    return TypedSecret(words[at])


_LINK_WORDS = {
    "authentication",
    "authentication-key",
    "message-digest-key",
    "hello-interval",
    "dead-interval",
    "retransmit-interval",
    "transmit-delay",
}


def _reset_link(link: OspfVirtualLink, args: Args) -> bool:
    """Take back what a `no` line names; whether it named anything."""
    usual = OspfVirtualLink(link.neighbor)
    named = [word for word in args.words[5:] if word in _LINK_WORDS]
    for word in named:
        if word == "hello-interval":
            link.hello_interval = usual.hello_interval
        elif word == "dead-interval":
            link.dead_interval = None
        elif word == "retransmit-interval":
            link.retransmit_interval = usual.retransmit_interval
        elif word == "transmit-delay":
            link.transmit_delay = usual.transmit_delay
        elif word == "authentication":
            link.authentication.kind = link.authentication.key_chain = None
        elif word == "authentication-key":
            link.authentication.password = None
        else:
            link.authentication.digest_keys.pop(args["A_KEY_ID"], None)
    return bool(named)


def authentication_of(args: Args) -> tuple[OspfAuthentication, str | None]:
    """What `authentication ...` chooses, and the key chain that it names."""
    if "key-chain" in args:
        words = args.words
        return OspfAuthentication.KEY_CHAIN, words[words.index("key-chain") + 1]
    if "message-digest" in args:
        return OspfAuthentication.MESSAGE_DIGEST, None
    if "null" in args:
        return OspfAuthentication.NULL, None
    return OspfAuthentication.SIMPLE, None


def is_plain(settings: OspfAuthenticationSettings) -> bool:
    """Whether nothing is configured."""
    return settings == OspfAuthenticationSettings()


@command("ospf_area_remove")
def ospf_area_remove(context: ConfigContext, args: Args) -> Changes:
    """`no area N`: all its lines."""
    process: OspfProcess = context.target
    found = number(process, args)
    process.areas.pop(found, None)
    lines = process.stored.get("ospf_area_kept", [])
    named = (str(found), str(IPv4Address(found)))
    process.stored["ospf_area_kept"] = [
        line for line in lines if line.removeprefix("no ").split(" ")[1] not in named
    ]
    return _CHANGED
