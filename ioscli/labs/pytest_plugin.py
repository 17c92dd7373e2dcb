"""The pytest plugin: labs as fixtures, in virtual time.

pytest finds it by itself where ioscli is installed. A test asks for `ioscli_lab`, which boots a
lab that nothing else has touched:

    def test_the_tunnel_carries_a_ping(ioscli_lab):
        lab = ioscli_lab("gre-over-ipsec", solved=True)
        lab.advance(minutes=2)
        assert "100 percent" in lab["R4"].run("ping 172.16.2.5")

A marker on a test, class or module says what `ioscli_lab()` boots:

    @pytest.mark.ioscli("gre-over-ipsec", solved=True, seed=7)
    def test_the_tunnel_is_protected(ioscli_lab):
        ...

What was seen on the consoles is reported with a test that fails.
"""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ioscli.labs.api import Lab

#: Lines of each console that are shown with a failed test: the end is what tells.
_CONSOLE_LINES = 100

_FACTORY = pytest.StashKey["LabFactory"]()


class LabFactory:
    """Boots labs for one test: the value of the fixture `ioscli_lab`."""

    def __init__(self, marked: pytest.Mark | None) -> None:
        self._marked = marked
        self.labs: list[Lab] = []
        """Those booted so far."""

    def __call__(
        self, lab: str | Path | None = None, *, seed: int | None = None, solved: bool | None = None
    ) -> "Lab":
        """Boot a lab as `ioscli.load` does; what is not given is as the marker says.

        Raises InputError as `ioscli.load`, and where neither call nor marker names a lab.
        """
        from ioscli.labs.api import load
        from ioscli.labs.errors import InputError

        name, marked_seed, marked_solved = self._defaults()
        chosen = name if lab is None else lab
        if chosen is None:
            raise InputError('name a lab: ioscli_lab("NAME"), or @pytest.mark.ioscli("NAME")')
        booted = load(
            chosen,
            seed=marked_seed if seed is None else seed,
            solved=marked_solved if solved is None else solved,
        )
        self.labs.append(booted)
        return booted

    def _defaults(self) -> tuple[str | Path | None, int, bool]:
        if self._marked is None:
            return None, 0, False
        return _marker(*self._marked.args, **self._marked.kwargs)


def _marker(
    lab: str | Path | None = None, *, seed: int = 0, solved: bool = False
) -> tuple[str | Path | None, int, bool]:
    """What `@pytest.mark.ioscli(...)` takes."""
    return lab, seed, solved


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known (`--strict-markers`, `pytest --markers`)."""
    config.addinivalue_line(
        "markers", "ioscli(lab, *, seed=0, solved=False): what the fixture ioscli_lab boots"
    )


@pytest.fixture
def ioscli_lab(request: pytest.FixtureRequest) -> Iterator[LabFactory]:
    """Boots labs: `ioscli_lab("gre-over-ipsec", seed=0, solved=False)`, see `ioscli.load`."""
    factory = LabFactory(request.node.get_closest_marker("ioscli"))
    request.node.stash[_FACTORY] = factory
    yield factory
    del request.node.stash[_FACTORY]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show with a failed test what its consoles showed."""
    report = yield
    factory = item.stash.get(_FACTORY, None)
    if report.failed and factory is not None:
        for lab in factory.labs:
            for node in lab:
                lines = node.console.splitlines()
                if lines:
                    shown = "\n".join(lines[-_CONSOLE_LINES:])
                    report.sections.append((f"console of {node.name}, {lab.name}", shown))
    return report
