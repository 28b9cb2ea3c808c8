"""The arrows between the houses: what each package may import, late imports included."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

Rule: TypeAlias = Callable[[str, str], bool]
"""Says of a module's path in its house and an imported name whether they may not meet."""
ROOT = Path(__file__).parents[1]
HOUSES = {
    "precedent_inference": ROOT / "inference" / "precedent_inference",
    "precedent_viewer": ROOT / "viewer" / "precedent_viewer",
    "precedent_plugin": ROOT / "plugin" / "precedent_plugin",
    "precedent_resources": ROOT / "resources" / "precedent_resources",
}
MAY_IMPORT = {
    "precedent_inference": {"precedent_resources"},
    "precedent_viewer": {"precedent_resources"},
    "precedent_plugin": {"precedent_inference", "precedent_resources"},
    "precedent_resources": set[str](),
}
"""The table of houses; the one adapter is a case of its own below."""
CLIENT_SIDE = {
    "client",
    "protocol",
    "prompt",
    "templates",
    "errors",
    "model_jobs",
    "evidence.findings",
    "embedding.embeddings",
}
"""What the plugin sees of the engine."""
RUNTIMES = {"torch", "onnxruntime", "transformers"}
RUNTIME_PLACES = (
    "model/",
    "backends/",
    "export/",
    "training/",
    "importing/",
    "bench/",
    "embedding/",
)
RUNTIME_FREE = (
    "client.py",
    "protocol.py",
    "prompt.py",
    "errors.py",
    "model_jobs.py",
    "wire/request.py",
    "wire/answer.py",
    "wire/evidence.py",
    "evidence/findings.py",
    "wire/facts.py",
    "wire/embedding.py",
    "embedding/embeddings.py",
    "templates.py",
)
QT = {"PyQt6", "PyQt5", "PySide6", "PySide2", "qtpy"}
QT_FREE_VIEWER = (
    "hanging/",
    "help/commands_page.py",
    "overlay_colours.py",
    "presets.py",
    "tools/choice.py",
    "model/",
    "dicom/",
    "bench/figures.py",
    "bench/generated.py",
    "bench/memory.py",
    "bench/phantoms.py",
    "bench/reslicing.py",
    "cine/clock.py",
    "linking/cursor.py",
    "linking/lines.py",
    "linking/look.py",
    "linking/scroll.py",
    "frame_cache.py",
    "layers.py",
    "memory.py",
    "prefetch.py",
    "view.py",
    "views.py",
    "opening/archives.py",
    "opening/copies.py",
    "opening/directory.py",
    "opening/expand.py",
    "opening/unpacked.py",
    "pictures.py",
    "detached_values.py",
    "spooled_values.py",
    "volume_file.py",
    "frame_verb.py",
    "commands.py",
    "settings.py",
)
QT_PLACES_OF_PLUGIN = ("panels/", "hosts/")


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    """Give line and full name of every import, those inside functions and for types included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), filename=str(path))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} is a relative import"
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and _is_import_call(node):
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield node.lineno, first.value


def _is_import_call(node: ast.Call) -> bool:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name in {"import_module", "__import__"} and bool(node.args)


def modules(house: str) -> Iterator[tuple[str, Path]]:
    """Give every module of a house with its path inside it."""
    for path in sorted(HOUSES[house].rglob("*.py")):
        yield path.relative_to(HOUSES[house]).as_posix(), path


def wrong_imports(house: str, is_wrong: Rule) -> list[str]:
    """List what a house imports against a rule, as file:line name."""
    return [
        f"{house}/{inner}:{line} imports {name}"
        for inner, path in modules(house)
        for line, name in imports_of(path)
        if is_wrong(inner, name)
    ]


def top(name: str) -> str:
    return name.partition(".")[0]


@pytest.mark.parametrize("house", HOUSES)
def test_house_imports_only_what_the_table_allows(house: str) -> None:
    def is_wrong(inner: str, name: str) -> bool:
        is_ours = top(name) in HOUSES and top(name) not in {house, *MAY_IMPORT[house]}
        is_adapter = house == "precedent_plugin" and inner == "hosts/builtin.py"
        return is_ours and not (is_adapter and top(name) == "precedent_viewer")

    assert wrong_imports(house, is_wrong) == []


def test_adapter_sees_the_viewer_through_its_api_alone() -> None:
    def is_wrong(inner: str, name: str) -> bool:
        allowed = name.startswith("precedent_viewer.api.") or name == "precedent_viewer.api"
        return top(name) == "precedent_viewer" and not allowed

    assert wrong_imports("precedent_plugin", is_wrong) == []


def test_plugin_sees_the_client_side_of_the_engine_alone() -> None:
    def is_wrong(inner: str, name: str) -> bool:
        parts = name.split(".")
        seen = {".".join(parts[1:end]) for end in (2, 3)}
        return parts[0] == "precedent_inference" and not seen & CLIENT_SIDE

    assert wrong_imports("precedent_plugin", is_wrong) == []


def test_model_runtimes_stay_in_their_rooms() -> None:
    def is_wrong(inner: str, name: str) -> bool:
        return top(name) in RUNTIMES and not inner.startswith(RUNTIME_PLACES)

    assert wrong_imports("precedent_inference", is_wrong) == []


@pytest.mark.parametrize("house", ["precedent_viewer", "precedent_plugin", "precedent_resources"])
def test_no_other_house_imports_a_model_runtime(house: str) -> None:
    def is_wrong(inner: str, name: str) -> bool:
        return top(name) in RUNTIMES

    assert wrong_imports(house, is_wrong) == []


@pytest.mark.parametrize("house", ["precedent_inference", "precedent_resources"])
def test_house_without_a_window_imports_no_qt(house: str) -> None:
    def is_wrong(inner: str, name: str) -> bool:
        return top(name) in QT

    assert wrong_imports(house, is_wrong) == []


def test_plugin_knows_qt_in_panels_and_hosts_alone() -> None:
    def is_wrong(inner: str, name: str) -> bool:
        return top(name) in QT and not inner.startswith(QT_PLACES_OF_PLUGIN)

    assert wrong_imports("precedent_plugin", is_wrong) == []


def test_documents_of_the_viewer_import_no_qt() -> None:
    def is_wrong(inner: str, name: str) -> bool:
        return top(name) in QT and inner.startswith(QT_FREE_VIEWER)

    assert wrong_imports("precedent_viewer", is_wrong) == []


def test_client_side_reaches_no_runtime_through_its_own_imports() -> None:
    """What `client.py` imports of its own house must not import a runtime either, at any depth."""
    inference = HOUSES["precedent_inference"]
    seen: set[Path] = set()
    front = [inference / name for name in RUNTIME_FREE]
    reached: list[str] = []
    while front:
        path = front.pop()
        if path in seen:
            continue
        seen.add(path)
        for line, name in imports_of(path):
            if top(name) in RUNTIMES:
                reached.append(f"{path.name}:{line} imports {name}")
            front += _own_modules(name)
    assert reached == []


def _own_modules(name: str) -> list[Path]:
    """Give the files of our engine that an imported name may stand for."""
    parts = name.split(".")
    if parts[0] != "precedent_inference":
        return []
    base = HOUSES["precedent_inference"]
    found = [base.joinpath(*parts[1:end]).with_suffix(".py") for end in range(2, len(parts) + 1)]
    return [path for path in found if path.exists()]


def test_the_walk_sees_a_late_import(tmp_path: Path) -> None:
    source = tmp_path / "late.py"
    source.write_text("def run():\n    import torch\n    __import__('PyQt6')\n", encoding="utf-8")

    assert list(imports_of(source)) == [(2, "torch"), (3, "PyQt6")]
