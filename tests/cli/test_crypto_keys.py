"""crypto key generate rsa, crypto key zeroize, show crypto key mypubkey."""

import re

from ioscli.cli.configuration import ConfigSession
from ioscli.cli.matcher import Grammar
from ioscli.cli.running_config import running_config
from ioscli.model.config import RouterConfig

from .test_reference_dialogues import Bench

#: Of a capture of `show crypto key mypubkey rsa`, what does not differ from key to key.
SHOWN = re.compile(
    r"% Key pair was generated at: \d\d:\d\d:\d\d UTC [A-Z][a-z]{2} \d{1,2} \d{4}\n"
    r"Key name: R1\.example\.org\n"
    r"Key type: RSA KEYS\n"
    r" Storage Device: private-config\n"
    r" Usage: General Purpose Key\n"
    r" Key is not exportable\. Redundancy enabled\.\n"
    r" Key Data:\n"
    r"  30819F30 0D06092A 864886F7 0D010101 05000381 8D003081 89028181 00[0-9A-F]{6} \n"
    r"(?:  (?:[0-9A-F]{8} ){8}\n)*"
    r"  (?:[0-9A-F]{8} )*0203010001\n|.*0001\n",
    re.DOTALL,
)


def named(grammar: Grammar) -> Bench:
    bench = Bench(grammar)
    for line in ("configure terminal", "hostname R1", "ip domain-name example.org"):
        bench.type(line)
    return bench


def test_the_router_needs_a_name_first(grammar: Grammar) -> None:
    bench = Bench(grammar)
    bench.type("configure terminal")
    line = "crypto key generate rsa"
    assert bench.type(line) == "% Please define a hostname other than Router.\n"
    bench.type("hostname R1")
    assert bench.type(line) == "% Please define a domain-name first.\n"


def test_a_dialogue_makes_a_key(grammar: Grammar) -> None:
    bench = named(grammar)
    assert bench.type("crypto key generate rsa") == (
        "The name for the keys will be: R1.example.org\n"
        "Choose the size of the key modulus in the range of 360 to 4096 for your\n"
        "  General Purpose Keys. Choosing a key modulus greater than 512 may take\n"
        "  a few minutes.\n"
        "\n"
    )
    assert bench.prompt == "How many bits in the modulus [512]: "
    assert bench.type("5000") == "% A decimal number between 360 and 4096.\n"
    before = bench.simulation.now
    said = bench.type("1024")
    elapsed = (bench.simulation.now - before) // 1_000_000
    assert said == (
        "% Generating 1024 bit RSA keys, keys will be non-exportable...\n"
        f"[OK] (elapsed time was {elapsed} seconds)\n\n"
    )
    (pair,) = bench.router.keys.pairs()
    assert pair.key.modulus.bit_length() == 1024
    shown = bench.type("do show crypto key mypubkey rsa")
    assert SHOWN.fullmatch(shown)
    hexadecimal = "".join(shown.split("Key Data:\n")[1].split()).lower()
    assert hexadecimal == pair.key.public_info.hex()


def test_a_key_in_the_way_is_replaced_after_a_question(grammar: Grammar) -> None:
    bench = named(grammar)
    bench.type("crypto key generate rsa modulus 512")
    (first,) = bench.router.keys.pairs()
    said = bench.type("crypto key generate rsa")
    assert said == "% You already have RSA keys defined named R1.example.org.\n"
    assert bench.prompt == "% Do you really want to replace them? [yes/no]: "
    assert bench.type("") == "% Please answer 'yes' or 'no'.\n"
    bench.type("no")
    assert bench.router.keys.pairs() == (first,)
    bench.type("crypto key generate rsa modulus 600")
    (second,) = bench.router.keys.pairs()
    assert second.key.modulus.bit_length() == 600


def test_usage_keys_are_two(grammar: Grammar) -> None:
    bench = named(grammar)
    bench.type("crypto key generate rsa usage-keys label K modulus 512 exportable")
    assert [pair.usage for pair in bench.router.keys.pairs("K")] == [
        "Signature Key",
        "Encryption Key",
    ]
    assert all(pair.exportable for pair in bench.router.keys.pairs("K"))


def test_zeroize_asks_and_removes(grammar: Grammar) -> None:
    bench = named(grammar)
    bench.type("crypto key generate rsa modulus 512")
    bench.type("crypto key generate rsa modulus 512 label K")
    assert bench.type("crypto key zeroize rsa K") == (
        "% Keys to be removed are named 'K'.\n"
        "% All router certs issued using these keys will also be removed.\n"
    )
    assert bench.prompt == "Do you really want to remove these keys? [yes/no]: "
    bench.type("yes")
    assert [pair.name for pair in bench.router.keys.pairs()] == ["R1.example.org"]
    bench.type("end")
    bench.type("crypto key zeroize rsa")
    bench.type("y")
    assert not bench.router.keys
    said = bench.type("crypto key zeroize rsa")
    assert said == "% No Signature RSA Keys found in configuration.\n\n"


def test_an_interrupt_makes_no_key(grammar: Grammar) -> None:
    bench = named(grammar)
    bench.session.feed("crypto key generate rsa modulus 4096 label K")
    assert bench.session.busy
    bench.session.interrupt()
    assert bench.prompt == "R1(config)#"
    assert "K" not in bench.router.keys


def test_a_saved_line_is_kept_and_makes_nothing(grammar: Grammar) -> None:
    config = RouterConfig()
    session = ConfigSession(grammar, config, None, startup=True)
    result = session.feed("crypto key generate rsa modulus 1024")
    assert result.steps is None
    assert "crypto key generate rsa modulus 1024" in list(running_config(config))
