"""ChatML as Qwen2.5 reads it: render a prompt, take it apart, keep user text inert.

vLLM tokenises a raw prompt with special tokens on, so a control string inside a resume or a job ad becomes the real
token: it can close the user's turn and open a system turn. `neutralise` makes that impossible.
"""

from __future__ import annotations

import re

IM_START = "<|im_start|>"
IM_END = "<|im_end|>"

SPECIAL_TOKENS = tuple(
    f"<|{name}|>"
    for name in (
        "endoftext im_start im_end object_ref_start object_ref_end box_start box_end quad_start quad_end vision_start "
        "vision_end vision_pad image_pad video_pad fim_prefix fim_middle fim_suffix fim_pad repo_name file_sep"
    ).split()
)
"""The bracketed added tokens of Qwen2.5 (ids 151643 to 151664 of its tokenizer)."""

TAG_TOKENS = tuple(f"<{slash}{name}>" for name in ("tool_call", "tool_response", "think") for slash in ("", "/"))
"""Added tokens spelt like tags: `tool_call` in Qwen2.5, the others in its successors."""

_TAG_TAILS = [token[1:] for token in TAG_TOKENS]
_CUT_TAILS = sorted({tail[:end] for tail in _TAG_TAILS for end in range(len(tail))}, key=len, reverse=True)
# A "<" is dangerous before "|", before a tag's name, and at the end of a text before the cut beginning of one: the rest
# could come from the text joined behind it.
_OPENING = re.compile("<(?=" + "|".join([r"\|", *_TAG_TAILS, rf"(?:{'|'.join(_CUT_TAILS)})\Z"]) + ")")
_CLOSING = re.compile(r"\|(?=>)")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def neutralise(text: str) -> str:
    """Breaks every control string in `text` with a space, so that it stays readable and stays text.

    No concatenation of neutralised texts contains a control string either. NUL and other C0 controls, and lone
    surrogates (they cannot be sent as UTF-8), become U+FFFD: replacing them, unlike dropping them, joins nothing.

    Args:
        text: Untrusted text of any length; the work is linear in it.

    Returns:
        The same text, character for character, but for the inserted spaces and the replaced characters.
    """
    return _CLOSING.sub("| ", _OPENING.sub("< ", _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)))


def render(system: str, user: str, seed: str = "") -> str:
    """The guide's prompt: a system turn, a user turn, and an assistant turn opened with the seed.

    The texts are taken as they are: pass untrusted text through `neutralise` first.
    """
    return f"{IM_START}system\n{system}{IM_END}\n{IM_START}user\n{user}{IM_END}\n{IM_START}assistant\n{seed}"


def turns(prompt: str) -> list[tuple[str, str]]:
    """Splits a ChatML prompt into its `(role, text)` turns, in order; no turns where there is no ChatML."""
    parts = prompt.split(IM_START)[1:]
    return [(role.strip(), text.partition(IM_END)[0]) for role, _, text in (part.partition("\n") for part in parts)]


def last_user_turn(prompt: str) -> str:
    """The text of the last user turn, or the whole prompt where it is not ChatML."""
    return next((text for role, text in reversed(turns(prompt)) if role == "user"), prompt)
