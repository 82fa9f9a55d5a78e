"""How events are wired: the options that most of them share, what comes after one, and how handlers get their values.

Gradio knows lists of components and hands on lists of values. Handlers know neither: they take and return records, by
the names of their fields. `listen` is where the one becomes the other.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import field, fields
from functools import wraps
from typing import Any, ClassVar, TypeVar, get_type_hints

import gradio as gr
from gradio.blocks import Block
from gradio.events import Dependency

from demo.browser.toasts import toast
from demo.words import Language, language
from nst_core.errors import InputError

T = TypeVar("T")

# Events that answer at once need no place in the queue.
QUICK: dict[str, Any] = {"show_progress": "hidden", "queue": False, "api_visibility": "private"}
# Those whose last call counts: by themselves, Gradio's events drop a call that comes while one is under way.
LAST: dict[str, Any] = {**QUICK, "trigger_mode": "always_last"}
# Those that take a while, or tell something by a toast.
LONG: dict[str, Any] = {"show_progress": "hidden", "concurrency_limit": None, "api_visibility": "private"}

SPECIAL = (gr.Request, gr.EventData)  # what Gradio hands on by a parameter's type, before the values


class Components:
    """Base of records whose fields are components, or tuples, mappings and records of them.

    `Values` is the record that handlers get and return for it: its fields have the same names.
    """

    Values: ClassVar[type[Any]]


# A component, a `Components`, or a tuple, list or mapping of parts.
Part = Any


def unchanged() -> Any:
    """A field of a record of values that leaves its component as it is, unless another value is given."""
    return field(default_factory=gr.skip)


def listen(
    on: Callable[..., Dependency], handler: Callable[..., Any], inputs: Part, outputs: Part, **options: Any
) -> Dependency:
    """Have `handler` called `on` an event, such as `button.click` or `event.then`; None = nothing goes in or comes out.

    It gets an argument for each part of a list of `inputs`, after what Gradio hands on by type, and returns one value
    for `outputs`, or one for each part of a list of them.
    """
    return on(adapted(handler, inputs, outputs), components_of(inputs), components_of(outputs), **options)


def afterwards(event: Dependency, handler: Callable[..., Any], inputs: Part, outputs: Part, **options: Any) -> None:
    """Call `handler` once `event` has ended, was cancelled or failed."""
    for after_it in (event.then, event.failure):  # in Gradio 6.31 `then` doesn't come after an error
        listen(after_it, handler, inputs, outputs, **QUICK, **options)


def clicked(event: gr.EventData, options: Sequence[T]) -> T:
    """The one of `options` on which there was a click, by its `data-index`; raises `InputError` for none of them."""
    index = told(event, "index")
    if isinstance(index, int) and 0 <= index < len(options):
        return options[index]
    raise InputError("there is nothing there that could be clicked; load the page anew", "bad_call")


def told(event: gr.EventData, name: str) -> Any:
    """What the browser tells of an event by that name; None where it doesn't: a program may send anything."""
    data = event._data  # noqa: SLF001 # its attributes can't be asked for where this is no object
    return data.get(name) if isinstance(data, Mapping) else None


def components_of(part: Part) -> list[Block]:
    """All components of a part, in the order of its fields."""
    if part is None:
        return []
    return [part] if isinstance(part, Block) else [each for inner in _inner(part) for each in components_of(inner)]


def adapted(handler: Callable[..., Any], inputs: Part, outputs: Part) -> Callable[..., Any]:
    """`handler` as Gradio calls it: with a value for each component that goes in, returning one for each of `outputs`.

    Its parameters are called as the components are: a mapping's by their keys.
    """
    parts = [] if inputs is None else inputs if isinstance(inputs, list) else [inputs]
    hints = get_type_hints(handler)
    parameters = list(inspect.signature(handler).parameters.values())
    special = [each for each in parameters if hints.get(each.name) in SPECIAL]
    named = [each.name for each in parameters if each not in special]
    count = len(special)

    def called(arguments: Sequence[Any]) -> Any:
        by_type, values = iter(arguments[:count]), iter(arguments[count:])
        gathered = iter([_gathered(part, values) for part in parts])
        return handler(*(next(by_type if each in special else gathered) for each in parameters))

    @wraps(handler)
    def once(*arguments: Any) -> Any:
        with toast(_language_of(arguments)):
            return _as_gradio_takes_it(outputs, called(arguments))

    @wraps(handler)
    def stream(*arguments: Any) -> Iterator[Any]:
        with toast(_language_of(arguments)), closing(called(arguments)) as views:
            for view in views:
                yield _as_gradio_takes_it(outputs, view)

    adapter: Any = stream if inspect.isgeneratorfunction(handler) else once
    names = [name for name, part in zip(named, parts, strict=True) for name in _names(name, part)]
    positional = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in names]
    adapter.__signature__ = inspect.Signature([*special, *positional])
    return adapter  # type: ignore[no-any-return]


def _language_of(arguments: Sequence[Any]) -> Language:
    return next((language(each) for each in arguments if isinstance(each, gr.Request)), "en")


def flat(part: Part, values: Any) -> list[Any]:
    """The values of a part, in the order of `components_of`."""
    if isinstance(part, Block):
        return [values]
    if isinstance(part, tuple | list):
        return [value for inner, each in zip(part, values, strict=True) for value in flat(inner, each)]
    by_name = values if isinstance(values, Mapping) else _fields(values)
    return [value for name, inner in _fields(part).items() for value in flat(inner, by_name[name])]


def _as_gradio_takes_it(outputs: Part, returned: Any) -> Any:
    """A list, but for a single component."""
    if outputs is None:
        return None
    values = flat(outputs, returned)
    return values[0] if len(values) == 1 else values


def _gathered(part: Part, values: Iterator[Any]) -> Any:
    """What a handler gets for a part: as much of the `values` as it has components."""
    if isinstance(part, Block):
        return next(values)
    if isinstance(part, tuple | list):
        return tuple(_gathered(inner, values) for inner in part)
    by_name = {name: _gathered(inner, values) for name, inner in _fields(part).items()}
    return part.Values(**by_name) if isinstance(part, Components) else by_name


def _names(name: str, part: Part) -> list[str]:
    """A parameter's name for each component of a part that a handler calls `name`."""
    if isinstance(part, Block):
        return [name]
    if isinstance(part, Mapping):
        return [each for key, inner in part.items() for each in _names(key, inner)]
    return [f"{name}_{place}" for place in range(len(components_of(part)))]


def _inner(part: Part) -> Sequence[Part]:
    return part if isinstance(part, tuple | list) else list(_fields(part).values())


def _fields(record: Any) -> Mapping[str, Any]:
    """The fields of a record, or a mapping as it is."""
    return record if isinstance(record, Mapping) else {each.name: getattr(record, each.name) for each in fields(record)}
