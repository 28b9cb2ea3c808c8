"""Counts of an engine process in the Prometheus text format.

Every process has its own registry; the library's global one is not used.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from precedent_inference.protocol import Answer

Outcome = Literal["answered", "examined", "embedded", "cancelled", "refused", "busy", "failed"]

CONTENT_TYPE = CONTENT_TYPE_LATEST
FIRST_TOKEN_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Metrics:
    """What an engine has done since it started."""

    def __init__(
        self, queue_length: Callable[[], int], cache_bytes: Callable[[], Mapping[str, int]]
    ) -> None:
        """The functions are called whenever the numbers are read, on the reader's thread."""
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._registry.register(_Gauges(queue_length, cache_bytes))
        self._requests = Counter(
            "precedent_requests", "Questions by outcome.", ["outcome"], registry=self._registry
        )
        self._first_token = Histogram(
            "precedent_first_token_seconds",
            "From the start of the work on a question to its first text.",
            buckets=FIRST_TOKEN_BUCKETS,
            registry=self._registry,
        )
        self._tokens = Counter(
            "precedent_generated_tokens", "Tokens of answers.", registry=self._registry
        )
        self._images = Counter(
            "precedent_images", "Pictures of prompts.", ["source"], registry=self._registry
        )
        self._prompt_tokens = Counter(
            "precedent_prompt_tokens", "Tokens of prompts.", ["source"], registry=self._registry
        )

    def ended(self, outcome: Outcome) -> None:
        """Count a question that is over, however it ended."""
        self._requests.labels(outcome).inc()

    def answered(self, answer: Answer) -> None:
        """Count a question that was answered, and what it took."""
        self.ended("answered")
        self._first_token.observe(answer.timing.first_token_s)
        self._tokens.inc(answer.timing.new_tokens)
        cache = answer.cache
        self._images.labels("computed").inc(cache.images_encoded)
        self._images.labels("cached").inc(cache.images_reused)
        reused = cache.prompt_tokens_reused
        self._prompt_tokens.labels("computed").inc(cache.prompt_tokens - reused)
        self._prompt_tokens.labels("cached").inc(reused)

    def text(self) -> bytes:
        """Give all numbers in the text format."""
        return generate_latest(self._registry)


class _Gauges(Collector):
    """Numbers that are read where they are kept."""

    def __init__(
        self, queue_length: Callable[[], int], cache_bytes: Callable[[], Mapping[str, int]]
    ) -> None:
        self._queue_length = queue_length
        self._cache_bytes = cache_bytes

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Give the numbers of now."""
        yield GaugeMetricFamily(
            "precedent_queue_length", "Questions that wait in line.", self._queue_length()
        )
        held = GaugeMetricFamily(
            "precedent_cache_bytes", "Bytes held between questions.", labels=["cache"]
        )
        for name, size in self._cache_bytes().items():
            held.add_metric([name], size)
        yield held
