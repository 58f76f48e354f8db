"""What a mask hides of a completion, and puts back into an answer, its reading and its ledger."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass, replace
from typing import Any, cast

from pydantic import BaseModel

from langchain_careerv2.domains import Answer, Reading
from langchain_careerv2.gates.hostile import Flag
from langchain_careerv2.gates.privacy import CARRIED, DetectorError, Mask, each
from langchain_careerv2.runpod.outputs import Completion, Json
from langchain_careerv2.runpod.protocol import Text


def restored(value: Any, mask: Mask) -> Any:
    """A value with everything restored in it, but for its exceptions; the very value where nothing was hidden."""
    return _Restorer(mask).of(value) if mask else value


class _Restorer:
    """Restores a value once, however often it is found: an answer and its reading know each other."""

    def __init__(self, mask: Mask) -> None:
        self._mask = mask
        self._said = ""
        self._done: dict[int, tuple[Any, Any]] = {}

    def of(self, value: Any) -> Any:
        """The value, restored."""
        if isinstance(value, str):
            return self._mask.restore(value)
        if id(value) not in self._done:
            self._done[id(value)] = value, self._made(value)  # the value is kept too: its id must stay its own
        return self._done[id(value)][1]

    def _made(self, value: Any) -> Any:
        if hasattr(value, "route"):
            self._said = str(value)  # what the flags of an answer or a reply point into, if not into what was typed
        if isinstance(value, Reading):
            return self._reading(value)
        if isinstance(value, BaseModel):
            reading: Any = getattr(value, "_reading", None)
            return self._model(value) if reading is None else self.of(reading).answer
        if isinstance(value, Flag):
            spans = {"": (value.start, value.end)}
            start, end = (self._mask.moved(self._said, spans) if value.source == "answer" else spans)[""]
            return replace(value, start=start, end=end)
        if isinstance(value, Mapping):
            return {self.of(name): self.of(inner) for name, inner in value.items()}
        if isinstance(value, (list, tuple)):
            made = [self.of(inner) for inner in value]
            return type(value)(*made) if hasattr(value, "_fields") else type(value)(made)
        is_record = is_dataclass(value) and not isinstance(value, type)
        return replace(value, **self._parts(value, ())) if is_record else value

    def _model(self, value: Any) -> Any:
        made = value.model_copy(update={name: self.of(inner) for name, inner in value})
        if isinstance(made, Answer):
            made._flags, made._route, made._cuts = self.of(value._flags), self.of(value._route), self.of(value._cuts)
            made._partial = value._partial
        return made

    def _reading(self, reading: Reading[Answer]) -> Reading[Answer]:
        answer = None if reading.answer is None else self._model(reading.answer)
        moved = self._mask.moved(reading.raw, reading.spans)
        spans = {self.of(path): span for path, span in moved.items()}
        made = replace(reading, answer=answer, spans=spans, **self._parts(reading, ("answer", "spans")))
        if answer is not None:
            answer._reading = made  # the two are made together
        return made

    def _parts(self, value: Any, others: tuple[str, ...]) -> dict[str, Any]:
        return {part.name: self.of(getattr(value, part.name)) for part in fields(value) if part.name not in others}


def hidden_completion(completion: Completion) -> Completion:
    """A completion as it may be shown: with its text hidden, where the request is."""
    mask = CARRIED.get()
    if mask is None:
        return completion
    validation = cast("Json", each(completion.validation, mask.hide))
    return replace(completion, text=_hidden_text(completion.text, mask), validation=validation)


def _hidden_text(text: str, mask: Mask) -> str:
    """A text, or each string of the JSON that it is: there letters can be written as escapes, which hide them."""
    form = None
    with suppress(ValueError, RecursionError):
        form = json.loads(text)
    return json.dumps(each(form, mask.hide), ensure_ascii=False) if isinstance(form, dict) else mask.hide(text)


def hidden_step(item: Text | Completion) -> tuple[Text | Completion, ...]:
    """A step of a stream; where its text is to be hidden, all of it with the last, for a name may be cut in two."""
    if CARRIED.get() is None:
        return (item,)
    if isinstance(item, Text):
        return ()
    hidden = hidden_completion(item)
    return Text(hidden.text), hidden


def hidden_error(said: str) -> str:
    """What an error says: nothing of an endpoint's own words where the request is hidden, for they may quote it."""
    mask = CARRIED.get()
    if mask is None:
        return said
    ours, colon, _ = said.partition(":")  # behind the colon stand the worker's words
    try:
        return mask.hide(ours) + (": its words may quote the request, and are hidden" if colon else "")
    except DetectorError:
        return "what it said is hidden: a privacy detector failed"
