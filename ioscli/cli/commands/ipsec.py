"""crypto ipsec: carries out grammar/ipsec.lark."""

from collections.abc import Iterator, Sequence

from ioscli.cli.commands.interface import Changes, resets
from ioscli.cli.configuration import ConfigContext
from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command
from ioscli.cli.results import Args
from ioscli.cli.running_config import writes
from ioscli.model.changes import CryptoChanged
from ioscli.model.config import InterfaceConfig, RouterConfig
from ioscli.model.crypto import (
    BUILT_IN,
    AhIntegrity,
    DfBit,
    EspCipher,
    EspIntegrity,
    EspTransform,
    Fragmentation,
    IpsecConfig,
    IpsecProfile,
    Mode,
    TransformSet,
    built_in_profile,
    built_in_transform_set,
)

_CHANGED = (CryptoChanged(),)
_DEFAULTS = IpsecConfig()
_CIPHERS = {cipher.value: cipher for cipher in EspCipher}
_AH = {integrity.value: integrity for integrity in AhIntegrity}
_INTEGRITIES = {integrity.value: integrity for integrity in EspIntegrity}


@command("crypto_ipsec_transform_set")
def crypto_ipsec_transform_set(context: ConfigContext, args: Args) -> Changes:
    """What ESP does to packets; typed again, it keeps its mode."""
    ipsec = context.config.ipsec
    name: str = args["A_TRANSFORM_SET"]
    if args.defaulted and name == BUILT_IN:
        ipsec.transform_sets[name] = built_in_transform_set()
        return _CHANGED
    if resets(args):
        _refuse_if_used(ipsec, name)
        ipsec.transform_sets.pop(name, None)
        return _CHANGED
    transform = _transform(args.words[4:])
    made = ipsec.transform_sets.get(name)
    if made is None:
        made = ipsec.transform_sets[name] = TransformSet(name, transform)
    else:
        made.transform = transform
    context.enter("transform_set", made)
    return _CHANGED


def _transform(words: Sequence[str]) -> EspTransform:
    """`esp-aes 256 esp-sha-hmac`, in either order; 128 bits is what no size means."""
    cipher, integrity, ah = EspCipher.NULL, None, None
    for number, word in enumerate(words):
        if word in _INTEGRITIES:
            integrity = _INTEGRITIES[word]
        elif word in _AH:
            ah = _AH[word]
        elif word in _CIPHERS:
            size = words[number + 1] if number + 1 < len(words) else ""
            cipher = _CIPHERS.get(f"{word} {size}", _CIPHERS[word])
    return EspTransform(cipher, integrity, ah)


def _refuse_if_used(ipsec: IpsecConfig, name: str) -> None:
    for profile in ipsec.profiles.values():
        if name in profile.transform_sets and profile != built_in_profile():
            # The wording is not confirmed by a capture.
            raise Refusal(f"% Transform set {name} is in use by ipsec profile {profile.name}")


@command("transform_mode")
def transform_mode(context: ConfigContext, args: Args) -> Changes:
    """Tunnel mode unless told otherwise."""
    chosen: TransformSet = context.target
    transport = "transport" in args and not resets(args)
    chosen.mode = Mode.TRANSPORT if transport else Mode.TUNNEL
    return _CHANGED


@command("crypto_ipsec_profile")
def crypto_ipsec_profile(context: ConfigContext, args: Args) -> Changes:
    """What protects a tunnel interface."""
    profiles = context.config.ipsec.profiles
    name: str = args["A_PROFILE"]
    if args.defaulted and name == BUILT_IN:
        profiles[name] = built_in_profile()
        return _CHANGED
    if resets(args):
        users = [
            interface.name
            for interface in context.config.interfaces.values()
            if interface.tunnel is not None and interface.tunnel.protection_profile == name
        ]
        if users:
            # The wording is not confirmed by a capture.
            raise Refusal(f"% Profile {name} is in use by {users[0]}")
        profiles.pop(name, None)
        return _CHANGED
    profile = profiles.get(name)
    if profile is None:
        profile = profiles[name] = IpsecProfile(name)
    context.enter("ipsec_profile", profile)
    return _CHANGED


@command("profile_transform_set")
def profile_transform_set(context: ConfigContext, args: Args) -> Changes:
    """The transform sets to propose, the most wanted first."""
    profile: IpsecProfile = context.target
    names: list[str] = args.all("A_TRANSFORM_SET")
    if resets(args):
        kept = [name for name in profile.transform_sets if names and name not in names]
        profile.transform_sets = kept
        return _CHANGED
    for name in names:
        if name not in context.config.ipsec.transform_sets:
            raise Refusal(f'ERROR: transform set with tag "{name}" does not exist.')
    profile.transform_sets = list(dict.fromkeys(names))
    return _CHANGED


@command("profile_pfs")
def profile_pfs(context: ConfigContext, args: Args) -> Changes:
    """A Diffie-Hellman exchange of its own for every SA; group 1 where none is named."""
    profile: IpsecProfile = context.target
    if resets(args):
        profile.pfs_group = None
    else:
        named = args.words[2:]
        profile.pfs_group = int(named[0].removeprefix("group")) if named else 1
    return _CHANGED


@command("profile_lifetime")
def profile_lifetime(context: ConfigContext, args: Args) -> Changes:
    """How long an SA of this profile lives, in seconds or kilobytes."""
    profile: IpsecProfile = context.target
    if "seconds" in args:
        profile.lifetime_seconds = None if resets(args) else args["A_SA_SECONDS"]
    else:
        profile.lifetime_kilobytes = None if resets(args) else args["A_SA_KILOBYTES"]
    return _CHANGED


@command("profile_description")
def profile_description(context: ConfigContext, args: Args) -> Changes:
    """Free text."""
    profile: IpsecProfile = context.target
    profile.description = None if resets(args) else args["A_PROFILE_DESCRIPTION"]
    return ()


@command("crypto_ipsec_lifetime")
def crypto_ipsec_lifetime(context: ConfigContext, args: Args) -> Changes:
    """How long SAs live where nothing closer says otherwise."""
    ipsec = context.config.ipsec
    if "seconds" in args:
        value = _DEFAULTS.lifetime_seconds if resets(args) else args["A_SA_SECONDS"]
        ipsec.lifetime_seconds = value
    else:
        value = _DEFAULTS.lifetime_kilobytes if resets(args) else args["A_SA_KILOBYTES"]
        ipsec.lifetime_kilobytes = value
    return _CHANGED


@command("crypto_ipsec_replay")
def crypto_ipsec_replay(context: ConfigContext, args: Args) -> Changes:
    """The anti-replay window in packets, or none."""
    ipsec = context.config.ipsec
    if resets(args):
        ipsec.replay_window = _DEFAULTS.replay_window
    elif "disable" in args:
        ipsec.replay_window = None
    else:
        ipsec.replay_window = int(args.words[-1])
    return _CHANGED


@command("crypto_ipsec_idle")
def crypto_ipsec_idle(context: ConfigContext, args: Args) -> Changes:
    """After how long without traffic SAs go."""
    context.config.ipsec.idle_time = None if resets(args) else args["A_SA_IDLE"]
    return _CHANGED


@command("crypto_ipsec_df_bit")
def crypto_ipsec_df_bit(context: ConfigContext, args: Args) -> Changes:
    """DF of the headers that tunnel mode makes."""
    context.config.ipsec.df_bit = _DEFAULTS.df_bit if resets(args) else DfBit(args.words[-1])
    return _CHANGED


@command("crypto_ipsec_fragmentation")
def crypto_ipsec_fragmentation(context: ConfigContext, args: Args) -> Changes:
    """Whether packets that would be too large sealed are cut before."""
    ipsec = context.config.ipsec
    ipsec.fragmentation = _DEFAULTS.fragmentation if resets(args) else Fragmentation(args.words[-1])
    return _CHANGED


@command("interface_ipsec_df_bit")
def interface_ipsec_df_bit(context: ConfigContext, args: Args) -> Changes:
    """The same for what leaves by one interface."""
    interface: InterfaceConfig = context.target
    interface.ipsec_df_bit = None if resets(args) else DfBit(args.words[-1])
    return _CHANGED


@command("interface_ipsec_fragmentation")
def interface_ipsec_fragmentation(context: ConfigContext, args: Args) -> Changes:
    """The same for what leaves by one interface."""
    interface: InterfaceConfig = context.target
    interface.ipsec_fragmentation = None if resets(args) else Fragmentation(args.words[-1])
    return _CHANGED


@command("profile_idle")
def profile_idle(context: ConfigContext, args: Args) -> Changes:
    """After how long without traffic SAs of this profile go."""
    profile: IpsecProfile = context.target
    profile.idle_time = None if resets(args) else args["A_SA_IDLE"]
    return _CHANGED


@command("profile_replay")
def profile_replay(context: ConfigContext, args: Args) -> Changes:
    """The anti-replay window of this profile's SAs."""
    profile: IpsecProfile = context.target
    if resets(args):
        profile.replay_window = None
    else:
        profile.replay_window = 0 if "disable" in args else int(args.words[-1])
    return _CHANGED


@command("profile_isakmp")
def profile_isakmp(context: ConfigContext, args: Args) -> Changes:
    """By which ISAKMP profile phase 1 has to come."""
    profile: IpsecProfile = context.target
    profile.isakmp_profile = None if resets(args) else args["A_PROTECTION_PROFILE"]
    return _CHANGED


@command("profile_responder")
def profile_responder(context: ConfigContext, args: Args) -> Changes:
    """Whether the peer has to begin."""
    profile: IpsecProfile = context.target
    profile.responder_only = not resets(args)
    return _CHANGED


# --- the running-config --------------------------------------------------------------------------


@writes("config", "crypto_ipsec_settings")
def settings_lines(config: RouterConfig) -> Iterator[str]:
    """Lifetimes and replay window of all SAs; `!` after them where there are any."""
    ipsec = config.ipsec
    head = "crypto ipsec security-association"
    lines = []
    if ipsec.lifetime_kilobytes != _DEFAULTS.lifetime_kilobytes:
        lines.append(f"{head} lifetime kilobytes {ipsec.lifetime_kilobytes}")
    if ipsec.lifetime_seconds != _DEFAULTS.lifetime_seconds:
        lines.append(f"{head} lifetime seconds {ipsec.lifetime_seconds}")
    if ipsec.idle_time is not None:
        lines.append(f"{head} idle-time {ipsec.idle_time}")
    if ipsec.replay_window is None:
        lines.append(f"{head} replay disable")
    elif ipsec.replay_window != _DEFAULTS.replay_window:
        lines.append(f"{head} replay window-size {ipsec.replay_window}")
    yield from lines


@writes("config", "crypto_ipsec_fragmentation")
def fragmentation_line(config: RouterConfig) -> Iterator[str]:
    """Where it is not as on a new router."""
    if config.ipsec.fragmentation is not _DEFAULTS.fragmentation:
        yield f"crypto ipsec fragmentation {config.ipsec.fragmentation.value}"


@writes("config", "crypto_ipsec_df_bit")
def df_bit_line(config: RouterConfig) -> Iterator[str]:
    """Where it is not as on a new router."""
    if config.ipsec.df_bit is not _DEFAULTS.df_bit:
        yield f"crypto ipsec df-bit {config.ipsec.df_bit.value}"


@writes("interface", "interface_ipsec")
def interface_ipsec_lines(interface: InterfaceConfig) -> Iterator[str]:
    """Whatever was typed, also where it says what holds anyway."""
    if interface.ipsec_df_bit is not None:
        yield f"crypto ipsec df-bit {interface.ipsec_df_bit.value}"
    if interface.ipsec_fragmentation is not None:
        yield f"crypto ipsec fragmentation {interface.ipsec_fragmentation.value}"


@writes("config", "crypto_ipsec_transform_set")
def transform_set_lines(config: RouterConfig) -> Iterator[str]:
    """`mode tunnel` is printed although it is the default; the built-in set is hidden."""
    made_here = config.ipsec.transform_sets
    if BUILT_IN not in made_here:
        yield f"no crypto ipsec transform-set {BUILT_IN}"
    # The built-in one, changed or made anew, comes first.
    for made in sorted(made_here.values(), key=lambda made: made.name != BUILT_IN):
        if made == built_in_transform_set():
            continue
        yield f"crypto ipsec transform-set {made.name} {transform_words(made.transform)} "
        yield f" mode {made.mode.value}"


def transform_words(transform: EspTransform) -> str:
    """`ah-sha-hmac esp-aes 256 esp-sha-hmac`, as it is configured."""
    words = [] if transform.ah is None else [transform.ah.value]
    if transform.has_esp:
        words.append(transform.cipher.value)
    if transform.integrity is not None:
        words.append(transform.integrity.value)
    return " ".join(words)


@writes("config", "crypto_ipsec_profile")
def profile_lines(config: RouterConfig) -> Iterator[str]:
    """By name, `!` after each; the built-in one is hidden."""
    profiles = config.ipsec.profiles
    if BUILT_IN not in profiles:
        yield f"no crypto ipsec profile {BUILT_IN}"
        yield "!"
    for _, profile in sorted(profiles.items()):
        if profile == built_in_profile():
            continue
        yield f"crypto ipsec profile {profile.name}"
        if profile.description is not None:
            yield f" description {profile.description}"
        if profile.lifetime_seconds is not None:
            yield f" set security-association lifetime seconds {profile.lifetime_seconds}"
        if profile.lifetime_kilobytes is not None:
            yield f" set security-association lifetime kilobytes {profile.lifetime_kilobytes}"
        if profile.idle_time is not None:
            yield f" set security-association idle-time {profile.idle_time}"
        if profile.replay_window is not None:
            size = profile.replay_window
            yield " set security-association replay " + (
                f"window-size {size}" if size else "disable"
            )
        names = [name for name in profile.transform_sets if name in config.ipsec.transform_sets]
        if names:
            yield f" set transform-set {' '.join(names)} "
        elif profile.name == BUILT_IN and BUILT_IN in config.ipsec.transform_sets:
            yield " no set transform-set"
        if profile.pfs_group is not None:
            yield f" set pfs group{profile.pfs_group}"
        if profile.isakmp_profile is not None:
            yield f" set isakmp-profile {profile.isakmp_profile}"
        if profile.responder_only:
            yield " responder-only"
        for rule in sorted(profile.stored):
            for line in profile.stored[rule]:
                yield f" {line}"
        yield "!"
