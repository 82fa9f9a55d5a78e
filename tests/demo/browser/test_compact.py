from __future__ import annotations

from demo.browser.compact import compact_script, compact_styles


def test_scripts_keep_what_is_no_comment() -> None:
    script = """() => {
        // Why it is so
        const address = 'http://example.org';  // stays, and so does the address

        return address;
    }"""
    assert compact_script(script) == (
        "() => {\nconst address = 'http://example.org';  // stays, and so does the address\nreturn address;\n}"
    )


def test_styles_keep_what_is_no_comment() -> None:
    styles = "/* One,\n   and more */\n#a { color: red; } /* why */\n\n@media print {\n  #a { color: black; }\n}\n"
    assert compact_styles(styles) == "#a { color: red; }\n@media print {\n#a { color: black; }\n}"
