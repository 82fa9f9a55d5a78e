"""What comes from files is read whole, or refused in one sentence that tells no password."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from demo.options.files import check_certificate, logins, read_settings

MAKE_CERTIFICATE = (
    *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"),
    *("-keyout", "key.pem", "-out", "cert.pem"),
)


def test_a_file_that_is_not_there_is_told() -> None:
    with pytest.raises(ValueError, match=r"nowhere\.toml can't be read"):
        read_settings("nowhere.toml")


def test_logins_come_from_an_option_and_a_file(tmp_path: Path) -> None:
    path = tmp_path / "logins"
    path.write_text("# ours\nada:love:lace\n\nblaise: pascal\n")
    assert logins("", "") == []
    assert logins("kurt:x", str(path)) == [("kurt", "x"), ("ada", "love:lace"), ("blaise", " pascal")]


@pytest.mark.parametrize(
    ("auth", "text", "words"),
    [
        ("secret", None, "--auth has to be a name and a password"),
        (":secret", None, "--auth has to be"),
        ("ada:", None, "--auth has to be"),
        ("", "ada:x\nsecret\n", "line 2 of .* has to be a name and a password"),
        ("", "# nobody\n", "are none; write NAME:PASSWORD"),
        ("", "", "are none"),
    ],
)
def test_a_login_that_is_none_is_refused_without_telling_it(
    auth: str, text: str | None, words: str, tmp_path: Path
) -> None:
    path = tmp_path / "logins"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ValueError, match=words) as caught:
        logins(auth, "" if text is None else str(path))
    assert "secret" not in str(caught.value)


def test_logins_that_cannot_be_read_are_told() -> None:
    with pytest.raises(ValueError, match="nowhere can't be read"):
        logins("", "nowhere")


def test_a_certificate_is_tried_before_the_first_visitor(tmp_path: Path) -> None:
    try:
        subprocess.run(MAKE_CERTIFICATE, cwd=tmp_path, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("there is no openssl here")
    key, certificate, other = (str(tmp_path / name) for name in ("key.pem", "cert.pem", "other.pem"))
    Path(other).write_text("no key")
    check_certificate(key, certificate)
    check_certificate("", "")
    for files, words in (((key, ""), "needs both"), ((other, certificate), "can't begin"), ((key, "x"), "can't begin")):
        with pytest.raises(ValueError, match=words):
            check_certificate(*files)
