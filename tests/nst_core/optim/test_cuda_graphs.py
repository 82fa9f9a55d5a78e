from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from threading import Event, Thread
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
import torch
from PIL import Image
from torch import Tensor

from nst_core import evaluation
from nst_core.config import Border, Normalization, Optimizer, StyleLoss, TotalVariation, TransferConfig
from nst_core.cpu import convolution
from nst_core.execution import Execution
from nst_core.loss.objective import Losses, Objective
from nst_core.network.vgg import VGG
from nst_core.notes import Note
from nst_core.optim.cuda_graphs import (
    EVALUATION,
    MOVE,
    CUDATape,
    RecordedEvaluation,
    RecordedMove,
    RecordingError,
    Refusals,
    recorded_evaluation,
    recorded_move,
)
from nst_core.optim.descent import CAUTION, LOOK_EVERY, Descent, RunMove, run_directly
from nst_core.scene.scene import Painting, Region, Scene
from nst_core.transfer import Step, Transfer
from tests.support.descents import descend, losses_of
from tests.support.networks import tiny_network
from tests.support.pictures import smooth_picture
from tests.support.tape import CPUTape, Unattended

LAYERS: dict[str, Any] = {"content_layers": ("relu2_2",), "style_layers": ("relu1_1", "relu2_1")}
CONFIG = TransferConfig(**LAYERS, style_layer_weights=(0.3, 0.7))
RUN = TransferConfig(**LAYERS, size=128, steps=7, scales=2)


def noise(seed: int, channels: int = 3) -> Tensor:
    return torch.rand(1, channels, 20, 24, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def objective(config: TransferConfig = CONFIG, device: str = "cpu") -> Objective:
    """With all that a picture can have: two regions, an opacity, a canvas."""
    photo, opacity, canvas, mask = (
        each.to(device) for each in (noise(1), noise(2, 1), noise(3, 1).round(), noise(4, 1))
    )
    paintings = (Painting(noise(5 + number).to(device), None, 1.0, number) for number in range(2))
    regions = tuple(
        Region((painting,), share, 1.0) for painting, share in zip(paintings, (mask, 1 - mask), strict=True)
    )
    return Objective(tiny_network().double().to(device), Scene(photo, photo, opacity, canvas, regions), config)


def assert_alike(found: tuple[Losses, Tensor], expected: tuple[Losses, Tensor]) -> None:
    for (losses, gradient), check in ((found, list), (expected, list)):
        assert check(losses.style_layers) == ["relu1_1", "relu2_1"]
        assert gradient.shape == (1, 3, 20, 24)
    torch.testing.assert_close(vars(found[0]), vars(expected[0]), rtol=1e-10, atol=0)
    torch.testing.assert_close(found[1], expected[1], rtol=1e-10, atol=1e-12)


CHANGES: list[dict[str, Any]] = [
    {},
    {"border": Border.ZERO},
    {"border": Border.CIRCULAR},
    {"tv_norm": TotalVariation.L1, "tv_weight": 1.0},
    {"normalization": Normalization.PAPER},
    {"style_loss": StyleLoss.MEAN_VARIANCE},
]


@pytest.mark.parametrize("changes", CHANGES, ids=str)
def test_replayed_evaluations_are_those_of_each_image(changes: dict[str, Any]) -> None:
    measured, tape = objective(replace(CONFIG, **changes)), CPUTape()
    replay = RecordedEvaluation(measured.evaluate, tape)
    for seed in range(10, 14):
        assert_alike(replay(noise(seed)), measured.evaluate(noise(seed)))
    assert (tape.recorded, tape.replayed) == (1, 1 + 3)  # one to see whether it is right


def test_losses_stay_what_they_were_and_the_gradient_may_be_changed() -> None:
    measured = objective()
    replay = RecordedEvaluation(measured.evaluate, CPUTape())
    replay(noise(10))
    losses, gradient = replay(noise(11))
    gradient.zero_()
    assert_alike(replay(noise(12)), measured.evaluate(noise(12)))
    torch.testing.assert_close(vars(losses), vars(measured.evaluate(noise(11))[0]), rtol=1e-10, atol=0)


def test_an_evaluation_that_asks_for_a_number_is_never_replayed(caplog: pytest.LogCaptureFixture) -> None:
    measured, tape = objective(), CPUTape()

    def asking(image: Tensor) -> tuple[Losses, Tensor]:
        assert image.sum().item() > 0
        return measured.evaluate(image)

    replay = RecordedEvaluation(asking, tape)
    for seed in range(10, 13):
        assert_alike(replay(noise(seed)), measured.evaluate(noise(seed)))
    assert (tape.recorded, tape.replayed) == (1, 0)
    assert "can't be recorded" in caplog.text


class Broken(CPUTape):
    """What it replays is no gradient of anything."""

    def record(self, work: Callable[[], Any]) -> Any:
        losses, gradient = super().record(work)
        self.calls.append((torch.ops.aten.mul_.Scalar, (gradient, 1.1), {}, gradient))
        return losses, gradient


def test_what_is_replayed_wrong_is_never_used(caplog: pytest.LogCaptureFixture) -> None:
    measured, tape = objective(), Broken()
    replay = RecordedEvaluation(measured.evaluate, tape)
    for seed in range(10, 13):
        assert_alike(replay(noise(seed)), measured.evaluate(noise(seed)))
    assert (tape.recorded, tape.replayed) == (1, 1)
    assert "differs by" in caplog.text


def test_without_a_gradient_there_is_nothing_to_differ() -> None:
    def flat(image: Tensor) -> tuple[Losses, Tensor]:
        losses, gradient = measured.evaluate(image)
        return losses, gradient * 0

    measured, tape = objective(), CPUTape()
    replay = RecordedEvaluation(flat, tape)
    for seed in range(10, 13):
        assert not replay(noise(seed))[1].any()
    assert tape.replayed == 1 + 2


def test_the_cpu_has_nothing_to_record() -> None:
    evaluate = objective().evaluate
    assert recorded_evaluation(evaluate, torch.device("cpu"), CONFIG) == evaluate


class Card(CPUTape):
    """In place of `CUDATape`, where there is no card."""

    refused: ClassVar[Refusals] = Refusals()

    def __init__(self, device: torch.device, kind: str) -> None:
        super().__init__()
        assert device.type == "cuda"


def refusing(kind: str) -> Refusals:
    """Work of that kind has failed twice."""
    refused = Refusals()
    for _ in range(2):
        refused.add(kind, "no")
    return refused


def test_what_fails_twice_for_the_same_reason_is_not_tried_again() -> None:
    refused = Refusals()
    for reason in ("busy", "out of luck", "busy"):
        refused.add(MOVE, reason)
        assert MOVE not in refused
    refused.add(EVALUATION, "busy")
    assert EVALUATION not in refused
    refused.add(MOVE, "busy")
    assert (MOVE in refused, EVALUATION in refused) == (True, False)


def test_what_asks_for_numbers_and_what_failed_before_is_not_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    device, evaluate = torch.device("cuda"), objective().evaluate
    monkeypatch.setattr("nst_core.optim.cuda_graphs.CUDATape", Card)
    assert isinstance(recorded_evaluation(evaluate, device, CONFIG), RecordedEvaluation)
    assert recorded_evaluation(evaluate, device, replace(CONFIG, style_loss=StyleLoss.WASSERSTEIN)) == evaluate
    monkeypatch.setattr(Card, "refused", refusing(MOVE))
    assert isinstance(recorded_evaluation(evaluate, device, CONFIG), RecordedEvaluation)
    monkeypatch.setattr(Card, "refused", refusing(EVALUATION))
    assert recorded_evaluation(evaluate, device, CONFIG) == evaluate


def on_a_card(config: TransferConfig) -> tuple[Objective, Tensor]:
    """On a device that nothing may be asked, and an image there; getting ready, one may wait for it."""
    with Unattended(answer=1.0):
        return objective(config, "meta"), noise(10).to("meta")


@pytest.mark.parametrize("changes", CHANGES, ids=str)
def test_an_evaluation_never_waits_for_the_device(changes: dict[str, Any]) -> None:
    measured, image = on_a_card(replace(CONFIG, **changes))
    with Unattended() as work:
        measured.evaluate(image)
    assert {"convolution", "convolution_backward"} <= set(work.calls)


def test_the_losses_that_are_not_recorded_do_ask_for_numbers() -> None:
    measured, image = on_a_card(replace(CONFIG, style_loss=StyleLoss.WASSERSTEIN))
    with Unattended(), pytest.raises(RuntimeError, match="asks the device for a number"):
        measured.evaluate(image)


@pytest.mark.parametrize(("optimizer", "most"), [(Optimizer.LBFGS, 180), (Optimizer.ADAM, 55)])
def test_steps_never_wait_for_the_device_but_to_tell_what_went_wrong(optimizer: Optimizer, most: int) -> None:
    """And what they do beside evaluations is no more than so many kernels, each of which has to be started."""
    measured, image = on_a_card(CONFIG)
    with Unattended() as work:
        evaluated = measured.evaluate(image)
    evaluation = len(work.calls)
    with Unattended(answer=1.0):
        descent = Descent(image, replace(CONFIG, optimizer=optimizer))
    losses, gradient = evaluated
    with Unattended() as work:
        for _ in range(LOOK_EVERY - 1):
            descent.move(losses.total, gradient)
    assert 0 < len(work.calls) / (LOOK_EVERY - 1) <= most < evaluation
    with Unattended(answer=1.0) as work:
        descent.move(losses.total, gradient)
    assert work.asked == 1


def walk(optimizer: Optimizer, do: RunMove = run_directly, state: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """What a descent knows after each of twelve steps, one of which goes astray and one to another objective."""
    goals = {number: noise(20 + number) for number in (1, 2)}
    seen = 0

    def evaluate(image: Tensor) -> tuple[Losses, Tensor]:
        nonlocal seen
        seen += 1
        goal = goals[1 if seen < 9 else 2]
        total = (image - goal).square().sum() * (float("nan") if seen == 5 else 1)
        return losses_of(total), 2 * (image - goal) * torch.linspace(1, 9, 24)

    descent = Descent(noise(10), replace(CONFIG, optimizer=optimizer), 4, do=do)
    if state is not None:
        descent.restore(state)
    states = []
    for _ in range(12):
        if seen == 8:
            descent.redirect()
        descend(descent, evaluate)
        states.append({name: value for name, value in descent.state().items() if name != "method"})
    return states


@pytest.mark.parametrize("optimizer", Optimizer)
def test_replayed_moves_are_those_of_each_step(optimizer: Optimizer) -> None:
    tape, expected = CPUTape(), walk(optimizer)
    assert expected[4]["caution"] > 1
    torch.testing.assert_close(walk(optimizer, RecordedMove(tape)), expected, rtol=0, atol=0)
    assert (tape.recorded, tape.replayed) == (1, 1 + 11)
    expected = walk(optimizer, state=expected[6])
    torch.testing.assert_close(walk(optimizer, RecordedMove(CPUTape()), walk(optimizer)[6]), expected, rtol=0, atol=0)


class Refusing(CPUTape):
    """Does the work, and can't record it."""

    def record(self, work: Callable[[], Any]) -> Any:
        work()
        self.recorded += 1
        raise RecordingError("not allowed while recording")


class Straying(CPUTape):
    """What it replays leads elsewhere."""

    def record(self, work: Callable[[], Any]) -> Any:
        result = super().record(work)
        add = torch.ops.aten.add_.Tensor
        *_, pixels = (given[0] for function, given, *_ in self.calls if function is add and given[0].ndim == 4)
        self.calls.append((torch.ops.aten.mul_.Scalar, (pixels, 1.1), {}, pixels))
        return result


class Halfway(CPUTape):
    """Memory gives out amidst the work, before anything is recorded."""

    def record(self, work: Callable[[], Any]) -> Any:
        work()
        raise torch.OutOfMemoryError("CUDA out of memory.")


class Failing(CPUTape):
    """What it replays is left halfway, by an error that comes late."""

    def replay(self) -> None:
        self.calls = self.calls[: len(self.calls) // 2]
        super().replay()
        raise RuntimeError("CUDA error: an illegal memory access was encountered")


@pytest.mark.parametrize("optimizer", Optimizer)
@pytest.mark.parametrize(
    ("tape", "reason"),
    [
        (Refusing, "not allowed while recording"),
        (Straying, "differs by"),
        (Halfway, "out of memory"),
        (Failing, "illegal memory access"),
    ],
)
def test_moves_that_are_not_recorded_well_are_done_one_by_one(
    optimizer: Optimizer, tape: type[CPUTape], reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    torch.testing.assert_close(walk(optimizer, RecordedMove(tape())), walk(optimizer), rtol=0, atol=0)
    assert reason in caplog.text


@pytest.mark.parametrize("optimizer", Optimizer)
def test_moves_are_not_recorded_where_there_is_no_room(optimizer: Optimizer, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(tensors: Any) -> Any:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    tape, expected = CPUTape(), walk(optimizer)
    monkeypatch.setattr("nst_core.optim.cuda_graphs._copies", full)
    torch.testing.assert_close(walk(optimizer, RecordedMove(tape)), expected, rtol=0, atol=0)
    assert tape.recorded == 0


@pytest.mark.parametrize("optimizer", Optimizer)
def test_an_accelerator_tells_late_but_once_what_went_wrong(
    optimizer: Optimizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By how things stood then, not when it is read; also after a run was gone on with."""
    monkeypatch.setattr("nst_core.optim.descent.send", lambda numbers: numbers.clone().tolist)
    losses = [1.0] * 20
    losses[4] = float("nan")

    def evaluate(image: Tensor) -> tuple[Losses, Tensor]:
        total = image.new_tensor(losses.pop(0))
        return losses_of(total), torch.ones_like(image)

    def told(descent: Descent, steps: int) -> dict[int, Note]:
        descent._is_late = True
        remarks = {number: descend(descent, evaluate)[1] for number in range(1, 1 + steps)}
        return {number: remark for number, remark in remarks.items() if remark}

    config = replace(CONFIG, optimizer=optimizer)
    descent = Descent(noise(10), config)
    # The step after which it was asked is the sixth.
    assert told(descent, 12) == {3 * LOOK_EVERY: Note("astray", {"times": CAUTION})}
    resumed = Descent(noise(10), config)
    resumed.restore(descent.state())
    assert told(resumed, 8) == {}


def test_only_a_card_records_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    assert recorded_move(torch.device("cpu")) == run_directly
    monkeypatch.setattr("nst_core.optim.cuda_graphs.CUDATape", Card)
    assert isinstance(recorded_move(torch.device("cuda")), RecordedMove)
    monkeypatch.setattr(Card, "refused", refusing(EVALUATION))
    assert isinstance(recorded_move(torch.device("cuda")), RecordedMove)
    monkeypatch.setattr(Card, "refused", refusing(MOVE))
    assert recorded_move(torch.device("cuda")) == run_directly


@pytest.fixture
def tapes(monkeypatch: pytest.MonkeyPatch) -> list[CPUTape]:
    """Those of the runs to come, of which all is recorded: the compiled loops, which no tape sees, aren't used."""
    made: list[CPUTape] = []

    def tape() -> CPUTape:
        made.append(CPUTape())
        return made[-1]

    monkeypatch.setattr(evaluation, "recorded_evaluation", lambda evaluate, *_: RecordedEvaluation(evaluate, tape()))
    monkeypatch.setattr(evaluation, "recorded_move", lambda *_: RecordedMove(tape()))
    monkeypatch.setattr(convolution, "_channels_fit", lambda channels: False)
    return made


def steps_of(
    pictures: tuple[Image.Image, Image.Image], network: VGG, execution: Execution | None = None, turn: int = 0
) -> list[Step]:
    """Of a run that is steered after step `turn`."""
    run, steps = Transfer(*pictures, RUN, extractor=network, execution=execution), []
    for step in run:
        steps.append(step)
        if step.index == turn:
            run.steer(replace(RUN, strength=90.0))
    return steps


def test_a_run_whose_evaluations_are_replayed_is_the_same_run(
    photo: Image.Image, painting: Image.Image, network: VGG, tapes: list[CPUTape], monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures = photo, painting
    found = steps_of(pictures, network, turn=5)
    # Two tapes for each scale, of evaluations and of moves, and one more after the turn.
    assert [tape.replayed for tape in tapes] == [4, 4, 1, 3, 2]
    monkeypatch.setattr(evaluation, "recorded_evaluation", lambda evaluate, *_: evaluate)
    monkeypatch.setattr(evaluation, "recorded_move", lambda *_: run_directly)
    for step, expected in zip(found, steps_of(pictures, network, turn=5), strict=True):
        torch.testing.assert_close(step.image, expected.image)
        assert step.losses.total == pytest.approx(expected.losses.total, rel=1e-5)


def test_who_falls_back_to_blocks_records_no_more(
    network: VGG, tapes: list[CPUTape], monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluate = Objective.evaluate

    def short_of_memory(self: Objective, image: Tensor) -> tuple[Losses, Tensor]:
        if self.is_whole:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return evaluate(self, image)

    monkeypatch.setattr(Objective, "evaluate", short_of_memory)
    config = replace(RUN, size=300, scales=1, steps=3)
    pictures = smooth_picture(300, 200, 1), smooth_picture(200, 240, 2)
    steps = list(Transfer(*pictures, config, extractor=network))
    assert [step.notes for step in steps] == [(Note("memory", {"block": 144}),), (), ()]
    assert not any(tape.recorded for tape in tapes)


def test_blocks_are_not_recorded(photo: Image.Image, painting: Image.Image, network: VGG, tapes: list[CPUTape]) -> None:
    steps_of((photo, painting), network, Execution(block=16))
    assert not any(tape.recorded for tape in tapes)


def test_a_run_frees_what_it_has_recorded_when_it_ends(
    photo: Image.Image, painting: Image.Image, network: VGG, tapes: list[CPUTape]
) -> None:
    """At each size, after a turn, and at the end; the run itself may live on."""
    run = Transfer(photo, painting, RUN, extractor=network)
    free: list[int] = []
    for step in run:
        free.append(sum(tape.is_freed for tape in tapes))
        if step.index == 6:
            run.steer(replace(RUN, strength=90.0))
    # Two tapes each, of evaluations and of moves; after the turn evaluations have another one.
    assert free == [0, 0, 0, 0, 2, 2, 3]
    assert [tape.is_freed for tape in tapes] == [True] * 5


@pytest.mark.parametrize("after", [1, 3, 5])
def test_a_loop_that_is_left_frees_it_and_a_second_one_records_anew(
    photo: Image.Image, painting: Image.Image, network: VGG, tapes: list[CPUTape], after: int
) -> None:
    run, images = Transfer(photo, painting, RUN, extractor=network), list[Tensor]()
    for step in run:
        images.append(step.image)
        if step.index == after:
            break
    assert tapes
    assert all(tape.is_freed for tape in tapes)
    first = len(tapes)
    images += [step.image for step in run]
    assert len(tapes) >= first + 2
    assert all(tape.is_freed for tape in tapes)
    straight = [step.image for step in Transfer(photo, painting, RUN, extractor=network)]
    for image, expected in zip(images, straight, strict=True):
        torch.testing.assert_close(image, expected)


def test_a_step_that_fails_frees_it_too(
    photo: Image.Image, painting: Image.Image, network: VGG, tapes: list[CPUTape], monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = iter(Transfer(photo, painting, RUN, extractor=network))
    next(steps)
    monkeypatch.setattr("nst_core.optim.descent.Descent.move", fail)
    with pytest.raises(RuntimeError, match="of no consequence"):
        next(steps)
    assert [tape.is_freed for tape in tapes] == [True, True]


def fail(*_: object) -> None:
    raise RuntimeError("of no consequence")


class Graph:
    """In place of `torch.cuda.CUDAGraph`; to free one while another is recorded breaks the recording off, as CUDA."""

    recording: ClassVar[Graph | None] = None
    broken: ClassVar[bool] = False

    def __init__(self) -> None:
        self.circle = self  # so that the collector alone frees it

    def __del__(self) -> None:
        self.reset()

    def reset(self) -> None:
        if Graph.recording not in (None, self):
            Graph.broken = True

    def replay(self) -> None: ...


@contextmanager
def capture(graph: Graph, **_: object) -> Iterator[None]:
    """In place of `torch.cuda.graph`."""
    Graph.recording, Graph.broken = graph, False
    try:
        yield
    finally:
        Graph.recording = None
    if Graph.broken:
        raise RuntimeError("operation not permitted when stream is capturing (function reset)\nat line 3")


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> None:
    """A card by words alone: streams do nothing, and graphs are `Graph`s."""
    stream = SimpleNamespace(wait_stream=lambda _: None)
    for name, value in {
        "device": lambda _: nullcontext(),
        "stream": lambda _: nullcontext(),
        "current_stream": lambda: stream,
        "Stream": lambda: stream,
        "CUDAGraph": Graph,
        "graph": capture,
    }.items():
        monkeypatch.setattr(torch.cuda, name, value)
    monkeypatch.setattr(CUDATape, "refused", Refusals())


def tape() -> CUDATape:
    return CUDATape(torch.device("cuda"), EVALUATION)


@pytest.mark.usefixtures("card")
def test_the_collector_frees_no_graph_of_another_run_amid_a_recording() -> None:
    """In a process that had painted before, a recording failed by what was left of an earlier one."""
    before = gc.get_threshold()
    gc.set_threshold(1)  # it runs at nearly every line
    try:
        tape().record(lambda: 1)  # is in circles from here on, and nobody's
        assert tape().record(lambda: [[] for _ in range(1000)]) == [[]] * 1000
    finally:
        gc.set_threshold(*before)
    assert gc.isenabled()
    assert EVALUATION not in CUDATape.refused


@pytest.mark.usefixtures("card")
def test_nobody_frees_a_graph_amid_the_recording_of_another_thread() -> None:
    other, freed = tape(), Event()
    other.record(lambda: 1)
    thread = Thread(target=lambda: (other.free(), freed.set()))

    def work() -> bool:
        if Graph.recording is None:  # before it is recorded, it is done once
            return False
        thread.start()
        return freed.wait(0.2)

    assert not tape().record(work)
    thread.join()
    assert freed.is_set()


@pytest.mark.usefixtures("card")
def test_a_recording_that_fails_is_freed_and_tried_once_more(caplog: pytest.LogCaptureFixture) -> None:
    for refused in (False, True):
        with pytest.raises(RecordingError, match="of no consequence"):
            tape().record(lambda: fail() if Graph.recording else None)
        assert (EVALUATION in CUDATape.refused) is refused
    assert gc.isenabled()
    gc.disable()
    try:
        tape().record(lambda: 1)
        assert not gc.isenabled()  # who has disabled it keeps it so
    finally:
        gc.enable()
