"""crypto key generate rsa, crypto key zeroize, show crypto key mypubkey."""

import re

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from ioscli.cli.boot import boot_config
from ioscli.cli.configuration import ConfigSession
from ioscli.cli.matcher import Grammar
from ioscli.cli.running_config import running_config
from ioscli.codec.rsa import RsaKey
from ioscli.model.config import RouterConfig
from ioscli.router.keys import KeyPair

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


def bits(pair: KeyPair) -> int:
    assert isinstance(pair.key, RsaKey)
    return pair.key.modulus.bit_length()


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
    assert bits(pair) == 1024
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
    assert bits(second) == 600


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


# -- EC ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "curve"), [("", 256), (" keysize 384", 384), (" keysize 521 exportable", 521)]
)
def test_an_ec_key_is_on_its_curve(grammar: Grammar, typed: str, curve: int) -> None:
    bench = named(grammar)
    said = bench.type(f"crypto key generate ec{typed} label K")
    assert said == "The name for the keys will be: K\n\n"
    (pair,) = bench.router.keys.pairs("K")
    assert pair.exportable == ("exportable" in typed)
    shown = bench.type("do show crypto key mypubkey ec")
    assert f"Key type: EC KEYS      p{curve} curve\n" in shown
    data = bytes.fromhex("".join(shown.split("Key Data:\n")[1].split()))
    public = load_der_public_key(data)
    assert isinstance(public, ec.EllipticCurvePublicKey)
    assert public.curve.key_size == curve
    assert bench.type("do show crypto key mypubkey rsa") == ""


def test_keys_of_both_kinds_share_their_names(grammar: Grammar) -> None:
    bench = named(grammar)
    bench.type("crypto key generate ec keysize 384")
    assert bench.type("crypto key generate ec keysize 521") == (
        "% You already have EC keys defined named R1.example.org.\n"
    )
    bench.type("no")
    assert bench.type("crypto key generate rsa modulus 512").startswith(
        "% You already have EC keys defined named R1.example.org.\n% They will be replaced.\n"
    )
    assert [pair.kind for pair in bench.router.keys.pairs()] == ["RSA"]
    bench.type("crypto key generate ec label E")
    bench.type("crypto key zeroize ec")
    bench.type("yes")
    assert [pair.kind for pair in bench.router.keys.pairs()] == ["RSA"]


# -- what a reload finds --------------------------------------------------------------------------


def reloaded(bench: Bench) -> None:
    reloads = bench.router.reloads
    reloads.start(lambda: boot_config(bench.grammar, bench.router), "console")
    bench.simulation.run_while(lambda: reloads.down)
    bench.settle()
    bench.type("enable")


def test_saved_keys_survive_a_reload(grammar: Grammar) -> None:
    bench = named(grammar)
    bench.type("crypto key generate rsa usage-keys label K modulus 512 exportable")
    bench.type("crypto key generate ec keysize 384 label E")
    bench.type("end")
    bench.type("write")
    pairs = bench.router.keys.pairs()
    bench.type("configure terminal")
    bench.type("crypto key generate rsa label UNSAVED modulus 512")
    reloaded(bench)
    assert bench.router.keys.pairs() == pairs
    assert len(pairs) == 3


def test_a_reload_asks_about_keys_that_were_not_saved(grammar: Grammar) -> None:
    bench = named(grammar)
    bench.type("end")
    bench.type("write")
    bench.type("configure terminal")
    bench.type("crypto key generate rsa modulus 512")
    bench.type("end")
    bench.type("reload")
    assert bench.prompt == "System configuration has been modified. Save? [yes/no]: "
    bench.type("yes")
    assert bench.prompt == "Proceed with reload? [confirm]"
    bench.type("n")
    bench.type("reload")
    assert bench.prompt == "Proceed with reload? [confirm]"


def test_keys_are_erased_with_the_startup_config(grammar: Grammar) -> None:
    bench = named(grammar)
    bench.type("crypto key generate rsa modulus 512")
    for line in ("end", "write", "write erase", ""):
        bench.type(line)
    assert bench.router.keys  # erasing NVRAM takes nothing from the memory
    reloaded(bench)
    assert not bench.router.keys


def test_no_command_shows_the_private_config(grammar: Grammar) -> None:
    bench = named(grammar)
    bench.type("crypto key generate rsa modulus 512")
    for line in ("end", "write"):
        bench.type(line)
    key = bench.router.keys.pairs()[0].key
    assert isinstance(key, RsaKey)
    secret = f"{key.private_exponent:x}"
    assert secret.encode() in bench.router.files.private_config
    for line in ("more nvram:private-config", "more state:private-config", "dir all-filesystems"):
        shown = bench.type(line)
        assert secret not in shown
        assert " private-config" not in shown
