"""strongSwan's IKE daemon, with ESP in user space, in a namespace of the test's own.

The plugin kernel-libipsec needs no kernel IPsec; it speaks ESP in UDP only, and so pretends that
there is a NAT: its peer has to float to port 4500.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .namespace import Namespace, needed, run

_PATIENCE = 15
_PLUGINS = (
    "random nonce openssl kdf aes sha1 sha2 hmac gmp des md5 pem pkcs1 x509 pubkey vici "
    "socket-default kernel-libipsec kernel-netlink updown"
)
_SETTINGS = """
charon-systemd {{
  load = {plugins}
  install_virtual_ip = no
  i_dont_care_about_security_and_use_aggressive_mode_psk = yes
  plugins {{
    vici {{
      socket = unix://{folder}/vici
    }}
    kernel-libipsec {{
      load = yes
    }}
  }}
  filelog {{
    log {{
      path = {folder}/charon.log
      flush_line = yes
      append = no
      default = 1
      ike = 2
      chd = 2
    }}
  }}
}}
"""


class StrongSwan:
    """The daemon of one namespace."""

    def __init__(self, inside: Namespace, folder: Path) -> None:
        self._inside = inside
        self._folder = folder
        self._uri = f"unix://{folder}/vici"

    @property
    def log(self) -> str:
        """What the daemon logged."""
        return (self._folder / "charon.log").read_text(errors="replace")

    def control(self, *words: str) -> str:
        """`swanctl` to its end."""
        return run("swanctl", *words, "--uri", self._uri)

    def begin(self, *words: str) -> subprocess.Popen[str]:
        """`swanctl` beside us: it waits for what our router answers."""
        return subprocess.Popen(
            ("swanctl", *words, "--uri", self._uri),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def sas(self) -> str:
        """`swanctl --list-sas`."""
        return self.control("--list-sas")


@contextmanager
def strongswan(inside: Namespace, connections: str) -> Iterator[StrongSwan]:
    """The daemon with its connections and secrets loaded."""
    needed("charon-systemd", "swanctl")
    folder = inside.folder / "strongswan"
    folder.mkdir()
    settings = folder / "strongswan.conf"
    settings.write_text(_SETTINGS.format(folder=folder, plugins=_PLUGINS))
    file = folder / "swanctl.conf"
    file.write_text(connections)
    try:
        inside.start("/usr/sbin/charon-systemd", environment={"STRONGSWAN_CONF": str(settings)})
        began = time.monotonic()
        while not (folder / "vici").exists():
            assert time.monotonic() - began < _PATIENCE, "strongSwan did not start"
            time.sleep(0.02)
        peer = StrongSwan(inside, folder)
        peer.control("--load-all", "--file", str(file))
        yield peer
    finally:
        inside.stop_programs()
