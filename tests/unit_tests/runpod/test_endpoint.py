from __future__ import annotations

import pytest
from pydantic import SecretStr

from langchain_careerv2.runpod.endpoint import Endpoint, OpenAIServer
from langchain_careerv2.runpod.errors import ConfigurationError

KEY = SecretStr("rpa_SECRET")


def test_the_url_is_runpods() -> None:
    assert Endpoint("abc123", KEY).url == "https://api.runpod.ai/v2/abc123"
    assert Endpoint("abc-1_2", KEY, "https://proxy.example/v2/").url == "https://proxy.example/v2/abc-1_2"


@pytest.mark.parametrize("base_url", ["http://localhost:8000", "http://127.0.0.1:8000/"])
def test_the_sdks_development_server_has_its_operations_at_its_root(base_url: str) -> None:
    assert Endpoint("any", KEY, base_url).url == base_url.rstrip("/")
    assert Endpoint("abc", KEY, f"{base_url}/v2").url.endswith("/v2/abc")
    assert Endpoint("abc", KEY, "https://proxy.example").url == "https://proxy.example/abc"


@pytest.mark.parametrize("endpoint_id", ["", "a/b", "..", "a b", "abc?x", "a\n", "a%2Fb", "-a", "\u00e4bc", "a" * 101])
def test_an_id_that_is_no_path_segment_is_refused(endpoint_id: str) -> None:
    with pytest.raises(ConfigurationError, match="endpoint id"):
        Endpoint(endpoint_id, KEY)


@pytest.mark.parametrize("key", ["", "two words", "line\nbreak", "schl\u00fcssel"])
def test_a_key_that_no_header_can_carry_is_refused_unseen(key: str) -> None:
    with pytest.raises(ConfigurationError, match="API key") as caught:
        Endpoint("abc", SecretStr(key))
    assert not key or key not in str(caught.value)


@pytest.mark.parametrize(
    "base_url", ["api.runpod.ai/v2", "ftp://x/v2", "https:///v2", "https://u:p@x/v2", "https://x/v2?a=1"]
)
def test_a_base_url_that_is_none_is_refused(base_url: str) -> None:
    with pytest.raises(ConfigurationError, match="base_url"):
        Endpoint("abc", KEY, base_url)


@pytest.mark.parametrize("host", ["api.runpod.ai", "10.0.0.1", "localhost.example", "127.0.0.1.example"])
def test_a_key_never_travels_in_plain_text(host: str) -> None:
    with pytest.raises(ConfigurationError, match="https"):
        Endpoint("abc", KEY, f"http://{host}/v2")


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:1", "127.1.2.3", "[::1]:80"])
def test_loopback_may_be_plain_text(host: str) -> None:
    assert Endpoint("abc", KEY, f"http://{host}/v2").is_loopback


def test_the_key_is_in_no_repr() -> None:
    assert "SECRET" not in repr(Endpoint("abc", KEY))


def test_any_openai_server_has_its_operations_at_its_root() -> None:
    assert OpenAIServer(base_url="http://127.0.0.1:8001/").url == "http://127.0.0.1:8001"
    assert OpenAIServer(base_url="https://models.example/x").url == "https://models.example/x"
    assert "Authorization" not in OpenAIServer().headers
    assert OpenAIServer(api_key=KEY).headers["Authorization"] == "Bearer rpa_SECRET"


def test_another_machine_may_be_asked_in_plain_text_without_a_key_only() -> None:
    assert OpenAIServer(base_url="http://10.0.0.1:8001").url == "http://10.0.0.1:8001"
    with pytest.raises(ConfigurationError, match="https"):
        OpenAIServer(api_key=KEY, base_url="http://10.0.0.1:8001")


@pytest.mark.parametrize("url", ["", "127.0.0.1:8001", "https://u:p@x", "https://x?key=1"])
def test_a_server_url_that_is_none_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"base_url must look like http://127\.0\.0\.1:8001") as caught:
        OpenAIServer(base_url=url)
    assert "u:p" not in str(caught.value)
