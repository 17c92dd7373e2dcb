"""NetFlow, WCCP, NBAR and samplers that are kept: nesting, order, `no`."""

from ioscli.cli.configuration import LineKind
from ioscli.cli.running_config import running_config

from .typing_config import Prompt, blank, loaded

FLEXIBLE = """\
flow record R
 match ipv4 source address
 match ipv4 destination address
 match transport source-port
 match interface input
 collect counter bytes long
 collect timestamp sys-uptime first
flow exporter E
 destination 10.0.0.9
 source GigabitEthernet0/0
 transport udp 2055
 export-protocol netflow-v9
 option interface-table timeout 600
 template data timeout 60
flow monitor M
 exporter E
 cache timeout active 60
 cache timeout inactive 15
 record R
sampler ONE-OF-TWENTY
 mode random 1 out-of 20
interface GigabitEthernet0/0
 ip flow monitor M sampler ONE-OF-TWENTY input
"""


def printed(text: str) -> list[str]:
    """What the running-config says after a startup configuration, all of it accepted."""
    config = blank()
    for line in loaded(text, config):
        assert line.result.kind is not LineKind.REJECTED, line
    return list(running_config(config))


def test_flexible_netflow_comes_back_as_it_was() -> None:
    lines = printed(FLEXIBLE)
    assert [line for line in lines if line in FLEXIBLE.splitlines()] == FLEXIBLE.splitlines()
    assert lines.index("sampler ONE-OF-TWENTY") < lines.index("multilink bundle-name authenticated")


def test_the_lines_of_a_monitor_and_an_exporter_replace_each_other() -> None:
    prompt = Prompt()
    prompt.type("flow monitor M", "record netflow-original", "record netflow ipv4 original-input")
    prompt.type("exporter A", "exporter B", "cache timeout active 60", "cache timeout active 90")
    prompt.type("cache entries 4096", "no exporter A")
    assert prompt.section("flow monitor M") == [
        " record netflow ipv4 original-input",
        " exporter B",
        " cache timeout active 90",
        " cache entries 4096",
    ]
    prompt.type("flow exporter E", "destination 10.0.0.1", "destination 10.0.0.2 vrf MGMT")
    assert prompt.session.prompt_suffix == "config-flow-exporter"
    assert prompt.section("flow exporter E") == [" destination 10.0.0.2 vrf MGMT"]
    prompt.type("no flow exporter E", "no flow monitor M")
    assert not [line for line in running_config(prompt.config) if line.startswith("flow")]


def test_the_netflow_of_earlier_releases() -> None:
    prompt = Prompt()
    prompt.type("ip flow-export version 5", "ip flow-export version 9 origin-as")
    prompt.type("ip flow-export destination 10.0.0.9 9996", "ip flow-cache timeout active 1")
    prompt.type("ip flow-export source gi0/0", "ip flow-top-talkers", "top 50", "sort-by bytes")
    found = [line for line in running_config(prompt.config) if "flow" in line]
    assert found == [
        "ip flow-cache timeout active 1",
        "ip flow-export version 9 origin-as",
        "ip flow-export source GigabitEthernet0/0",
        "ip flow-export destination 10.0.0.9 9996",
        "ip flow-top-talkers",
    ]
    assert prompt.section("ip flow-top-talkers") == [" top 50", " sort-by bytes"]
    prompt.type("top 20")
    assert prompt.section("ip flow-top-talkers") == [" sort-by bytes", " top 20"]


def test_web_caches_and_applications() -> None:
    prompt = Prompt()
    prompt.type("ip wccp version 1", "ip wccp web-cache redirect-list L", "ip wccp 61")
    prompt.type("ip wccp version 2", "ip wccp web-cache group-list G password 7 0123456789ABCD")
    prompt.type("ip nbar custom SALES 5 ascii ORDER source tcp 4567")
    prompt.type("ip nbar port-map http tcp 80 8080", "interface gi0/1", "ip wccp 61 redirect in")
    found = [line for line in running_config(prompt.config) if "wccp" in line or "nbar" in line]
    assert found == [
        "ip wccp version 2",
        "ip wccp 61",
        "ip wccp web-cache group-list G password 7 0123456789ABCD",
        "ip nbar custom SALES 5 ascii ORDER source tcp 4567",
        "ip nbar port-map http tcp 80 8080",
        " ip wccp 61 redirect in",
    ]
    prompt.type("no ip wccp 61 redirect in", "exit", "no ip nbar port-map http")
    prompt.type(
        "no ip wccp web-cache", "no ip wccp 61", "no ip wccp version", "no ip nbar custom SALES"
    )
