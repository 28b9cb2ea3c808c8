"""The benchmark measures, compares, and refuses to compare what is not the same."""

import sys
from pathlib import Path

import pytest

from precedent_inference.bench import engine
from precedent_inference.bench.engine import BenchOrder, measure_engine
from precedent_inference.errors import EngineError

TINY = BenchOrder("tiny", repeats=2, questions=4)


def silent(_: str) -> None:
    pass


def test_alone_it_prints_times_and_the_ceiling() -> None:
    found = measure_engine(TINY, silent)
    ours, ceiling, growth = found["ours"], found["ceiling"], found["memory_growth"]
    assert isinstance(ours, dict)
    assert isinstance(ceiling, dict)
    assert isinstance(growth, dict)
    assert set(ours["seconds"]) == {
        "cold_first_token",
        "second_question",
        "new_query_image",
        "decode",
    }
    assert ours["seconds"]["second_question"] < ours["seconds"]["cold_first_token"]
    assert 0 < ceiling["measured_over_ceiling"] < 1
    assert growth["questions"] == 4
    influence = found["influence"]
    assert isinstance(influence, dict)
    assert influence["all_cases_s"] > influence["cached_first_token_s"] > 0
    assert "ratios" not in found


def with_our_worker_as_the_peer(monkeypatch: pytest.MonkeyPatch, script: Path) -> None:
    monkeypatch.setattr(engine, "peer_python", lambda _: Path(sys.executable))
    monkeypatch.setattr(engine, "PEER_WORKER", script)


TWIN = """
import sys
import precedent_inference.bench.worker as worker

original = worker.Worker.__init__


def init(self, order):
    order["weights"] = ""  # both sides draw the same random weights
    original(self, order)


worker.Worker.__init__ = init
worker.main()
"""

OTHER_SEED = """
import torch

seed = torch.manual_seed
torch.manual_seed = lambda _: seed(5)
"""


def test_ratios_are_the_other_sides_times_over_ours(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script = tmp_path / "twin.py"
    script.write_text(TWIN)
    with_our_worker_as_the_peer(monkeypatch, script)
    monkeypatch.setattr(engine, "OUR_WORKER", script)
    found = measure_engine(BenchOrder("tiny", against_peer=True, repeats=1, questions=0), silent)
    ratios = found["ratios"]
    assert isinstance(ratios, dict)
    assert set(ratios) == {
        "cold_first_token",
        "second_question",
        "new_query_image",
        "decode",
        "peak_memory",
    }
    assert found["max_abs_diff"] == 0
    # A twin is no faster than itself; the targets are far away.
    assert "second_question" in found["missed"]  # type: ignore[operator]


def test_another_model_is_not_compared(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script, other = tmp_path / "twin.py", tmp_path / "other.py"
    script.write_text(TWIN)
    other.write_text(
        "import torch\nseed = torch.manual_seed\ntorch.manual_seed = lambda _: seed(5)\n" + TWIN
    )
    with_our_worker_as_the_peer(monkeypatch, other)
    monkeypatch.setattr(engine, "OUR_WORKER", script)
    with pytest.raises(EngineError, match=r"differ by .* on a logit; nothing was timed"):
        measure_engine(BenchOrder("tiny", against_peer=True, repeats=1, questions=0), silent)


def test_a_worker_that_dies_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script = tmp_path / "dies.py"
    script.write_text("raise SystemExit('out of luck')")
    monkeypatch.setattr(engine, "OUR_WORKER", script)
    with pytest.raises(EngineError, match="precedent ended with status 1: out of luck"):
        measure_engine(TINY, silent)
