"""The notebook for Google Colab runs as it stands, in small and without Colab's own widgets."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode
from PIL import Image

from demo.options.parsing import parse
from tests.support.paths import ROOT

PATH = ROOT / "examples/colab.ipynb"
SMALL = {"REPOSITORY": str(ROOT), "SIZE": 64, "STEPS": 3}


@pytest.fixture
def notebook() -> NotebookNode:
    read: NotebookNode = nbformat.read(PATH, as_version=4)
    return read


def cell(notebook: NotebookNode, name: str) -> NotebookNode:
    found: NotebookNode
    (found,) = (each for each in notebook.cells if each.id == name)
    return found


def texts(of: NotebookNode) -> str:
    return "".join(output.text for output in of.outputs if output.output_type == "stream")


@pytest.mark.weights
@pytest.mark.slow
def test_it_paints_the_examples_and_shows_them_coming(notebook: NotebookNode, tmp_path: Path) -> None:
    settings = cell(notebook, "settings")
    for name, value in SMALL.items():
        settings.source, changed = re.subn(
            rf"^{name} = .*$", f"{name} = {value!r}", settings.source, flags=re.MULTILINE
        )
        assert changed == 1
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert (tmp_path / "neural-style-transfer/app.py").is_file()
    with Image.open(tmp_path / "painted.png") as painted:
        assert max(painted.size) == 64
    assert "3 steps" in texts(cell(notebook, "paint"))
    (shown,) = (each for each in cell(notebook, "paint").outputs if each.output_type == "display_data")
    assert "image/png" in shown.data
    assert texts(cell(notebook, "download")).strip() == str(tmp_path / "painted.png")
    assert len(cell(notebook, "pictures").outputs) == 2


def test_it_is_kept_without_what_it_printed(notebook: NotebookNode) -> None:
    nbformat.validate(notebook)
    cells = [each for each in notebook.cells if each.cell_type == "code"]
    assert not any(each.outputs or each.execution_count for each in cells)


def test_the_page_is_started_by_options_that_there_are(notebook: NotebookNode) -> None:
    lists = [node for node in ast.walk(ast.parse(cell(notebook, "page").source)) if isinstance(node, ast.List)]
    words = [each.value for each in lists[0].elts if isinstance(each, ast.Constant)]
    options = parse(words[words.index("app.py") + 1 :])
    assert options.share
    assert options.public
