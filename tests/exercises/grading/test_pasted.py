"""Files as people hand them in, read as configurations."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioscli.exercises.grading.pasted import Pasted, Refused, configurations
from tests.exercises.grading.conftest import config

PLAIN = "hostname R1\ninterface Loopback0\n description größe\nend\n"
SHOWN = """\
User Access Verification
R1>enable
R1#terminal length 0
R1#show running-config
Building configuration...

Current configuration : 1234 bytes
!
hostname R1
interface Loopback0
end

R1#show ip route
Codes: L - local
R1#
"""


def lines(pasted: Pasted) -> list[str]:
    return [line for line in pasted.text.split("\n") if line.strip(" !")]


@pytest.mark.parametrize(
    "data",
    [
        PLAIN.encode(),
        b"\xef\xbb\xbf" + PLAIN.encode(),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace("\n", "\r\r\n").encode(),
        PLAIN.replace("\n", "\r").encode(),
        PLAIN.encode("utf-16"),
        PLAIN.encode("utf-16-le"),
        PLAIN.encode("utf-16-be"),
        PLAIN.encode("cp1252"),
        PLAIN.replace("interface", "\x1b[7minterface\x1b[0m").encode(),
        PLAIN.replace(
            "\ninterface", "\n --More-- \x08\x08\x08\x08   \x08\x08\x08\x08interface"
        ).encode(),
        PLAIN.replace("\ninterface", "\n<--- More --->\r              \rinterface").encode(),
        b"=~=~=~=~=~=~= PuTTY log 2024.03.01 10:00:00 =~=~=~=~=~=~=\r\n" + PLAIN.encode(),
        PLAIN.replace(
            "interface", "*Mar  1 00:02:48.073: %SYS-5-CONFIG_I: Configured from console\ninterface"
        ).encode(),
    ],
)
def test_however_it_was_saved(data: bytes) -> None:
    (found,) = configurations(data)
    assert found.hostname == "R1"
    assert lines(found) == PLAIN.splitlines()


def test_a_console_log_is_taken_from_show_to_end() -> None:
    (found,) = configurations(SHOWN.encode())
    assert found.hostname == "R1"
    assert lines(found) == ["hostname R1", "interface Loopback0", "end"]
    # A refused line is reported by its number in the file.
    assert found.text.split("\n")[SHOWN.split("\n").index("hostname R1")] == "hostname R1"


@pytest.mark.parametrize(
    "first", ["sh run\n", "show startup-config\nUsing 900 out of 262144 bytes\n", ""]
)
def test_the_words_above_it_are_no_configuration(first: str) -> None:
    text = f"{first}Building configuration...\n\nCurrent configuration : 99 bytes\n{PLAIN}"
    (found,) = configurations(text.encode())
    assert lines(found) == PLAIN.splitlines()


def test_several_routers_in_one_log() -> None:
    log = "".join(f"R{n}#sh run\nBuilding configuration...\n{config(n)}R{n}#\n" for n in (1, 2))
    first, second = configurations(log.encode())
    assert (first.hostname, second.hostname) == ("R1", "R2")
    assert lines(second) == [line for line in config(2).splitlines() if line != "!"]


def test_what_was_typed_is_taken_where_nothing_was_shown() -> None:
    log = """\
R1>en
R1#conf t
Enter configuration commands, one per line.  End with CNTL/Z.
R1(config)#int lo0
*Mar  1 00:02:48.073: %LINEPROTO-5-UPDOWN: Line protocol on Interface Loopback0, changed state to up
R1(config-if)#ip add ?
  A.B.C.D  IP address
R1(config-if)#ip add 1.1.1.1 255.255.255.255
R1(config-if)#do show ip int brief
R1(config-if)#end
R1#conf t
R1(config)#router ospf 1
R3#sh run
hostname R3
end
R3#conf t
R3(config)#hostname R9
"""
    shown, typed = configurations(log.encode())
    assert (shown.hostname, lines(shown)) == ("R3", ["hostname R3", "end"])
    assert typed.hostname == "R1"
    assert lines(typed) == ["int lo0", "ip add 1.1.1.1 255.255.255.255", "router ospf 1"]
    assert typed.text.split("\n")[3] == "int lo0"


def test_a_prompt_names_a_router_that_has_no_hostname() -> None:
    (found,) = configurations(b"R7#show run\ninterface Loopback0\nend\nR7#")
    assert found.hostname == "R7"


def test_a_banner_is_kept_as_it_is() -> None:
    text = "hostname R1\nbanner motd \x03\nR2#not a prompt of this router\n\x03\nend\n"
    (found,) = configurations(text.encode())
    assert found.text == text


def test_an_empty_file_is_an_empty_configuration() -> None:
    assert [it.text for it in configurations(b"")] == [""]


@pytest.mark.parametrize(
    "data", [b"hostname R1\n\0\0\n", bytes(range(1, 30)) * 9, b"\x7fELF" + b"\0" * 99]
)
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(Refused, match="not text"):
        configurations(data)


def test_too_many_in_one_file() -> None:
    with pytest.raises(Refused, match="more than 100"):
        configurations(b"R1#show run\n" * 101)


@given(
    st.one_of(
        st.binary(max_size=300), st.text(max_size=300).map(lambda it: it.encode("utf-8", "ignore"))
    )
)
def test_any_bytes(data: bytes) -> None:
    with suppress(Refused):
        found = configurations(data)
        assert found
        assert all("\0" not in it.text for it in found)
