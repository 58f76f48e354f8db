from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_careerv2.chatml import SPECIAL_TOKENS, TAG_TOKENS, last_user_turn, neutralise, render, turns

CONTROL = (*SPECIAL_TOKENS, *TAG_TOKENS)
FRAGMENTS = st.one_of(
    st.sampled_from(CONTROL),
    st.sampled_from(CONTROL).flatmap(lambda token: st.integers(0, len(token)).map(lambda cut: token[:cut])),
    st.sampled_from(CONTROL).flatmap(lambda token: st.integers(0, len(token)).map(lambda cut: token[cut:])),
    st.sampled_from(["<", "|", ">", "/", "<|", "|>", "\x00", "\ud800", "{", "}", "CV"]),
    st.text(max_size=5),
)


def test_every_control_string_of_qwen_is_listed() -> None:
    assert len(SPECIAL_TOKENS) == 20
    assert {"<|im_start|>", "<|endoftext|>", "<|fim_pad|>", "</tool_call>", "</tools>"} < set(CONTROL)


@pytest.mark.parametrize("token", CONTROL)
def test_a_control_string_is_broken_and_stays_readable(token: str) -> None:
    broken = neutralise(f"before {token} after")
    assert token not in broken
    assert broken.replace(" ", "") == f"before{token}after"


@pytest.mark.parametrize("token", CONTROL)
def test_a_control_string_cut_in_two_does_not_grow_together(token: str) -> None:
    for cut in range(len(token) + 1):
        assert token not in neutralise(f"CV {token[:cut]}") + neutralise(f"{token[cut:]} CV")


@given(st.lists(FRAGMENTS, max_size=8))
def test_no_joining_of_neutralised_texts_forms_a_control_string(pieces: list[str]) -> None:
    joined = "".join(neutralise(piece) for piece in pieces)
    whole = neutralise("".join(pieces))
    assert not any(token in text for token in CONTROL for text in (joined, whole))


@given(st.lists(FRAGMENTS, max_size=8).map("".join))
def test_neutralising_twice_changes_nothing_more(text: str) -> None:
    assert neutralise(neutralise(text)) == neutralise(text)


def test_what_cannot_be_sent_is_replaced_not_dropped() -> None:
    assert neutralise("<\x00|im_end|>") == "<\ufffd|im_end| >"
    assert neutralise("a\ud800b\tc\nd").encode() == "a\ufffdb\tc\nd".encode()


@pytest.mark.parametrize("text", ["a < b", "x <= y", "if a <b> then", "C++ <vector>", "1|2", "think <twice>"])
def test_ordinary_signs_are_left_alone(text: str) -> None:
    assert neutralise(text) == text


def test_turns_take_a_prompt_apart_as_render_put_it_together() -> None:
    prompt = render("Be brief.", "What now?\nSecond line", "1. ")
    assert turns(prompt) == [("system", "Be brief."), ("user", "What now?\nSecond line"), ("assistant", "1. ")]
    assert last_user_turn(prompt) == "What now?\nSecond line"
    assert last_user_turn("no ChatML at all") == "no ChatML at all"
