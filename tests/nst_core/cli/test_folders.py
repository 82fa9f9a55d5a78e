"""Every photo after every painting: what is painted, skipped, refused and told."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from nst_core.cli.main import main
from nst_core.config import TransferConfig
from nst_core.recipe import Role, read_recipe
from tests.support.networks import tiny_network
from tests.support.pictures import smooth_picture
from tests.support.terminal import (
    MACHINE,
    Before,
    Terminal,
    at,
    engine,
    hollow_network,
    nothing,
    open_terminal,
    raising,
    work_on,
)

SMALL = ("--size", "48", "--steps", "4", "--scales", "1")
ALL = ["out/a_x.png", "out/a_y.png", "out/b_x.png", "out/b_y.png"]


class Folders:
    """A folder with the photos a.jpg and b.png, the paintings x.png and y.jpg, and what else lies about."""

    def __init__(self, terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
        self.terminal, self.monkeypatch = terminal, monkeypatch
        self.steps: list[int] = []
        for seed, name in enumerate(("photos/b.png", "photos/a.jpg", "styles/x.png", "styles/y.jpg")):
            Path(name).parent.mkdir(exist_ok=True)
            smooth_picture(64, 48, seed).save(name)
        Path("notes.txt").write_text("not a picture")
        shutil.copy("photos/b.png", "photos/.hidden.png")
        Path("photos/more.png").mkdir()

    def __call__(self, *options: object, before: Before = nothing) -> tuple[int, str]:
        def counting(index: int) -> None:
            self.steps.append(index)
            before(index)

        self.steps.clear()
        self.monkeypatch.setattr("nst_core.transfer.Transfer", engine(counting))
        return self.terminal(*(options or ("photos", "styles", "-o", "out")), *SMALL)

    def results(self) -> list[str]:
        return [name for name in self.terminal.files() if name.startswith("out/")]


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Folders:
    monkeypatch.setattr("nst_core.network.vgg.load_vgg19", lambda weights, pooling: hollow_network())
    return Folders(open_terminal(tmp_path, monkeypatch, capsys), monkeypatch)


def never(index: int) -> None:
    raise AssertionError("a step was taken")


def last(said: str) -> str:
    return said.splitlines()[-1]


def test_every_pair_is_painted(folders: Folders) -> None:
    code, said = folders()
    assert code == 0
    assert folders.results() == ALL
    assert last(said) == "nst_core: painted 4 of 4 pictures in out"
    recipe = read_recipe(Path("out/b_x.png"))
    assert [each.name for each in recipe.ingredients] == ["photos/b.png", "styles/x.png"]
    assert recipe.is_finished


def test_one_bar_counts_all_pairs_by_their_cost(folders: Folders) -> None:
    smooth_picture(64, 64, 9).save("photos/b.png")
    Path("styles/x.png").unlink()
    _, said = folders("photos", "styles", "-o", "out", "--border", "zero")
    shown = [line.split("|")[0].strip() for line in said.replace("\r", "\n").splitlines() if "step 4/4" in line]
    assert shown[0] == "43%"  # 48 x 36 pixels, and 48 x 48 to come
    assert shown[-1] == "100%"
    assert "1/2 a_y.png, step 4/4" in said
    assert "2/2 b_y.png, step 4/4" in said


def test_the_plan_of_all_pairs(folders: Folders) -> None:
    said = folders()[1]
    assert said.startswith("nst_core: 4 pictures on 2 CPU cores: about ")
    Path("out/b_x.png").unlink()
    Path("out/a_y.png").unlink()
    Path("styles/y.jpg").write_bytes(b"")
    folders.monkeypatch.setattr("nst_core.transfer.Transfer", engine(never))
    first, *lines = folders.terminal.plans("photos", "styles", "-o", "out", *SMALL).splitlines()
    assert first.startswith("1 picture on 2 CPU cores: about ")
    assert [line.split()[:2] for line in lines] == [["a_y.png", "can't"], ["b_x.png", "48x36"], ["b_y.png", "can't"]]


def test_a_plan_makes_no_folder(folders: Folders) -> None:
    folders.monkeypatch.setattr("nst_core.transfer.Transfer", engine(never))
    said = folders.terminal.plans("photos", "styles", "-o", "later", *SMALL)
    assert len(said.splitlines()) == 5
    assert not Path("later").exists()


def test_too_little_memory_is_each_pairs_own_failure(folders: Folders) -> None:
    work_on(replace(MACHINE, free=50_000_000), folders.monkeypatch)
    code, said = folders()
    assert code == 1
    assert folders.results() == []
    assert "4 failed" in last(said)
    assert "smallest blocks" in said


def test_a_photo_and_files_among_folders(folders: Folders) -> None:
    assert folders("photos/a.jpg", "styles", "photos/b.png", "styles/x.png", "-o", "out")[0] == 0
    assert folders.results() == ["out/a_b.png", "out/a_x.png", "out/a_y.png"]  # no painting twice
    assert folders("photos", "styles/x.png", "styles/y.jpg", "-o", "out")[0] == 0
    assert folders.results() == sorted(["out/a_b.png", *ALL])  # each pair one picture, no blend


def test_each_is_what_it_would_be_alone(folders: Folders) -> None:
    for module in ("transfer", "network.vgg"):
        folders.monkeypatch.setattr(f"nst_core.{module}.load_vgg19", lambda weights, pooling: tiny_network(pooling))
    options = ("--content-layers", "relu2_1", "--style-layers", "relu1_1,relu3_1", *SMALL)
    assert folders.terminal("photos", "styles", "-o", "out", *options)[0] == 0
    assert folders.terminal("photos/b.png", "styles/y.jpg", "-o", "alone.png", *options)[0] == 0
    assert folders.terminal.bytes("out/b_y.png") == folders.terminal.bytes("alone.png")


def test_intermediates_are_named_after_the_pair(folders: Folders) -> None:
    assert folders("photos/a.jpg", "styles", "-o", "out", "--save-every", 3)[0] == 0
    assert folders.results() == ["out/a_x-0003.png", "out/a_x.png", "out/a_y-0003.png", "out/a_y.png"]


def test_a_quiet_run_that_went_well_says_nothing(folders: Folders) -> None:
    _, said = folders("photos", "styles", "-o", "out", "-q")
    assert [line for line in said.splitlines() if line.startswith("nst_core")] == []


# Again


def test_what_is_finished_is_skipped(folders: Folders) -> None:
    folders()
    Path("out/a_y.png").unlink()
    kept = folders.terminal.bytes("out/a_x.png")
    code, said = folders()
    assert code == 0
    assert folders.steps == [1, 2, 3, 4]
    assert last(said) == "nst_core: painted 1 of 4 pictures in out; 3 were there already"
    assert folders.results() == ALL
    assert folders.terminal.bytes("out/a_x.png") == kept


def test_what_would_be_another_picture_is_painted_anew(folders: Folders) -> None:
    folders()
    smooth_picture(64, 48, 8).save("photos/a.jpg")
    assert "painted 2 of 4" in last(folders()[1])
    assert "painted 4 of 4" in last(folders("photos", "styles", "-o", "out", "--seed", 5)[1])
    assert "painted 4 of 4" in last(folders("photos", "styles", "-o", "out", "--seed", 5, "--depth", 16)[1])
    Image.open("out/b_y.png").save("out/b_x.png")  # without its recipe
    assert "painted 1 of 4" in last(folders("photos", "styles", "-o", "out", "--seed", 5, "--depth", 16)[1])
    Path("out/b_x.png").write_bytes(b"no picture")
    assert "painted 1 of 4" in last(folders("photos", "styles", "-o", "out", "--seed", 5, "--depth", 16)[1])


def test_the_settings_may_come_from_a_recipe(folders: Folders) -> None:
    folders("photos/a.jpg", "styles/x.png", "-o", "one.png", "--seed", 5)
    options = ("--recipe", "one.png", "photos", "styles", "-o", "out")
    assert folders.terminal(*options)[0] == 0
    assert read_recipe(Path("out/b_y.png")).config == TransferConfig(size=48, steps=4, scales=1, seed=5)
    assert "4 were there already" in last(folders.terminal(*options)[1])
    half = ("--recipe", "one-0002.png", "photos", "styles", "-o", "out")
    folders("photos/a.jpg", "styles/x.png", "-o", "one.png", "--seed", 5, "--save-every", 2)
    assert "painted 4 of 4" in last(folders.terminal(*half)[1])
    assert folders.terminal.level("out/b_y.png") == 2
    assert "4 were there already" in last(folders.terminal(*half)[1])


# Not all goes well


def test_a_failure_does_not_end_the_rest(folders: Folders) -> None:
    whole = Path("styles/y.jpg").read_bytes()
    Path("styles/y.jpg").write_bytes(whole[: len(whole) - 200])  # its size can still be read
    code, said = folders()
    assert code == 1
    assert folders.results() == ["out/a_x.png", "out/b_x.png"]
    lines = [line for line in said.splitlines() if line.startswith("nst_core")]
    assert lines[1].startswith("nst_core: no a_y.png, b_y.png: styles/y.jpg is damaged or cut off")
    assert lines[2:] == ["nst_core: painted 2 of 4 pictures in out; 2 failed"]
    assert "100%|" in said


def test_many_failures_of_one_cause_are_one_line(folders: Folders) -> None:
    for name in "cdefg":
        shutil.copy("photos/a.jpg", f"photos/{name}.jpg")
    Path("styles/x.png").write_bytes(b"")
    code, said = folders("photos", "styles/x.png", "-o", "out")
    assert code == 1
    lines = [line for line in said.splitlines() if line.startswith("nst_core")]
    assert lines[0].startswith("nst_core: no a_x.png, b_x.png, c_x.png and 4 more: styles/x.png is empty")
    assert lines[1] == "nst_core: painted 0 of 7 pictures in out; 7 failed"


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("out of memory"), KeyError("a bug"), OSError(5, "disk")])
@pytest.mark.parametrize("index", [1, 3])
def test_an_error_of_the_engine(folders: Folders, error: Exception, index: int) -> None:
    def fail_once(current: int) -> None:
        if folders.steps == [*range(1, index + 1)] and current == index:
            raise error

    code, said = folders(before=fail_once)
    assert code == 1
    assert folders.results() == (ALL[1:] if index == 1 else ALL)
    lines = [line for line in said.splitlines() if line.startswith("nst_core")]
    what = "out of memory" if "memory" in f"{error}{error!r}".lower() else repr(error)
    assert lines[1].startswith("nst_core: no a_x.png: ")
    assert what in lines[1]
    assert lines[2] == "nst_core: painted 3 of 4 pictures in out; 1 failed"
    assert last(folders()[1]) == "nst_core: painted 1 of 4 pictures in out; 3 were there already"


def test_a_heic_photo_is_not_passed_over(folders: Folders) -> None:
    Path("photos/c.HEIC").write_bytes(b"\0\0\0\x18ftypheic" + bytes(40))
    folders.monkeypatch.setitem(sys.modules, "pillow_heif", None)
    code, said = folders()
    assert code == 1
    assert "photos/c.HEIC can't be read: a HEIC photo needs the package pillow_heif" in said


def test_an_interrupt_keeps_what_is_done(folders: Folders) -> None:
    def interrupt(current: int) -> None:
        if len(folders.steps) == 6:
            os.kill(os.getpid(), signal.SIGINT)

    code, said = folders(before=interrupt)
    assert code == 130
    assert last(said) == "nst_core: painted 1 of 4 pictures in out; stopped with 3 left; the same command goes on"
    assert folders.results() == ALL[:2]
    assert folders.terminal.level("out/a_y.png") == 2  # and no state: it would be in the way of the next run
    assert last(folders()[1]) == "nst_core: painted 3 of 4 pictures in out; 1 were there already"


def test_an_interrupt_between_two_pictures_is_heard(folders: Folders) -> None:
    from nst_core.images.reading import load_image

    loaded: list[Path] = []

    def load(path: Path, **options: Any) -> Image.Image:
        loaded.append(path)
        if len(loaded) == 7:  # four are looked at beforehand
            os.kill(os.getpid(), signal.SIGINT)
        return load_image(path, **options)

    folders.monkeypatch.setattr("nst_core.images.reading.load_image", load)
    code, said = folders()
    assert code == 130
    assert last(said) == "nst_core: painted 1 of 4 pictures in out; stopped with 3 left; the same command goes on"
    assert len(loaded) == 8


@pytest.mark.parametrize("step", [1, 5])
def test_a_second_interrupt_ends_all(folders: Folders, step: int) -> None:
    def interrupt(current: int) -> None:
        if len(folders.steps) == step:
            raising(KeyboardInterrupt())()

    code, said = folders(before=interrupt)
    assert code == 130
    assert last(said).endswith(f"stopped with {4 if step == 1 else 3} left; the same command goes on")


# Refused


@pytest.mark.parametrize(
    ("options", "part"),
    [
        (("photos", "styles", "-o", "out", "--mask", "none", "--mask", "m.png"), "--mask can't be given with folders"),
        (("photos", "styles", "-o", "out", "--style-blend", "1,2"), "--style-blend can't be given with folders"),
        (("photos", "styles", "-o", "out", "--style-scale", "1,2"), "several values of --style-scale can't"),
        (("photos", "styles", "-o", "out", "--clip", "c.mp4"), "--clip can't be given with folders"),
        (("photos", "styles", "-o", "out", "--state", "s.state"), "--state can't be given with folders"),
        (("photos", "styles", "-o", "out", "--within", "photos/b.png"), "--within belongs to one photo"),
        (("photos", "styles", "-o", "out", "--strength-map", "photos/b.png"), "--strength-map belongs to one photo"),
        (("photos/a.jpg", "styles", "-o", "out", "--within", "gone.png"), "gone.png doesn't exist"),
        (("photos", "styles", "-o", "out.png"), "out.png is a picture's name, and a folder goes in"),
        (("photos", "styles", "-o", "notes.txt"), "notes.txt is a file"),
        (("photos", "styles", "-o", "./styles"), "styles is one of the folders that go in"),
        (("photos", "styles", "-o", "notes.txt/out"), "can't be made"),
        (("photos", "styles", "-o", "out", "--device", "cuda:99"), "cuda:99"),
        (("photos", "styles", "-o", "out", "--size", "5"), "size must be between"),
        (("photos", "gone", "-o", "out"), "gone doesn't exist"),
        (("photos/more.png", "styles", "-o", "out"), "the folder photos/more.png holds no pictures"),
    ],
)
def test_what_no_pair_could_be_painted_with(folders: Folders, options: tuple[str, ...], part: str) -> None:
    folders.monkeypatch.setattr("nst_core.transfer.Transfer", engine(never))
    assert part in folders.terminal.refuses(*options)
    assert not Path("out").exists()


def test_what_the_engine_refuses_for_all_is_refused_before_the_first(folders: Folders) -> None:
    layers = ("--content-layers", "relu2_1", "--style-layers", "relu9_9")
    assert "no layer 'relu9_9'" in folders.terminal.refuses("photos", "styles", "-o", "out", *layers)
    assert not Path("out").exists()


def test_names_that_clash_keep_no_other_from_being_painted(folders: Folders) -> None:
    shutil.copy("photos/a.jpg", "photos/A.png")
    code, said = folders()
    assert code == 1
    assert folders.results() == ["out/b_x.png", "out/b_y.png"]
    why = "A.png and a.jpg would give pictures of the same name; rename one of them"
    assert f"nst_core: no A_x.png, A_y.png, a_x.png and 1 more: {why}" in said
    assert last(said) == "nst_core: painted 2 of 6 pictures in out; 4 failed"
    assert main(["photos", "styles", "-o", "out", "--plan", *SMALL]) == 0
    assert why in folders.terminal.capsys.readouterr().err


def test_a_name_may_be_made_of_others_in_two_ways(folders: Folders) -> None:
    Path("photos/b.png").rename("photos/a_b.jpg")
    Path("styles/x.png").rename("styles/b_y.png")
    code, said = folders()
    assert code == 1
    assert folders.results() == ["out/a_b_b_y.png", "out/a_y.png"]
    assert "no a_b_y.png: a.jpg and a_b.jpg would give pictures of the same name" in said


def test_a_painting_twice_is_told_by_its_names(folders: Folders) -> None:
    shutil.copy("styles/y.jpg", "styles/x.jpg")
    code, said = folders()
    assert code == 1
    assert folders.results() == ["out/a_y.png", "out/b_y.png"]
    assert "no a_x.png, b_x.png: x.jpg and x.png would give pictures of the same name" in said


def test_an_intermediate_has_no_name_of_another_result(folders: Folders) -> None:
    shutil.copy("styles/x.png", "styles/x-0002.png")
    code, said = folders("photos", "styles", "-o", "out", "--save-every", "2")
    assert code == 1
    assert "no a_x-0002.png, b_x-0002.png: x-0002.png and x.png would give pictures of the same name" in said
    assert {"out/a_x.png", "out/a_x-0002.png"} <= set(folders.results())
    assert read_recipe(Path("out/a_x-0002.png")).of(Role.STYLE)[0].name == "styles/x.png"
    assert folders("photos", "styles", "-o", "other", "--save-every", "3")[0] == 0


def test_pictures_are_found_by_what_is_in_them(folders: Folders) -> None:
    for name in ("c", "d.jfif", "e.dat"):
        shutil.copy("photos/a.jpg", f"photos/{name}")
    Path("photos/f.psd").write_bytes(b"8BPS\0\1" + bytes(40))
    Path("photos/g").write_bytes(b"")
    Path("photos/notes.txt").write_text("not a picture")
    code, said = folders("photos", "styles/x.png", "-o", "out")
    assert code == 0
    assert folders.results() == [f"out/{name}_x.png" for name in "abcde"]
    for line in (
        "nst_core: passed over in photos: notes.txt: no picture that can be read",
        "nst_core: passed over in photos: f.psd: PSD can't be read here",
        "nst_core: passed over in photos: g: empty",
    ):
        assert line in said.splitlines()


def test_inputs_are_never_replaced(folders: Folders) -> None:
    Path("out").mkdir()
    shutil.copy("photos/a.jpg", "out/a_x.png")
    folders.monkeypatch.setattr("nst_core.transfer.Transfer", engine())
    said = folders.terminal.refuses("photos", "styles", "out/a_x.png", "-o", "out")
    assert "out/a_x.png is one of the pictures that go in" in said


def test_a_mask_of_where_to_paint_goes_with_one_photo(folders: Folders) -> None:
    received: list[dict[str, Any]] = []
    folders.monkeypatch.setattr("nst_core.transfer.Transfer", engine(nothing, received))
    maps = ("--within", "photos/b.png", "--strength-map", "photos/b.png")
    assert folders.terminal("photos/a.jpg", "styles", "-o", "out", *maps, *SMALL)[0] == 0
    for name in ("within", "strength_map"):
        assert [each[name].size for each in received] == [(64, 48)] * 3
    assert [each["extractor"] for each in received] == [received[0]["extractor"]] * 3  # loaded once


def test_what_pictures_cannot_give_is_told_once_before_the_first_of_them(folders: Folders) -> None:
    Image.new("RGB", (64, 48), "navy").save("styles/x.png")
    Image.new("RGB", (20, 20), "navy").save("photos/b.png")  # too small for any pair
    remark = "nst_core: x.png: painting 1 is nearly one colour, so it has hardly any manner to give"
    assert folders.terminal.plans("photos", "styles", "-o", "out", *SMALL, beside=f"{remark}\n")
    for options in ((), ("--quiet",)):
        code, said = folders("photos", "styles", "-o", "out", "--seed", len(options), *options)
        assert code == 1
        assert said.splitlines().count(remark) == 1
        assert remark in said.partition("step 1/4")[0].splitlines()


def test_a_map_of_another_shape_is_told_for_folders(folders: Folders) -> None:
    Image.new("L", (48, 48), 128).save("map.png")
    sizes = "the strength map is 48x48 and the photo 64x48"
    said = f"nst_core: a.jpg: {sizes}: it is stretched to the photo's proportions\n"
    options = ("photos/a.jpg", "styles", "-o", "out", "--strength-map", "map.png", *SMALL)
    assert folders.terminal.plans(*options, beside=said)


def test_a_pair_that_is_stopped_replaces_no_better_one(folders: Folders) -> None:
    assert folders()[0] == 0
    earlier = Path("out/a_x.png").read_bytes()
    kill = at(2, lambda: os.kill(os.getpid(), signal.SIGTERM))
    code, said = folders("photos", "styles", "-o", "out", "--strength", 80, before=kill)
    assert code == 130
    assert Path("out/a_x.png").read_bytes() == earlier
    assert said.splitlines()[-2] == (
        "nst_core: stopped after step 2 of 4; wrote out/a_x-stopped.png (48x36), because out/a_x.png is there, finished"
    )
    assert folders("photos", "styles", "-o", "out", "--strength", 80)[0] == 0
    assert read_recipe(Path("out/a_x.png")).config.strength == 80


def test_long_names_are_no_reason_to_refuse_a_pair(folders: Folders) -> None:
    Path("photos/a.jpg").rename(f"photos/{'a' * 240}.jpg")
    Path("styles/x.png").rename(f"styles/{'x' * 240}.png")
    Path("styles/y.jpg").rename(f"styles/{'x' * 240}y.jpg")
    assert folders("photos", "styles", "-o", "out", "--save-every", 3)[0] == 0
    assert len(folders.results()) == 8
    code, said = folders("photos", "styles", "-o", "out")
    assert (code, last(said)) == (0, "nst_core: painted 0 of 4 pictures in out; 4 were there already")
