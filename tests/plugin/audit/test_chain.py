"""No line of the chain changes unseen, and a killed process leaves it whole."""

import hashlib
import json
import multiprocessing
from pathlib import Path

import pytest

from precedent_plugin.audit.chain import START, AuditChain, content_of
from precedent_plugin.errors import AuditError

PROCESSES, EACH = 4, 25


@pytest.fixture
def chain(tmp_path: Path) -> AuditChain:
    made = AuditChain(tmp_path)
    for number in range(4):
        made.append("question", f"q{number}", content_of(str(number).encode()))
    return made


def lines(chain: AuditChain) -> list[str]:
    return chain.path.read_text(encoding="utf-8").splitlines()


def rewrite(chain: AuditChain, kept: list[str]) -> None:
    chain.path.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")


def test_each_line_holds_the_hash_of_the_one_before(chain: AuditChain) -> None:
    found = list(chain.links())
    assert found[0][0].previous == START
    assert [link.previous for link, _ in found[1:]] == [stated for _, stated in found[:-1]]
    assert chain.broken() == []


def test_the_hash_is_that_of_the_line_without_it(chain: AuditChain) -> None:
    table = json.loads(lines(chain)[2])
    stated = table.pop("hash")
    form = json.dumps(table, sort_keys=True, separators=(",", ":")).encode()
    assert hashlib.sha256(form).hexdigest() == stated


def test_an_altered_line_is_found(chain: AuditChain) -> None:
    kept = lines(chain)
    kept[1] = kept[1].replace('"q1"', '"q9"')
    rewrite(chain, kept)
    assert chain.broken() == ["Line 2 was altered: its words do not give its hash."]


def test_a_line_altered_with_its_hash_breaks_the_next(chain: AuditChain) -> None:
    other = AuditChain(chain.path.parent / "other")
    other.append("question", "q0", content_of(b"0"))
    other.append("question", "forged", content_of(b"1"))
    kept = lines(chain)
    kept[1] = lines(other)[1]
    rewrite(chain, kept)
    assert "Before line 3 lines were taken out, put in or altered." in chain.broken()


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_a_line_taken_out_is_found(chain: AuditChain, gone: int) -> None:
    kept = lines(chain)
    del kept[gone]
    rewrite(chain, kept)
    assert chain.broken()


def test_two_lines_that_changed_places_are_found(chain: AuditChain) -> None:
    kept = lines(chain)
    kept[1], kept[2] = kept[2], kept[1]
    rewrite(chain, kept)
    assert chain.broken()


def test_half_a_line_of_a_killed_process_is_cut_off(chain: AuditChain) -> None:
    with chain.path.open("ab") as file:
        file.write(b'{"at":"2026-11-23T1')
    link = chain.append("act", "q1", content_of(None), "copied")
    assert link.number == 5
    assert chain.broken() == []


def test_nothing_is_added_to_a_line_that_cannot_be_read(chain: AuditChain) -> None:
    kept = lines(chain)
    rewrite(chain, [*kept[:-1], "rubbish"])
    with pytest.raises(AuditError, match="The last line of"):
        chain.append("act", "q1", content_of(None), "copied")
    assert lines(chain)[-1] == "rubbish"


def add_many(folder: Path, name: int) -> None:
    chain = AuditChain(folder)
    for number in range(EACH):
        chain.append("act", f"{name}-{number}", content_of(None), "copied")


def test_processes_that_write_at_once_make_one_chain(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=add_many, args=(tmp_path, n)) for n in range(PROCESSES)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    chain = AuditChain(tmp_path)
    assert chain.broken() == []
    assert len(list(chain.links())) == PROCESSES * EACH
