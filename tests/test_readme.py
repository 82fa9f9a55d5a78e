"""What the README tells a reader to type exists, and what Spaces read in it is right."""

from __future__ import annotations

import ast
import inspect
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
import yaml

from demo import deploy
from demo.api import endpoints
from demo.form.settings import BY_NAME
from demo.options.parsing import parse
from nst_core import transfer
from nst_core.cli import options
from nst_core.cli.request import read_job
from nst_core.config import TransferConfig
from nst_core.recipe import Role
from tests.support.paths import ROOT

TEXT = (ROOT / "README.md").read_text("utf-8")
DEMO_COMMAND, TEST_COMMAND, RUN_COMMAND = re.findall(r"^```bash\n(.+?)\n```$", TEXT, re.MULTILINE | re.DOTALL)
BLOCKS = re.findall(r"^```sh\n(.+?)\n```$", TEXT, re.MULTILINE | re.DOTALL)
CORE_SCRIPT, CLIENT_SCRIPT = re.findall(r"^```python\n(.+?)\n```$", TEXT, re.MULTILINE | re.DOTALL)


def test_front_matter() -> None:
    front = yaml.safe_load(TEXT.split("---\n")[1])
    assert (front["sdk"], front["app_file"], front["license"]) == ("gradio", "app.py", "mit")
    assert front["python_version"] == "3.12"  # a string: YAML would read 3.10 as 3.1
    assert len(front["short_description"]) <= 60
    allowed = re.search(r"^gradio>=([\d.]+),<7 ", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    assert allowed is not None
    assert version(front["sdk_version"]) >= version(allowed[1])


def test_front_matter_is_complete() -> None:
    """By the reference of Spaces; `zero-a10g` is in common use, and not among the values that it lists."""
    front = yaml.safe_load(TEXT.split("---\n")[1])
    wanted = {"title", "emoji", "colorFrom", "colorTo", "sdk", "sdk_version", "python_version", "app_file"}
    wanted |= {"short_description", "thumbnail", "suggested_hardware", "pinned", "license", "tags"}
    assert set(front) == wanted
    colours = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
    assert {front["colorFrom"], front["colorTo"]} <= colours
    assert (ROOT / front["thumbnail"]).is_file()  # demo.deploy makes an address of it
    assert front["suggested_hardware"] == deploy.FREE


def test_the_commands_for_a_space_are_valid() -> None:
    _, (sign_in, put) = (block.splitlines() for block in BLOCKS)
    assert sign_in == ".venv/bin/hf auth login"  # of huggingface_hub, which comes with Gradio
    assert any(each.name == "hf" for each in entry_points(group="console_scripts"))
    program, arguments = put.split(" -m demo.deploy ")
    assert program == ".venv/bin/python"
    deploy.check(deploy.make_parser().parse_args(arguments.split()))


def version(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")))


@pytest.mark.parametrize("command", [DEMO_COMMAND, TEST_COMMAND])
def test_the_two_commands_are_one_line_each_and_name_what_exists(command: str) -> None:
    assert "\n" not in command
    setup, install, start = command.split(" && ")
    assert setup == "python3 -m venv .venv"
    listed = re.findall(r"-r (\S+)", install)
    assert install == f".venv/bin/pip install {' '.join(f'-r {path}' for path in listed)}"
    assert "requirements.txt" in listed
    assert all((ROOT / path).is_file() for path in listed)
    assert start in (".venv/bin/python app.py --open", ".venv/bin/python -m tests --install")


def test_requirements_state_their_reasons() -> None:
    pattern = r"[\w-]+(\[\w+\])?([>=]=[\d.]+(,<[\d.]+)?)? +# \S.+"
    for name in ("requirements.txt", "tests/requirements.txt"):
        for line in (ROOT / name).read_text().splitlines():
            assert line.startswith("#") or re.fullmatch(pattern, line) or " @ file:///" in line, line


def test_the_run_command_is_a_valid_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    program, arguments = RUN_COMMAND.split(" -m nst_core ")
    assert program == ".venv/bin/python"
    job = read_job(arguments.split())
    assert job.content.is_file()
    assert all(style.is_file() for style in job.paths(Role.STYLE))


@pytest.mark.slow
def test_every_option_exists_and_every_option_of_the_command_line_is_told() -> None:
    app = subprocess.run([sys.executable, "app.py", "--help"], cwd=ROOT, capture_output=True, text=True, check=True)
    known = options_in(options.make_parser().format_help() + options.make_reconstruct_parser().format_help())
    told = options_in(re.sub(r"`ray [^`]+`", "", TEXT.replace(DEMO_COMMAND, "").replace(TEST_COMMAND, "")))
    of_deploy = options_in(deploy.make_parser().format_help()) - {"--help"}
    assert told <= known | options_in(app.stdout) | of_deploy
    assert of_deploy <= told
    assert {name for name in known if not name.startswith("--no-")} <= told | {"--version"}
    assert "--open" in options_in(app.stdout)
    assert "NST_HOST" in app.stdout
    assert "NST_PORT" in app.stdout


def test_the_options_with_values_in_the_text_are_valid() -> None:
    examples = re.findall(r"`(--[a-z-]+ [^`]+)`", TEXT.replace("\n", " "))
    assert examples
    of_the_engine = options_in(options.make_parser().format_help())
    for example in examples:
        if example.split()[0] not in of_the_engine:
            parse(example.split())
        else:
            read_job(["photo.jpg", "painting.jpg", "-o", "out.png", *example.split()])


def test_the_examples_of_the_command_line_are_valid() -> None:
    examples, _ = (block.splitlines() for block in BLOCKS)
    assert len(examples) > 5
    for example in examples:
        program, arguments = example.split(" -m nst_core ")
        assert program == "python"
        given = options.read_options(arguments.split())
        TransferConfig(**given.config)
        if {"recipe", "resume"} & given.others.keys():
            continue
        read_job(arguments.split())


def options_in(text: str) -> set[str]:
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text))


def test_the_paths_in_the_text_exist() -> None:
    tree = TEXT.split("## Where things are")[1].split("```")[1].strip("\n")
    folder = Path()
    for line in tree.splitlines():
        entry = line.split()[0]
        folder = folder if line.startswith(" ") else Path(entry)
        path = ROOT / (folder / entry if line.startswith(" ") else folder)
        assert path.exists(), line
    for path_in_text in re.findall(r"`([\w/]+/[\w.]+|LICENSE)`", TEXT):
        assert (ROOT / path_in_text).exists(), path_in_text


@pytest.mark.weights
def test_the_python_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = transfer.stylize

    def small(content: Any, styles: Any, config: TransferConfig) -> Iterator[transfer.Step]:
        return real(content, styles, replace(config, size=48, steps=2, scales=1))

    monkeypatch.setattr(transfer, "stylize", small)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    exec(compile(CORE_SCRIPT, "README.md", "exec"), {})
    assert (tmp_path / "out.png").is_file()
    assert capsys.readouterr().out.startswith("1/2  (48, 32)  loss ")


def test_the_client_example_fits_the_endpoint() -> None:
    (submit,) = [
        node
        for node in ast.walk(ast.parse(CLIENT_SCRIPT))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "submit"
    ]
    given = {keyword.arg for keyword in submit.keywords} - {"api_name"}
    pictures = set(inspect.signature(endpoints.Endpoints.stylize).parameters) - {"self", "request", "settings"}
    assert given <= pictures | BY_NAME.keys()


def test_ci_runs_the_same_command(tmp_path: Path) -> None:
    script = tmp_path / ".ci/run"
    script.parent.mkdir()
    shutil.copy(ROOT / ".ci/run", script)
    assert os.access(script, os.X_OK)

    def run(readme: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "README.md").write_text(readme)
        return subprocess.run([str(script)], cwd=ROOT, capture_output=True, text=True)

    def harmless(end: str) -> str:
        return f"python3 -m venv --help > /dev/null && {end} && echo ran -m tests --install\n"

    assert re.findall(r"^python3 -m venv .+ -m tests --install$", TEXT, re.MULTILINE) == [TEST_COMMAND]
    assert run(f"text\n{harmless('true')}text").stdout == "ran -m tests --install\n"
    assert run(harmless("false")).returncode == 1
    assert run("no command").returncode == 1
    assert run(harmless("true") * 2).returncode == 1
