"""Where the package data is: in a checkout beside the package, in a wheel inside it."""

from pathlib import Path

_PACKAGE = Path(__file__).parent
#: What a wheel carries (pyproject.toml puts it there); absent in a checkout.
DATA = _PACKAGE / "data"


def grammar_folder() -> Path:
    """The folder of the `.lark` files."""
    return _folder("grammar")


def labs_folder() -> Path:
    """The folder that holds one folder per shipped lab."""
    return _folder("labs")


def _folder(name: str) -> Path:
    shipped = DATA / name
    return shipped if shipped.is_dir() else _PACKAGE.parent / name
