"""Real configurations from the reference material, line by line."""

from collections import Counter

import pytest

from ioscli.cli.configuration import ConfigSession, LineKind, load
from ioscli.cli.running_config import running_config

from .typing_config import blank, grammar, reference

CONFIGS = [
    "configs/ksnam97/GRE-GRE-Over-IPsec-Basic-Study/09__AES256-GCM-1.cfg",
    "configs/ksnam97/cisco-dmvpn-ipsec-network/HQ-EDGE-1.cfg",
    "configs/labval/onug_cost_optimized_s3_path/exitgw.cfg",
    "configs/labval/ios_add_path/as1r1.cfg",
    "configs/labval/ospf_summarization/a01.cfg",
    "configs/batfish/parsing/cisco_crypto.cfg",
    "configs/batfish/parsing/cisco_interface.cfg",
    "configs/ansible/fixtures/ios_config_config.cfg",
]


@pytest.mark.parametrize("path", CONFIGS)
def test_every_line_is_placed_and_none_raises(path: str) -> None:
    config = blank([])
    session = ConfigSession(grammar(), config, None, startup=True)
    kinds: Counter[LineKind] = Counter()
    for line in load(session, reference(path)):
        kinds[line.result.kind] += 1
        if line.result.kind is LineKind.REJECTED:
            assert line.result.error is not None or line.result.messages
    accepted = kinds[LineKind.MODELLED] + kinds[LineKind.STORED]
    told = accepted + kinds[LineKind.REJECTED]
    print(f"{path}: {accepted} of {told} lines accepted")
    assert accepted > 0
    assert list(running_config(config))[-1] == "end"
