"""Lines about managing a router: who may log in, where messages go, what watches it."""

import pytest

from ioscli.cli.configuration import LineKind
from ioscli.cli.matcher import Help, Incomplete, Invalid
from ioscli.cli.running_config import running_config

from .typing_config import Prompt, blank, grammar, loaded

#: As IOS prints them, in its order; the lines that stand between them are left out.
SAVED = """\
boot-start-marker
boot system flash:c8000v.bin
boot-end-marker
logging discriminator NOISE severity drops 6 msg-body drops flapping
logging snmp-authfail
logging userinfo
logging queue-limit 100
logging buffered discriminator NOISE 32000 notifications
logging persistent size 1000000 filesize 8192 immediate
logging rate-limit console 10 except errors
no logging console guaranteed
aaa new-model
aaa group server radius CLIENTS
 server name RAD1
 server 10.0.0.9 auth-port 1812 acct-port 1813
 ip vrf forwarding MGMT
aaa group server tacacs+ ADMINS
 server-private 10.0.0.8 port 49 key 7 0822455D0A16
 ip tacacs source-interface Loopback0
aaa authentication username-prompt "Local Username: "
aaa authentication login default group ADMINS local
aaa authentication enable default group ADMINS enable
aaa authentication ppp DIALUP if-needed group radius local
aaa authorization exec default group ADMINS local
aaa authorization auth-proxy default group CLIENTS
aaa accounting update newinfo periodic 30
aaa accounting commands 15 default start-stop group ADMINS
aaa accounting network default start-stop broadcast group CLIENTS group radius
aaa accounting exec default
 action-type start-stop
 group tacacs+
aaa server radius dynamic-author
 client 10.0.0.7 server-key 7 0822455D0A16
 port 3799
 auth-type all
 ignore session-key
aaa session-id common
login block-for 30 attempts 5 within 15
login quiet-mode access-class 10
login on-failure log every 2
login on-success log
crypto pki server CA
 database level complete
 no database archive
 issuer-name cn=CA, o=Lab
 grant auto
 lifetime ca-certificate 3650
 cdp-url http://192.0.2.1/CA.crl
crypto key pubkey-chain rsa
 named-key a.example.com
  address 192.0.2.1
  key-string
   56789ABC 56789ABC 56789ABC 56789ABC
   56789ABC 56789ABC 56789ABC 56789ABC
   56789ABC 0001
  quit
 addressed-key 192.0.2.2 encryption
  key-string
   0001
  quit
ip forward-protocol nd
logging history size 500
logging history informational
logging trap notifications
logging origin-id string my own origin
logging facility local5
logging snmp-trap emergencies
logging snmp-trap alerts
logging source-interface Loopback0
logging source-interface GigabitEthernet0/1 vrf MGMT
logging host 192.0.2.10
logging host 192.0.2.11 vrf MGMT transport tcp port 1514
logging host ipv6 2001:DB8::1 discriminator NOISE
snmp-server engineID local 000000090200000652D6C000
snmp-server group V3GROUP v3 priv read V3READ access 50
snmp-server view NOROUTES mib-2 included
snmp-server view NOROUTES ipRouteTable excluded
snmp-server community readers RO 80
snmp-server community writers view NOROUTES RW ipv6 SIX 99
snmp-server ifindex persist
snmp-server trap link ietf
snmp-server trap-source Loopback0
snmp-server location 1, Main Street | NY
snmp-server contact John Smith
snmp-server chassis-id FOC1743N1BE
snmp-server enable traps snmp authentication linkdown linkup coldstart warmstart
snmp-server enable traps bgp
snmp-server enable traps envmon fan shutdown supply temperature status
snmp-server host 192.0.2.10 vrf MGMT version 3 priv watcher udp-port 1162 bgp snmp
snmp-server host 192.0.2.10 informs version 2c readers
tacacs-server host 192.0.2.20 single-connection key 7 0822455D0A16
tacacs-server directed-request
radius-server attribute 32 include-in-access-req format %h
radius-server host 192.0.2.30 auth-port 1645 acct-port 1646 key 7 020E5749081303725F
radius-server deadtime 15
radius-server vsa send accounting
radius server RAD1
 address ipv4 192.0.2.31 auth-port 1812 acct-port 1813
 timeout 10
 key 7 0822455D0A16
tacacs server TAC1
 address ipv4 192.0.2.21
 key 7 0822455D0A16
 single-connection
privilege router level 3 network
line con 0
call-home
 no alert-group crash
 contact-email-addr sch-smart-licensing@cisco.com
 profile "CiscoTAC-1"
  active
  destination transport-method http
  no destination transport-method email
  subscribe-to-alert-group syslog severity major pattern ".*"
ntp authentication-key 1 md5 104D000A0618 7
ntp authenticate
ntp trusted-key 1
ntp trusted-key 10 - 12
ntp clock-period 17208943
ntp source Loopback0
ntp access-group peer PEERS kod
ntp master 5
ntp max-associations 20
ntp peer 192.0.2.41 key 1
ntp server 192.0.2.40 key 1 prefer
ntp server time.example.com version 3 source GigabitEthernet0/1
ntp server vrf MGMT 192.0.2.40 iburst
event manager environment _email admin@example.com
event manager policy watch.tcl type user
event manager applet WATCH authorization bypass
 description ping every minute
 event tag A syslog occurs 3 period 30 pattern "LINK-3"
 event tag B timer watchdog time 60
 trigger occurs 1
  correlate event A and event B
 action 1.0 cli command "enable"
 action 2.0 if $x eq "yes"
 action 2.1 syslog priority errors msg "watched"
 action 2.2 end
"""


def _told(lines: list[str], wanted: str) -> list[str]:
    """The lines that are wanted, and all that stands under one of their headers."""
    headers = {line for line in wanted.splitlines() if not line.startswith(" ")}
    told: list[str] = []
    inside = False
    for line in lines:
        if line.startswith(" "):
            if inside and line.strip() != "!":
                told.append(line)
        else:
            inside = line in headers
            told += [line] * inside
    return told


def test_saved_lines_come_back_in_order() -> None:
    config = blank()
    refused = [line for line in loaded(SAVED, config) if line.result.kind is LineKind.REJECTED]
    assert refused == []
    printed = list(running_config(config))
    console = _told(printed, SAVED)
    assert [line for line in console if line != " exec-timeout 0 0"] == SAVED.splitlines()
    again = blank()
    list(loaded("\n".join(printed), again))
    assert list(running_config(again)) == printed


def test_the_data_of_a_key_is_kept_as_typed_and_replaced_when_typed_again() -> None:
    prompt = Prompt()
    prompt.type("crypto key pubkey-chain rsa", "named-key peer", "key-string")
    assert prompt.session.prompt_suffix == "config-pubkey"
    prompt.type("AABBCCDD 00112233", "AABBCCDD 00112233", "quit")
    assert prompt.session.prompt_suffix == "config-pubkey-key"
    data = ["   AABBCCDD 00112233", "   AABBCCDD 00112233"]
    assert prompt.section("crypto key pubkey-chain rsa") == [
        " named-key peer",
        "  key-string",
        *data,
        "  quit",
    ]
    prompt.type("key-string", "00FF", "quit", "address 192.0.2.1")
    assert prompt.section("crypto key pubkey-chain rsa") == [
        " named-key peer",
        "  address 192.0.2.1",
        "  key-string",
        "   00FF",
        "  quit",
    ]


def test_a_list_of_accounting_methods_has_one_form() -> None:
    prompt = Prompt()
    prompt.type("aaa new-model", "aaa accounting exec default", "action-type start-stop")
    assert prompt.session.prompt_suffix == "cfg-acct-mlist"
    prompt.type("group tacacs+", "exit", "aaa accounting exec default stop-only group radius")
    prompt.type("aaa accounting commands 1 default none", "aaa accounting commands 15 LOUD none")
    assert _accounting(prompt) == [
        "aaa accounting exec default stop-only group radius",
        "aaa accounting commands 1 default none",
        "aaa accounting commands 15 LOUD none",
    ]
    prompt.type("no aaa accounting commands 1 default", "aaa accounting exec default none")
    assert _accounting(prompt) == [
        "aaa accounting commands 15 LOUD none",
        "aaa accounting exec default none",
    ]
    prompt.type("no aaa new-model", "aaa new-model")
    assert _accounting(prompt) == []


def _accounting(prompt: Prompt) -> list[str]:
    return [line for line in running_config(prompt.config) if line.startswith("aaa accounting")]


def test_syslog_servers_differ_in_their_options() -> None:
    prompt = Prompt()
    prompt.type("logging 192.0.2.1", "logging host 192.0.2.1 transport tcp port 601")
    prompt.type("logging host 192.0.2.1", "logging host 192.0.2.2 vrf A")
    assert _syslog(prompt) == [
        "logging host 192.0.2.1",
        "logging host 192.0.2.1 transport tcp port 601",
        "logging host 192.0.2.2 vrf A",
    ]
    prompt.type("no logging host 192.0.2.1 transport tcp port 601")
    assert _syslog(prompt) == ["logging host 192.0.2.1", "logging host 192.0.2.2 vrf A"]
    prompt.type("no logging 192.0.2.1", "no logging host 192.0.2.2")
    assert _syslog(prompt) == []


def _syslog(prompt: Prompt) -> list[str]:
    return [line for line in running_config(prompt.config) if line.startswith("logging host")]


@pytest.mark.parametrize(
    ("line", "replacement", "negated"),
    [
        ("ntp server 192.0.2.1", "ntp server 192.0.2.1 prefer", "no ntp server 192.0.2.1"),
        ("ntp server vrf A h", "ntp server vrf A h key 3", "no ntp server vrf A h"),
        ("ntp master", "ntp master 3", "no ntp master"),
        (
            "snmp-server community public RO",
            "snmp-server community public RW 5",
            "no snmp-server community public",
        ),
        ("snmp-server location here", "snmp-server location there", "no snmp-server location"),
        ("login on-success log", "login on-success log every 3", "no login on-success log"),
        ("radius-server deadtime 5", "radius-server deadtime 6", "no radius-server deadtime"),
        (
            "tacacs-server host 192.0.2.1",
            "tacacs-server host 192.0.2.1 port 4949",
            "no tacacs-server host 192.0.2.1",
        ),
        ("logging facility local1", "logging facility local2", "no logging facility"),
        ("logging history size 5", "logging history size 6", "no logging history size"),
    ],
)
def test_a_line_takes_the_place_of_the_same_setting(
    line: str, replacement: str, negated: str
) -> None:
    prompt = Prompt()
    prompt.type("ip vrf A", "exit")
    before = list(running_config(prompt.config))
    prompt.type(line, replacement)
    after = list(running_config(prompt.config))
    assert replacement in after
    assert line not in after
    prompt.type(negated)
    assert list(running_config(prompt.config)) == before


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("logging 0255.255.1", "0255.255.1"),
        ("logging enable", "enable"),
        ("logging host mgmt 192.0.2.1", "192.0.2.1"),
        ("snmp-server globalEnforcePriv", "globalEnforcePriv"),
        ("snmp-server enable traps feature-control X", "feature-control"),
        ("snmp-server community public use-acl A", "A"),
        ("snmp-server source-interface trap mgmt0", "mgmt0"),
        ("ntp trusted-key 0", "0"),
        ("aaa accounting update 30", "30"),
        ("event manager actions X", "actions"),
        ("crypto key pubkey-chain dsa", "dsa"),
    ],
)
def test_what_routers_do_not_have_is_refused_where_it_begins(line: str, wrong: str) -> None:
    refused = Prompt().session.feed(line)
    assert refused.kind is LineKind.REJECTED
    assert isinstance(refused.error, Invalid), line
    begin = line.rindex(wrong)
    assert begin <= refused.error.position < begin + len(wrong), line


def test_lines_that_end_too_soon_are_incomplete() -> None:
    for line in ("snmp-server", "ntp server", "login block-for 5", "logging discriminator X"):
        refused = Prompt().session.feed(line)
        assert isinstance(refused.error, Incomplete), line


def test_prompts_of_the_sections() -> None:
    prompt = Prompt()
    for line, suffix in (
        ("aaa group server radius A", "config-sg-radius"),
        ("aaa group server tacacs+ B", "config-sg-tacacs+"),
        ("aaa server radius dynamic-author", "config-locsvr-da-radius"),
        ("radius server C", "config-radius-server"),
        ("tacacs server D", "config-server-tacacs"),
        ("call-home", "cfg-call-home"),
        ("profile E", "cfg-call-home-profile"),
        ("event manager applet F", "config-applet"),
        ("trigger", "config-applet-trigger"),
        ("crypto pki server G", "cs-server"),
        ("kron policy-list H", "config-kron-policy"),
    ):
        prompt.type(line)
        assert prompt.session.prompt_suffix == suffix


def test_help_names_the_traps() -> None:
    found = grammar().help("config", "snmp-server enable traps e")
    assert isinstance(found, Help)
    assert {"eigrp", "entity", "envmon", "event-manager"} <= {word for word, _ in found.entries}


def test_snmpv3_users_are_never_shown() -> None:
    prompt = Prompt()
    kept = prompt.type(
        "snmp-server user ann admins v3 auth sha secretpass priv aes 128 secretpriv",
        "snmp-server user bob readers v2c",
    )
    assert all(result.error is None for result in kept)
    shown = [line for line in running_config(prompt.config) if "snmp-server user" in line]
    assert shown == ["snmp-server user bob readers v2c"]
    assert len(prompt.config.stored["snmp_user"]) == 2
