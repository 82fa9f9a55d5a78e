"""What a Space consists of, and what Hugging Face is asked for."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest
import yaml
from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError, LocalTokenNotFoundError
from packaging.requirements import Requirement

from demo import deploy
from tests.support.paths import ROOT

SPACE = "ada/style"
LARGEST = 10_000_000  # bytes of a file that goes without LFS


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("space") / "tree"
    assert deploy.main([SPACE, "--dry-run", str(folder)]) == 0
    return folder


def test_the_tree_is_what_the_page_needs_and_no_more(tree: Path) -> None:
    assert {path.name for path in tree.iterdir() if path.suffix != ".md"} == {
        "app.py",
        "demo",
        "nst_core",
        "examples",
        "LICENSE",
        "requirements.txt",
    }
    files = [path for path in tree.rglob("*") if path.is_file()]
    assert not [path for path in files if path.suffix == ".pyc" or path.name.startswith(".")]
    assert max(path.stat().st_size for path in files) < LARGEST
    for folder in ("demo", "nst_core", "examples"):
        tracked = subprocess.run(["git", "ls-files", folder], cwd=ROOT, capture_output=True, text=True, check=True)
        assert set(tracked.stdout.split()) <= {path.relative_to(tree).as_posix() for path in files}


@pytest.mark.slow
def test_the_page_starts_from_the_tree(tree: Path) -> None:
    run = subprocess.run([sys.executable, "-B", "app.py", "--help"], cwd=tree, capture_output=True, text=True)
    assert "--runner" in run.stdout, run.stderr


@pytest.mark.slow
def test_the_command_needs_no_package_but_that_of_hugging_face(tmp_path: Path) -> None:
    """The workflow installs nothing else."""
    missing = ("gradio", "torch", "numpy", "PIL")
    code = f"import sys; sys.modules |= dict.fromkeys({missing}); from demo.deploy import main; main(sys.argv[1:])"
    arguments = [SPACE, "--hardware", "cpu-basic", "--dry-run", str(tmp_path / "tree")]
    subprocess.run([sys.executable, "-c", code, *arguments], cwd=ROOT, check=True)
    assert (tmp_path / "tree/app.py").is_file()


def test_its_requirements_are_those_of_the_project_without_what_the_host_brings(tree: Path) -> None:
    lines = (tree / "requirements.txt").read_text().splitlines()
    found = {requirement.name: requirement for requirement in map(Requirement, lines)}
    listed = re.findall(r"^([\w.-]+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    assert set(listed) - set(found) == {"gradio", "python-3.11-or-later"}
    assert not {"gradio", "spaces", "huggingface_hub"} & set(found)
    for version in ("2.8.0", "2.11.0"):
        assert version in found["torch"].specifier
    assert "2.12.0" not in found["torch"].specifier


def test_a_space_without_a_card_gets_pytorch_without_cards() -> None:
    assert deploy.requirements("torch>=2.8,<3  # the network\n", "cpu-basic").splitlines() == [
        "--extra-index-url https://download.pytorch.org/whl/cpu",
        "torch>=2.8,<2.12",
    ]


def test_its_head_names_the_thumbnail_by_address(tree: Path) -> None:
    text = (tree / "README.md").read_text("utf-8")
    front = yaml.safe_load(text.split("---\n")[1])
    start = f"https://huggingface.co/spaces/{SPACE}/resolve/main/"
    assert front["thumbnail"].startswith(start)
    assert (tree / front["thumbnail"].removeprefix(start)).is_file()
    assert text.replace(start, "") == (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["style"], "OWNER/NAME, as in ada/neural-style-transfer, got 'style'"),
        (["a/b/c"], "OWNER/NAME"),
        ([SPACE, "--hardware", "cray-1"], "no hardware 'cray-1'; there are cpu-basic, "),
        ([SPACE, "--dry-run", "."], r"\. is there already"),
        ([SPACE, "--fast"], "unrecognized arguments"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="^2$"):
        deploy.main(arguments)
    (line,) = capsys.readouterr().err.splitlines()
    assert re.search(words, line)


class Hub:
    """Notes what Hugging Face is asked for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, exists: bool) -> None:
        self.calls: dict[str, Any] = {}
        self.files: set[str] = set()
        monkeypatch.setattr(HfApi, "repo_exists", lambda *_, **__: exists)
        for name in ("create_repo", "request_space_hardware"):
            monkeypatch.setattr(HfApi, name, staticmethod(partial(self.note, name)))
        monkeypatch.setattr(HfApi, "upload_folder", lambda _, **also: self.upload(**also))

    def note(self, name: str, *given: Any, **also: Any) -> None:
        self.calls[name] = (*given, also)

    def upload(self, folder_path: str, **also: Any) -> None:
        self.files = {path.name for path in Path(folder_path).iterdir()}
        self.calls["upload_folder"] = also


def test_a_new_space_is_made_on_what_is_free(monkeypatch: pytest.MonkeyPatch, tree: Path) -> None:
    hub = Hub(monkeypatch, exists=False)
    assert deploy.main([SPACE, "--private"]) == 0
    space, how = hub.calls["create_repo"]
    assert (space, how["space_hardware"], how["space_sdk"], how["private"]) == (SPACE, "zero-a10g", "gradio", True)
    assert hub.files == {path.name for path in tree.iterdir()}
    assert (hub.calls["upload_folder"]["repo_id"], hub.calls["upload_folder"]["delete_patterns"]) == (SPACE, "*")
    assert "request_space_hardware" not in hub.calls


@pytest.mark.parametrize("hardware", [None, "t4-small"])
def test_a_space_that_is_there_keeps_its_hardware_unless_another_is_named(
    monkeypatch: pytest.MonkeyPatch, hardware: str | None
) -> None:
    hub = Hub(monkeypatch, exists=True)
    assert deploy.main([SPACE, *(["--hardware", hardware] if hardware else [])]) == 0
    assert "create_repo" not in hub.calls
    assert hub.calls.get("request_space_hardware") == ((SPACE, hardware, {}) if hardware else None)


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (LocalTokenNotFoundError("no token"), 2, "hf auth login"),
        (
            HfHubHTTPError("403 Forbidden: a paid plan\nmore", response=MagicMock()),
            1,
            "refused it: 403 Forbidden",
        ),
    ],
)
def test_what_hugging_face_refuses_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception, code: int, words: str
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise error

    Hub(monkeypatch, exists=False)
    monkeypatch.setattr(HfApi, "create_repo", refuse)
    assert deploy.main([SPACE]) == code
    (line,) = capsys.readouterr().err.splitlines()
    assert words in line


@pytest.mark.slow
def test_without_a_network_one_line_says_so() -> None:
    """Nothing listens at that port."""
    environment = {**os.environ, "HF_ENDPOINT": "http://127.0.0.1:1", "HF_TOKEN": "hf_none"}
    command = [sys.executable, "-m", "demo.deploy", SPACE]
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    (line,) = run.stderr.splitlines()
    assert (run.returncode, run.stdout) == (1, "")
    assert "Hugging Face can't be reached (Connection refused)" in line


def test_what_is_no_matter_of_the_network_is_not_called_so() -> None:
    assert deploy.unreachable(KeyError("x")) is None
    error = RuntimeError("transport")
    error.__cause__ = OSError(101, "Network is unreachable")
    assert deploy.unreachable(error) == "Network is unreachable"
