"""Build hook: ships the grammar's tables inside the wheel, so that no console imports Lark."""

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class GrammarTablesHook(BuildHookInterface[Any]):
    """Compiles grammar/ to ioscli/data/grammar.tables."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the tables to a wheel; an editable install reads the checkout's grammar."""
        if self.target_name != "wheel" or version == "editable":
            return
        sys.path.insert(0, self.root)
        try:
            from ioscli.cli.tables import SHIPPED, grammar_key, make_tables, pack
        finally:
            sys.path.remove(self.root)
        folder = Path(self.root, "grammar")
        self._made = tempfile.TemporaryDirectory()
        path = Path(self._made.name, SHIPPED)
        path.write_bytes(pack(make_tables(folder), grammar_key(folder)))
        build_data["force_include"][str(path)] = f"ioscli/data/{SHIPPED}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the file that the wheel now holds."""
        del version, build_data, artifact_path
        if hasattr(self, "_made"):
            self._made.cleanup()
