"""Panels on a fake host, ready to be pressed and looked at."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot
from tests.plugin.panels.bench import Bench, FakeEngine, FakeHost, MakeBench

from precedent_plugin.library import CaseLibrary
from precedent_plugin.panels.workplace import SAMPLE_MARK, Workplace


@pytest.fixture
def make_bench(qtbot: QtBot, library: CaseLibrary) -> Iterator[MakeBench]:
    made: list[Bench] = []

    def make(*, holds: bool = False, with_sample: bool = False) -> Bench:
        host, engine = FakeHost(), FakeEngine()
        host.holds = holds
        if not with_sample:
            (library.folder / SAMPLE_MARK).touch()
        bench = Bench(host, library, engine, Workplace(host, library, lambda: engine))
        for panel in host.panels.values():
            qtbot.addWidget(panel)
            panel.resize(400, 900)
            panel.show()
        bench.work.desk.look()
        made.append(bench)
        return bench

    yield make
    for bench in made:
        for panel in bench.host.panels.values():
            panel.close()


@pytest.fixture
def bench(make_bench: MakeBench) -> Bench:
    return make_bench()


@pytest.fixture
def held(make_bench: MakeBench) -> Bench:
    return make_bench(holds=True)
