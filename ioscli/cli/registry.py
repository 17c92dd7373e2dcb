"""Which function carries out which command: grammar rule -> handler.

A feature keeps one stem: the rules of `grammar/tunnel.lark` are carried out by
`ioscli/cli/commands/tunnel.py`, imported when a command of that stem is first used.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any, TypeVar

Handler = Callable[..., Any]
_H = TypeVar("_H", bound=Handler)

_handlers: dict[str, Handler] = {}


def command(*rules: str) -> Callable[[_H], _H]:
    """Make a function the handler of the named grammar rules."""

    def register(handler: _H) -> _H:
        for rule in rules:
            assert rule not in _handlers, f"two handlers for {rule}"
            _handlers[rule] = handler
        return handler

    return register


def handler_of(rule: str, stem: str) -> Handler:
    """The handler of a rule from the grammar file of a stem.

    Raises LookupError when the feature's module carries no such rule out (a test holds that
    every rule that is not stored has a handler).
    """
    handler = _handlers.get(rule)
    if handler is None:
        import_module(f"ioscli.cli.commands.{stem}")
        handler = _handlers.get(rule)
        if handler is None:
            raise LookupError(f"no handler for rule {rule!r} in ioscli.cli.commands.{stem}")
    return handler
