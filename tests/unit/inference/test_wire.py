from __future__ import annotations

from services.inference.answers import as_question
from services.inference.settings import InferenceSettings
from services.inference.wire import ChatRequest

HI = [{"role": "user", "content": "hi"}]


def request(**fields: object) -> ChatRequest:
    return ChatRequest.model_validate({"model": "alex", "messages": HI} | fields)


def test_one_stop_is_a_list_of_one() -> None:
    assert request(stop="x").stops == ("x",)
    assert request(stop=["x", "y"]).stops == ("x", "y")
    assert request().stops == ()


def test_only_what_would_have_had_an_effect_is_called_ignored() -> None:
    given = request(user="u", metadata={}, presence_penalty=0, frequency_penalty=0.5, response_format={"type": "text"})
    assert given.ignored == ["frequency_penalty"]


def test_the_parts_of_a_message_are_its_lines() -> None:
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    body = request(messages=[{"role": "developer", "content": "d"}, {"role": "user", "content": parts}])
    question = as_question(body, InferenceSettings(_env_file=None))
    assert (question.message, question.history) == ("a\nb", ())
    assert len(question.warnings) == 1


def test_a_request_may_ask_for_less_than_the_limit_and_never_for_more() -> None:
    settings = InferenceSettings(_env_file=None, reply_max_tokens=10, reply_max_tokens_limit=20)
    asked = [request(), request(max_tokens=5), request(max_tokens=50), request(max_tokens=5, max_completion_tokens=7)]
    assert [as_question(body, settings).sampling.max_tokens for body in asked] == [10, 5, 20, 7]
    assert as_question(request(temperature=0), settings).sampling.temperature == 0
