"""What is there for whoever carries on: the workflow and the hooks run the check, and the documents' links hold."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from nst_core.version import __version__
from tests import __main__ as check
from tests.support.paths import ROOT
from tests.support.project import python_versions

FORMS = sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("[!c]*.yml"))


def read(name: str | Path) -> Any:
    return yaml.safe_load((ROOT / name).read_text("utf-8"))


def test_the_workflow_runs_the_readme_s_check_on_every_python() -> None:
    workflow = read(".github/workflows/check.yml")
    job = workflow["jobs"]["check"]
    assert job["steps"][-1]["run"] == ".ci/run"  # which runs what the README says: see test_readme
    assert job["strategy"]["matrix"]["python"] == python_versions()
    (tested,) = job["strategy"]["matrix"]["include"]  # beside the newest versions, those of a release
    assert tested["python"] in python_versions()
    assert (ROOT / tested["constraints"]).is_file()
    assert "matrix.constraints" in job["steps"][-1]["env"]["PIP_CONSTRAINT"]
    assert workflow["permissions"] == {"contents": "read"}
    assert workflow["concurrency"]["cancel-in-progress"] is True
    listed = [step["with"]["cache-dependency-path"] for step in job["steps"] if "setup-python" in step.get("uses", "")]
    assert all((ROOT / path).is_file() for path in listed[0].split())


def test_a_release_goes_to_the_space_that_the_repository_names() -> None:
    workflow = read(".github/workflows/space.yml")
    job, triggers = workflow["jobs"]["space"], workflow[True]  # YAML takes "on" for yes
    assert triggers["release"] == {"types": ["published"]}
    assert job["if"] == "vars.SPACE != ''"
    assert job["steps"][-1]["run"] == 'python -m demo.deploy "$SPACE"'
    assert set(job["steps"][-1]["env"]) == {"SPACE", "HF_TOKEN"}
    assert workflow["permissions"] == {"contents": "read"}


def test_a_commit_is_checked_by_the_check_s_own_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    (repository,) = read(".pre-commit-config.yaml")["repos"]
    assert repository["repo"] == "local"
    (hook,) = repository["hooks"]
    assert (hook["language"], hook["pass_filenames"]) == ("system", False)
    program, *arguments = shlex.split(hook["entry"])
    assert program == ".venv/bin/python"  # where the README's command installs the programs
    assert arguments[:2] == ["-m", "tests"]
    ran: list[Any] = []
    monkeypatch.setattr(check, "run", lambda checks: ran.extend(checks) or 0)
    assert check.main(arguments[2:]) == 0
    assert ran == [*check.CHECKS]


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_issue_forms_ask_something_that_can_be_answered(path: Path) -> None:
    form = read(path)
    assert {"name", "description", "body"} <= form.keys()
    kinds = {each["type"] for each in form["body"]}
    assert kinds <= {"markdown", "textarea", "input", "dropdown", "checkboxes"}
    names = [each["id"] for each in form["body"]]
    assert len(names) == len(set(names))
    assert all(each["attributes"]["label"] for each in form["body"])
    assert any(each.get("validations", {}).get("required") for each in form["body"])


def test_there_are_forms_for_bugs_and_ideas() -> None:
    assert {path.stem for path in FORMS} == {"bug", "idea"}
    asked = {each["id"] for each in read(".github/ISSUE_TEMPLATE/bug.yml")["body"]}
    assert {"plan", "versions"} <= asked


def test_the_changelog_knows_this_version_and_keeps_its_form() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    releases = re.findall(r"^## \[(.+?)\] - (\d{4}-\d\d-\d\d|unreleased)$", text, re.MULTILINE)
    assert releases[0][0] == __version__
    assert len(releases) == len(re.findall(r"^## ", text, re.MULTILINE))
    headings = re.findall(r"^### (.+)$", text, re.MULTILINE)
    assert set(headings) <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


DOCUMENTS = [ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_the_paths_in_a_document_exist(path: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", path.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    found = re.findall(r"`((?:nst_core|demo|tests|examples|\.github|\.ci)/[\w/.-]*)`", text)
    found += re.findall(r"\]\((?!https?:)([^)#]+)\)", text)
    missing = [name for name in found if not (ROOT / name).exists()]
    assert not missing


def test_the_tree_in_the_architecture_has_every_folder() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    (tree,) = re.findall(r"^```tree\n(.+?)^```$", text, re.MULTILINE | re.DOTALL)
    told = set[str]()
    parents: list[str] = []
    for line in tree.splitlines():
        indent, entry = len(line) - len(line.lstrip()), line.split()[0]
        parents = [*parents[: indent // 2], entry]
        told.add("".join(parents))
    assert all((ROOT / name).exists() for name in told)
    packages = {path.parent.relative_to(ROOT).as_posix() for path in ROOT.glob("*/**/__init__.py")}
    ours = {name for name in packages if name.split("/")[0] in ("nst_core", "demo")}
    assert {f"{name}/" for name in ours} <= told
