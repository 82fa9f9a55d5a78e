"""The benchmarks run, all compare the same loss, and their arithmetic is right. How long anything takes isn't asked."""

from __future__ import annotations

import importlib
import importlib.util
import math
import os
import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from nst_core.config import Normalization, TransferConfig
from nst_core.execution import Precision
from nst_core.loss.objective import Objective
from nst_core.network.vgg import VGG
from nst_core.scene.scene import build_scene, gather
from tests.benchmarks import bombs, mutations
from tests.benchmarks.__main__ import compare, read_options
from tests.benchmarks.contestants import contestants
from tests.benchmarks.draw import main as draw_table
from tests.benchmarks.gradient import make_table
from tests.benchmarks.judge import Pair
from tests.benchmarks.peers import CONTENT_WEIGHT, pastiche_artist, run_pystiche
from tests.benchmarks.plain_loop import PlainLoss, plain_loop
from tests.benchmarks.race import Point, Run, race
from tests.benchmarks.table import Report, make_rows
from tests.benchmarks.task import Task, make_task
from tests.benchmarks.work import evaluation_flops
from tests.support.bombs import BOMBS, Scale
from tests.support.networks import tiny_network
from tests.support.pictures import smooth_picture

FOLDER = Path(__file__).parent
TINY = TransferConfig(size=48, content_layers=("relu2_2",), style_layers=("relu1_1", "relu2_1", "relu3_1"))
PAIR = Pair("blobs x blobs", smooth_picture(64, 48, seed=1), smooth_picture(50, 60, seed=2))

# The shortest run of each; the others are libraries of these.
SMOKE = {
    "__main__": "--sizes 48 --rounds 1 --steps 2 --every 1 --only plain,ours",
    "convolutions": "--sides 4 --trials 1 --channels 64",
    "evaluations": "--size 48 --steps 2 --pairs 1 --preset-size 48 --preset-steps 2",
    "forecasts": "--sizes 48 --steps 2",
    "gradient": "--sizes 48 --rounds 1",
    "scales": "--size 192 --steps 4 --pairs 1 --scales 1,2",
    "streaming": "--sizes 128 --seconds 0.1 --rounds 1",
    "strength": "--sizes 48 --steps 2 --pairs 1 --strengths 50",
    "style_losses": "--rounds 1 --channels 64",
    "visitors": "--cards 2 --visitors 40 --record 27",
}
PICTURES = {"draw"}
OF_FILES = {"bombs", "mutations"}
ON_A_SERVER = {"hostile_calls", "load"}  # tests/demo/visitors/test_programs.py and test_crowd.py, which have one
ON_A_CLUSTER = {"cluster"}  # a minute, most of it Ray's; tests/demo/jobs/ray/test_runner.py does what it does


def tiny_task(config: TransferConfig = TINY) -> Task:
    return make_task(PAIR, config, tiny_network, steps=3)


def numbers_in(table: str) -> list[float]:
    """All that stands in cells of their own."""
    return [float(cell) for cell in re.findall(r"(?<=\s)-?(?:\d+\.?\d*(?:e[+-]\d+)?|nan|inf)(?=\s)", table)]


def test_every_benchmark_is_tried_here() -> None:
    files = set(FOLDER.glob("*.py")) - set(FOLDER.glob("test_*.py"))
    programs = {path.stem for path in files if "def main(" in path.read_text()}
    assert programs == SMOKE.keys() | PICTURES | OF_FILES | ON_A_SERVER | ON_A_CLUSTER


@pytest.mark.weights
@pytest.mark.parametrize("name", SMOKE)
def test_a_short_run_prints_finite_numbers(
    name: str, vgg19: VGG, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = importlib.import_module(f"tests.benchmarks.{name}")
    if hasattr(module, "load_vgg19") and name != "__main__":  # whose processes load their own
        monkeypatch.setattr(module, "load_vgg19", lambda *_: vgg19)
    monkeypatch.setattr(sys, "argv", [name, *SMOKE[name].split()])
    module.main()
    printed = capsys.readouterr().out
    numbers = numbers_in(printed)
    assert len(numbers) > 3
    assert all(map(math.isfinite, numbers))
    assert "failed" not in printed


@pytest.mark.slow
def test_a_race_of_processes() -> None:
    options = read_options(["--sizes=48", "--rounds=1", "--steps=4", "--every=2", "--only=plain,ours zero-border"])
    report = compare(options, TINY, tiny_network)
    plain, ours = report.rows
    assert [(row.size, row.name) for row in report.rows] == [(48, "plain"), (48, "ours zero-border")]
    assert not report.failures
    assert (plain.ratio, plain.loss_ratio) == (1.0, 1.0)
    assert ours.ratio == pytest.approx(ours.seconds / plain.seconds)
    assert all(row.seconds > 0 and row.teraflops > 0 and row.memory > 50 for row in report.rows)  # torch alone is more


@pytest.mark.slow
def test_what_stops_a_contestant_is_told_in_one_line() -> None:
    with pytest.raises(RuntimeError, match=r"^KeyError: 'nobody'$"):
        race("nobody", tiny_task(), 1, lambda image: 1.0, None)


def test_who_cannot_take_part_is_told_below_the_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stand_in(name: str, *_: object) -> Run:
        if name == "pastiche":
            raise RuntimeError("ImportError: it isn't there")
        return run_of(8.0, 2.0)

    monkeypatch.setattr("tests.benchmarks.__main__.race", stand_in)
    report = compare(read_options(["--sizes=48", "--rounds=2", "--only=plain,pastiche"]), TINY, tiny_network)
    assert [row.name for row in report.rows] == ["plain"]
    assert report.text().endswith("|\nfailed: pastiche at 48 px: ImportError: it isn't there")
    assert capsys.readouterr().err.count("pastiche") == 1  # not tried again


def test_unknown_names_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read_options(["--only", "plain,nobody"])
    assert "no contestant nobody; there are plain, " in capsys.readouterr().err


@pytest.mark.parametrize("normalization", Normalization)
def test_the_plain_loss_is_the_engines(normalization: Normalization) -> None:
    task = tiny_task(replace(TINY, normalization=normalization, strength=30.0, style_layer_weights=(1.0, 2.0, 3.0)))
    scene = build_scene(
        gather(task.photo, task.painting, (), None, task.config), task.photo.size, task.config, torch.device("cpu")
    )
    objective, plain = Objective(tiny_network(), scene, task.config), PlainLoss(task)
    for image in (scene.photo, torch.rand(scene.photo.shape, generator=torch.Generator().manual_seed(0))):
        leaf = image.clone().requires_grad_()
        losses, gradient = objective.evaluate(image)
        loss = plain(leaf)
        torch.testing.assert_close(loss.detach(), losses.total, rtol=1e-4, atol=0)
        (expected,) = torch.autograd.grad(loss, leaf)
        assert float((gradient - expected).norm() / expected.norm()) < 1e-4


@pytest.mark.weights
def test_pastiche_lowers_a_multiple_of_the_same_loss(vgg19: VGG) -> None:
    config = TransferConfig(size=48, content_layers=("relu4_2",), style_layer_weights=(1.0, 2.0, 3.0, 4.0, 5.0))
    task = make_task(PAIR, config, lambda: vgg19, steps=1)
    loss = PlainLoss(task)
    artist = pastiche_artist(task, loss)
    scale = CONTENT_WEIGHT / loss.contents["relu4_2"].multiplier
    assert artist.loss == pytest.approx(scale * loss(loss.photo).item(), rel=1e-3)


@pytest.mark.skipif(importlib.util.find_spec("pystiche") is None, reason="pystiche isn't installed")
def test_pystiche_goes_the_way_of_the_plain_loop() -> None:
    images = zip(run_pystiche(tiny_task()), plain_loop(tiny_task()), strict=False)
    for _, (its, plains) in zip(range(3), images, strict=False):
        torch.testing.assert_close(its, plains, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("name", ["plain", "plain channels-last", "ours", "ours zero-border", "ours coarse-to-fine"])
def test_contestants_go_on_for_ever_and_lower_the_loss(name: str) -> None:
    task = tiny_task(replace(TINY, size=128))
    loss, images = PlainLoss(task), contestants("cpu")[name](task)
    taken = [next(images).clone() for _ in range(2 * task.steps + 2)]
    sizes = [tuple(image.shape[-2:]) for image in taken]
    assert sizes[-1] == (96, 128)
    assert (sizes[0] == (96, 128)) is (name != "ours coarse-to-fine")
    with torch.no_grad():
        assert loss(taken[-1].clamp(0, 1)) < 0.9 * loss(loss.photo)


def test_cards_have_more_contestants_and_other_precisions_change_little() -> None:
    assert contestants("cuda:0").keys() > contestants("cpu").keys()
    images = plain_loop(tiny_task(), precision=Precision.BFLOAT16), plain_loop(tiny_task())
    rough, fine = (next(image) for image in images)
    assert 0 < float((rough - fine).abs().max()) < 0.01


def test_the_arithmetic_is_what_torch_counts() -> None:
    task, network = tiny_task(), tiny_network()
    loss = PlainLoss(task)
    image = loss.photo.clone().requires_grad_()
    with FlopCounterMode(display=False) as counter:
        loss(image).backward()
    # Its backward of a Gram matrix is two products, where the sum of the two factors would do with one.
    shapes = ((4, 48 * 36), (6, 24 * 18), (8, 12 * 9))
    extra = sum(2 * channels**2 * positions for channels, positions in shapes)
    assert evaluation_flops(network, task.photo.size, task.config) + extra == counter.get_total_flops()


def run_of(*losses: float, seconds: float = 1.0, memory: float = 100.0) -> Run:
    """A look every two evaluations of so many seconds."""
    return Run(seconds, memory, tuple(Point(2 * n, 2 * n * seconds, loss) for n, loss in enumerate(losses)))


def test_the_time_to_a_loss_is_read_between_the_looks() -> None:
    run = run_of(16.0, 4.0, 1.0, seconds=3.0)
    assert run.seconds_to(4.0) == pytest.approx(6.0)
    assert run.seconds_to(2.0) == pytest.approx(9.0)
    assert run.seconds_to(1.0) == pytest.approx(12.0)
    assert run.seconds_to(0.5) == math.inf
    assert run_of(16.0, 20.0, 1.0).seconds_to(16.5) == pytest.approx(4.0 - 2 * math.log(16.5) / math.log(20.0))
    assert run_of(16.0, math.inf, math.inf, 1.0, 0.5).seconds_to(8.0) == 6.0  # small pictures aren't judged
    assert run_of(16.0, math.nan, 1.0).seconds_to(2.0) == 4.0


def test_rows_are_medians_and_ratios_to_the_faster_plain_loop() -> None:
    rounds = [
        {
            "plain": run_of(8.0, 4.0, 2.0, seconds=4.0 * slowness),
            "plain channels-last": run_of(8.0, 4.0, 2.0, seconds=2.0 * slowness),
            "ours": run_of(8.0, 2.0, seconds=1.0 * slowness, memory=70.0 + slowness),
            "late": run_of(8.0, 7.0, seconds=1.0),
        }
        for slowness in (1.0, 10.0, 2.0)
    ]
    rows = {row.name: row for row in make_rows(256, rounds, flops=int(8e12))}
    assert (rows["plain"].ratio, rows["plain"].loss_ratio) == (2.0, 2.0)
    assert (rows["plain channels-last"].ratio, rows["plain channels-last"].seconds_to_loss) == (1.0, 16.0)
    assert (rows["ours"].seconds, rows["ours"].ratio, rows["ours"].memory) == (2.0, 0.5, 72.0)
    assert (rows["ours"].seconds_to_loss, rows["ours"].loss_ratio) == (4.0, 0.25)
    assert (rows["late"].seconds_to_loss, rows["late"].loss_ratio) == (None, None)
    assert rows["ours"].teraflops == pytest.approx(4.0)
    (alone,) = make_rows(256, [{"ours": run_of(8.0, 2.0)}], flops=1)
    assert (alone.ratio, alone.seconds_to_loss) == (None, None)


def test_a_report_is_a_table_a_file_and_a_picture(tmp_path: Path) -> None:
    rounds = [{"plain": run_of(8.0, 2.0, seconds=0.5), "ours": run_of(8.0, 3.0, seconds=0.25, memory=150.0)}]
    rows = (*make_rows(256, rounds, flops=10**10), *make_rows(512, rounds, flops=10**11))
    report = Report({"machine": "a card"}, rows, ("pystiche at 256 px: no",), peak=2.0)
    path = tmp_path / "table.json"
    report.write(path)
    assert Report.read(path) == report
    lines = report.text().splitlines()
    assert lines[0] == "machine: a card"
    assert [cell.strip() for cell in lines[5].split("|")[1:-1]] == [
        "256 px", "ours", "0.25", "0.50", "–", "–", "150", "0.04 (2%)",
    ]  # fmt: skip
    assert len({len(line) for line in lines[2:-1]}) == 1
    for name in ("a.svg", "b.svg", "c.png"):
        draw_table([str(path), "-o", str(tmp_path / name)])
    drawn = (tmp_path / "a.svg").read_text()
    assert drawn == (tmp_path / "b.svg").read_text()
    found = re.findall("<!-- (.*?) -->", drawn)
    assert {"plain", "ours", "256 px", "512 px", "0.50", "1.50", "–"} <= set(found)


def test_the_table_of_layers(network: VGG) -> None:
    table = make_table(tiny_task(), network, rounds=1)
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()[2:]]
    assert [row[0] for row in rows] == [
        "conv1_1", "conv1_2", "conv2_1", "conv2_2", "conv3_1", "all of them", "the whole",
    ]  # fmt: skip
    assert rows[2][1:4] == ["4 -> 6", "24x18", "1"]
    assert all(float(cell) > 0 for row in rows for cell in row[5::2])


def test_damaged_files_are_read_or_refused(tmp_path: Path) -> None:
    found = [outcome for outcome, _ in mutations.outcomes(45, 1, tmp_path)]
    assert not [outcome for outcome in found if outcome.is_fault]
    assert {outcome.word for outcome in found} == {"read", "refused"}
    rows = mutations.table(found).splitlines()
    assert len(rows) == 2 + len({outcome.kind for outcome in found})


def test_a_reader_that_a_file_ends_is_a_fault_and_the_next_file_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setattr(mutations, "KILLED_AFTER", 0.3)
    os.mkfifo(tmp_path / "file.png")
    (tmp_path / "file.json").write_bytes(mutations.seeds(tmp_path)["json"])
    reader = mutations.Reader()
    request.addfinalizer(reader.close)
    ended = reader.read("png", tmp_path / "file.png")
    assert (ended.word, ended.is_fault) == ("its process ended", True)
    monkeypatch.setattr(mutations, "KILLED_AFTER", 60.0)
    assert reader.read("json", tmp_path / "file.json").word == "read"


def test_bombs_are_taken_or_refused(capsys: pytest.CaptureFixture[str]) -> None:
    small, kinds = ["--megapixels=0.01", "--megabytes=0.02"], ["png rgba", "gif, comment", "png, cut"]
    assert bombs.main([*small, "--only", *kinds]) == 0
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in capsys.readouterr().out.splitlines()[2:5]]
    assert [row[:2] for row in rows] == [
        ["png rgba", "taken"],
        ["gif, comment", "taken"],
        ["png, cut", "Photo: the picture is damaged or cut off; save or download it again."],
    ]


def test_what_takes_too_much_is_a_fault() -> None:
    well = bombs.Outcome("png", 100, "taken", head=1, seconds=3, process=500_000_000, page=50_000_000, recipe=1)
    assert not well.is_fault
    much = ({"head": 3}, {"recipe": 3}, {"seconds": 30}, {"process": 2_000_000_000}, {"page": 200_000_000})
    assert all(replace(well, **each).is_fault for each in (*much, {"word": "It is damaged."}))


def test_each_bomb_is_a_file() -> None:
    assert all(make(Scale(100 * 100, 20_000)) for make in BOMBS.values())


def test_requirements_state_their_reasons() -> None:
    for line in (FOLDER / "requirements.txt").read_text().splitlines():
        assert line.startswith("#") or re.fullmatch(r"[\w-]+([>=]=[\d.]+)? +# \S.+", line), line
