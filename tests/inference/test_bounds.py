"""What a request may ask for; each refusal names the field and its bound."""

from dataclasses import replace

import pytest
from tests.inference.tiny import tiny_request

from precedent_inference.bounds import require_bounds
from precedent_inference.errors import PromptError
from precedent_inference.protocol import AskRequest, Sampling

PLAIN = tiny_request(0)


@pytest.mark.parametrize(
    ("sampling", "words"),
    [
        (Sampling(0), "max_tokens is 0; it must be from 1 to 1024"),
        (Sampling(10**6), "max_tokens is 1e"),
        (Sampling(temperature=-1), "temperature is -1; it must be from 0 to 5"),
        (Sampling(temperature=6), "temperature is 6"),
        (Sampling(seed=-1), "seed is -1"),
        (Sampling(top_p=0), "top_p is 0; it must be above 0"),
        (Sampling(top_p=1.5), "top_p is 1.5"),
        (Sampling(repetition_penalty=0), "repetition_penalty is 0"),
        (Sampling(no_repeat_ngram=-1), "no_repeat_ngram is -1"),
        (Sampling(beams=0), "beams is 0; it must be from 1 to 16"),
        (Sampling(length_penalty=99), "length_penalty is 99"),
        (Sampling(top_logprobs=21), "top_logprobs is 21"),
        (Sampling(top_logprobs=2), "top_logprobs was given without logprobs"),
        (Sampling(beams=2, temperature=1), "beams and temperature"),
    ],
)
def test_a_number_out_of_bounds_is_named(sampling: Sampling, words: str) -> None:
    with pytest.raises(PromptError, match=words):
        require_bounds(replace(PLAIN, sampling=sampling))


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (replace(PLAIN, stop=("x",) * 17), "17 stop texts were given; at most 16"),
        (replace(PLAIN, stop=("",)), "A stop text must have 1 to 200 characters"),
        (replace(PLAIN, options=("yes",)), "Options: 1 given, and it must be 2 to 32"),
        (replace(PLAIN, options=("yes", " ")), "An option must have 1 to 500 characters"),
        (replace(PLAIN, options=("yes", "yes ")), "Two of the options are the same"),
        (replace(PLAIN, options=("yes", "no"), rationale=True), "Options and a rationale"),
    ],
)
def test_a_text_out_of_bounds_is_named(request_: AskRequest, words: str) -> None:
    with pytest.raises(PromptError, match=words):
        require_bounds(request_)
