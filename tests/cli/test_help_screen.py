"""The layout of `?`."""

from ioscli.cli.help_screen import help_list, word_columns


def test_a_list_is_padded_to_its_longest_word() -> None:
    entries = [("deny", "Specify packets to reject"), ("<1-2147483647>", "Sequence Number")]
    assert list(help_list([*entries, ("<cr>", "")])) == [
        "  <1-2147483647>  Sequence Number",
        "  deny            Specify packets to reject",
        "  <cr>            <cr>",
    ]


def test_a_heading_stands_above() -> None:
    assert next(help_list([("exit", "Leave")], "Exec commands:")) == "Exec commands:"


def test_long_help_goes_on_in_its_column() -> None:
    text = "Append redirected output to URL (URLs supporting append operation only) and then some"
    first, second = help_list([("append", text)])
    assert len(first) < 80
    assert second.startswith(" " * 10)
    assert f"{first} {second.strip()}" == f"  append  {text}"


def test_words_in_columns() -> None:
    assert list(word_columns(["copy", "connect", "configure"])) == ["configure  connect  copy  "]
    many = [f"word{number:02}" for number in range(12)]
    rows = list(word_columns([*many, "a"]))
    assert len(rows) == 2
    assert rows[0].split() == ["a", *many[:9]]
    assert rows[0].index("word00") == rows[1].index("word10")
    assert list(word_columns([])) == []
