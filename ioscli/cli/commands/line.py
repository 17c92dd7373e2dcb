"""line con/aux/vty: carries out grammar/line.lark."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from ioscli.cli import stored
from ioscli.cli.commands.access import password_of, password_words
from ioscli.cli.commands.interface import Changes, resets
from ioscli.cli.configuration import ConfigContext
from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command
from ioscli.cli.results import Args
from ioscli.cli.running_config import writes
from ioscli.model.access import DEFAULT_VTY, AccessConfig, LineConfig, Login, vty_line
from ioscli.model.config import RouterConfig

_MINUTE = 60
_MOST_MINUTES = 35_791
_DEFAULT = LineConfig()
#: IOSv numbers its vty lines from here on, after the console's 0 and the auxiliary line's 1.
FIRST_VTY = 578
_AUX = 1


class LineSelection(NamedTuple):
    """What `line ...` selects."""

    variety: str
    """`line con`, `line tty`, `line aux`, `line vty`."""
    lines: tuple[LineConfig, ...]
    numbers: tuple[int, ...]
    """As messages count them."""


@command("line_select")
def line_select(context: ConfigContext, args: Args) -> Changes:
    """Go to a line, or to a range of vty lines, which is made by that."""
    access = context.config.access
    if "vty" in args:
        first, last = _range(args, "A_VTY", "A_LAST_VTY")
        context.enter("line", _vty(access, first, last))
    elif "aux" in args:
        context.enter("line", LineSelection("line aux", (access.aux,), (_AUX,)))
    elif "console" in args:
        context.enter("line", LineSelection("line con", (access.console,), (0,)))
    else:
        context.enter("line", _numbered(context, args))
    return ()


def _vty(access: AccessConfig, first: int, last: int) -> LineSelection:
    numbers = tuple(range(FIRST_VTY + first, FIRST_VTY + last + 1))
    return LineSelection("line vty", tuple(_cut(access.vty, first, last, vty_line)), numbers)


def _numbered(context: ConfigContext, args: Args) -> LineSelection:
    """Lines by the numbers that `show line` counts them with.

    Terminal lines are those of modules, which only the saved configuration of another router
    can tell of.
    """
    access = context.config.access
    first, last = _range(args, "A_FROM_LINE", "A_TO_LINE")
    if "tty" not in args and first >= FIRST_VTY:
        return _vty(access, first - FIRST_VTY, last - FIRST_VTY)
    if "tty" not in args and first == last == 0:
        return LineSelection("line con", (access.console,), (0,))
    if "tty" not in args and first == last == _AUX:
        return LineSelection("line aux", (access.aux,), (_AUX,))
    elsewhere = context.startup or context.hardware is None
    known = any(low <= first and last <= high for low, high in access.tty)
    if first <= _AUX or last >= FIRST_VTY or not (known or elsewhere):
        raise Refusal(argument="A_FROM_LINE")
    lines = tuple(_cut(access.tty, first, last, LineConfig))
    return LineSelection("line tty", lines, tuple(range(first, last + 1)))


@command("line_remove")
def line_remove(context: ConfigContext, args: Args) -> Changes:
    """`no line vty`: beyond the first five."""
    ranges = context.config.access.vty
    first, last = _range(args, "A_VTY", "A_LAST_VTY")
    if first <= DEFAULT_VTY[1]:
        raise Refusal("% Can't delete last 5 VTY lines")
    _cut(ranges, first, last, vty_line)
    for low, high in list(ranges):
        if first <= low and high <= last:
            del ranges[low, high]
    return ()


def _range(args: Args, low: str, high: str) -> tuple[int, int]:
    first: int = args[low]
    last: int = args.get(high, first)
    if last < first:
        raise Refusal(argument=high)
    return first, last


def _cut(
    ranges: dict[tuple[int, int], LineConfig], first: int, last: int, new: Callable[[], LineConfig]
) -> list[LineConfig]:
    """The settings of a range of lines: those that reach beyond it are cut in two."""
    wanted, covered = list[LineConfig](), set[int]()
    for low, high in sorted(ranges):
        if high < first or low > last:
            continue
        settings = ranges.pop((low, high))
        inside = max(low, first), min(high, last)
        for bounds in ((low, first - 1), inside, (last + 1, high)):
            if low <= bounds[0] <= bounds[1] <= high:
                ranges[bounds] = settings.copy()
        wanted.append(ranges[inside])
        covered.update(range(inside[0], inside[1] + 1))
    for bounds in _runs([number for number in range(first, last + 1) if number not in covered]):
        ranges[bounds] = new()
        wanted.append(ranges[bounds])
    return wanted


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


# --- settings ------------------------------------------------------------------------------------


def _lines(context: ConfigContext) -> tuple[LineConfig, ...]:
    selection: LineSelection = context.target
    return selection.lines


@command("line_exec_timeout")
def line_exec_timeout(context: ConfigContext, args: Args) -> Changes:
    """How long a session may be idle; `no` stands for 0 0."""
    span = _MINUTE * args.get("A_EXEC_MINUTES", 0) + args.get("A_EXEC_SECONDS", 0)
    for line in _lines(context):
        line.exec_timeout = 0 if args.negated else _DEFAULT.exec_timeout if args.defaulted else span
    return ()


@command("line_privilege")
def line_privilege(context: ConfigContext, args: Args) -> Changes:
    """The level at which the line's sessions begin."""
    for line in _lines(context):
        line.privilege = _DEFAULT.privilege if resets(args) else args["A_LEVEL"]
    return ()


@command("line_password")
def line_password(context: ConfigContext, args: Args) -> Changes:
    """What `login` asks for."""
    password = None if resets(args) else password_of(context, args)
    for line in _lines(context):
        line.password = password
    return ()


@command("line_logging")
def line_logging(context: ConfigContext, args: Args) -> Changes:
    """Whether a line being typed is shown again below a message."""
    for line in _lines(context):
        line.synchronous = not resets(args)
    return ()


@command("line_login")
def line_login(context: ConfigContext, args: Args) -> Changes:
    """How the line checks who comes."""
    selection: LineSelection = context.target
    if "authentication" in args:
        name = "default" if resets(args) else args.get("A_LIST", "default")
        for line in selection.lines:
            line.authentication = name
        return ()
    check = Login.LOCAL if "local" in args else Login.PASSWORD
    if args.defaulted:
        check = Login.PASSWORD if selection.variety == "line vty" else Login.NONE
    elif args.negated:
        check = Login.NONE
    for line in selection.lines:
        line.login = check
    if check is Login.PASSWORD and not context.startup and not context.config.access.new_model:
        missing = [line for line in selection.lines if line.password is None]
        for number in selection.numbers if missing else ():
            context.say(f"% Login disabled on line {number}, until 'password' is set")
    return ()


@command("line_history")
def line_history(context: ConfigContext, args: Args) -> Changes:
    """How many typed lines a session keeps."""
    for line in _lines(context):
        line.history = _DEFAULT.history if resets(args) else args["A_HISTORY"]
    return ()


@command("line_length")
def line_length(context: ConfigContext, args: Args) -> Changes:
    """Lines of the screen, 0 for no pausing."""
    for line in _lines(context):
        line.length = _DEFAULT.length if resets(args) else args["A_SCREEN"]
    return ()


@command("line_width")
def line_width(context: ConfigContext, args: Args) -> Changes:
    """Columns of the screen."""
    for line in _lines(context):
        line.width = _DEFAULT.width if resets(args) else args["A_SCREEN"]
    return ()


@command("line_exec_banner")
def line_exec_banner(context: ConfigContext, args: Args) -> Changes:
    """Whether the exec banner and that of the day are shown."""
    for line in _lines(context):
        line.exec_banner = not args.negated
    return ()


@command("line_motd_banner")
def line_motd_banner(context: ConfigContext, args: Args) -> Changes:
    """Whether the banner of the day is shown."""
    for line in _lines(context):
        line.motd_banner = not args.negated
    return ()


# --- what is printed -----------------------------------------------------------------------------

#: Stored rules among the settings: before and after those that are modelled here.
_FIRST = ("line_session_timeout", "line_access_class", "line_ipv6_access_class")
_AFTER_TIMEOUT = ("line_login_timeout", "line_logout_warning")
_LAST = (
    *("line_exec", "line_exec_prompt"),
    *("line_transport_preferred", "line_transport_input", "line_transport_output"),
    *("line_stopbits", "line_speed", "line_flowcontrol"),
)

#: All stored rules of lines.
STORED = frozenset((*_FIRST, *_AFTER_TIMEOUT, "line_authorization", *_LAST))


@writes("config", "lines")
def lines(config: RouterConfig) -> Iterator[str]:
    """Every line, settings that are not as on a new router under it."""
    access = config.access
    for header, line in access.lines():
        yield header
        kind = header.split(" ")[1]
        variety = "line tty" if kind.isdigit() else f"line {kind}"
        for text in _settings(line, variety, access.new_model):
            yield " " + text


def _settings(line: LineConfig, variety: str, new_model: bool) -> Iterator[str]:
    yield from _stored(line, variety, _FIRST)
    if line.exec_timeout != _DEFAULT.exec_timeout:
        minutes = min(line.exec_timeout // _MINUTE, _MOST_MINUTES)
        yield f"exec-timeout {minutes} {line.exec_timeout - minutes * _MINUTE}"
    yield from _stored(line, variety, _AFTER_TIMEOUT)
    if line.privilege != _DEFAULT.privilege:
        yield f"privilege level {line.privilege}"
    if line.password is not None:
        yield f"password {password_words(line.password)}"
    yield from _stored(line, variety, ("line_authorization",))
    if not line.motd_banner:
        yield "no motd-banner"
    if not line.exec_banner:
        yield "no exec-banner"
    if line.synchronous:
        yield "logging synchronous"
    yield from _login(line, variety, new_model)
    if line.history != _DEFAULT.history:
        yield f"history size {line.history}"
    if line.length != _DEFAULT.length:
        yield f"length {line.length}"
    if line.width != _DEFAULT.width:
        yield f"width {line.width}"
    yield from _stored(line, variety, _LAST)


def _login(line: LineConfig, variety: str, new_model: bool) -> Iterator[str]:
    """How the line checks: `login` is shown on vty lines though it is their default."""
    if line.authentication != "default":
        yield f"login authentication {line.authentication}"
    usual = Login.PASSWORD if variety == "line vty" else Login.NONE
    if line.login is not usual or (variety == "line vty" and not new_model):
        yield line.login.value


def _stored(line: LineConfig, variety: str, rules: Sequence[str]) -> Iterator[str]:
    for rule in rules:
        yield from stored.lines_of(line.stored, rule, variety)
