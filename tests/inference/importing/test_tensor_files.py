"""Files of tensors are opened as data alone, and what they are instead is said."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from precedent_inference.errors import ModelError
from precedent_inference.importing.tensor_files import open_tensor_file


class Bomb:
    """What a pickle with code in it holds."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return print, ("opened",)


class Program(torch.nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + 1


def code(path: Path) -> None:
    torch.save({"weight": Bomb()}, path)


def code_beside_tensors(path: Path) -> None:
    torch.save({"state_dict": {"weight": torch.ones(2)}, "args": Bomb()}, path)


def torch_script(path: Path) -> None:
    trace = torch.jit.trace(Program(), torch.ones(1))  # type: ignore[no-untyped-call]  # torch's
    trace.save(str(path))


def before_zip(path: Path) -> None:
    torch.save({"weight": torch.ones(2)}, path, _use_new_zipfile_serialization=False)


def cut(path: Path) -> None:
    torch.save({"weight": torch.ones(2000)}, path)
    path.write_bytes(path.read_bytes()[:4000])


def empty(path: Path) -> None:
    path.touch()


def pointer(path: Path) -> None:
    path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n")


def no_tensors(path: Path) -> None:
    torch.save({"epoch": 3, "name": "x"}, path)


def a_list(path: Path) -> None:
    torch.save([torch.ones(2)], path)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # torch.jit, to make the archive
@pytest.mark.parametrize(
    ("write", "said"),
    [
        (code, r"holds more than tensors \(it asks for .*print\); it was not opened"),
        (code_beside_tensors, r"holds more than tensors \(it asks for .*print\)"),
        (torch_script, "is a TorchScript archive, which holds code"),
        (before_zip, "saved by a torch before 1.6"),
        (cut, "is cut or broken"),
        (empty, "is cut or broken"),
        (pointer, "only a pointer of Git LFS"),
        (no_tensors, "is not a table of tensors"),
        (a_list, "is not a table of tensors"),
    ],
)
def test_what_a_torch_file_is_instead_is_said(
    tmp_path: Path,
    write: Callable[[Path], None],
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write(tmp_path / "model.pt")
    with pytest.raises(ModelError, match=said) as caught:
        open_tensor_file(tmp_path / "model.pt")
    assert "\n" not in str(caught.value)
    assert "opened" not in capsys.readouterr().out


@pytest.mark.parametrize("write", [cut, empty, pointer])
def test_what_a_safetensors_file_is_instead_is_said(
    tmp_path: Path, write: Callable[[Path], None]
) -> None:
    write(tmp_path / "model.safetensors")
    with pytest.raises(ModelError, match=r"missing or broken|only a pointer"):
        open_tensor_file(tmp_path / "model.safetensors")


@pytest.mark.parametrize("name", ["model.pt", "model.safetensors"])
def test_whole_numbers_are_no_weights(tmp_path: Path, name: str) -> None:
    tensors = {"weight": torch.ones(2, dtype=torch.int8)}
    path = tmp_path / name
    save_file(tensors, path) if name.endswith("s") else torch.save(tensors, path)
    file = open_tensor_file(path)
    with pytest.raises(ModelError, match="is of type"):
        file.dtype("weight")


def test_sparse_tensors_are_no_weights(tmp_path: Path) -> None:
    torch.save({"weight": torch.eye(3).to_sparse()}, tmp_path / "model.pt")
    with pytest.raises(ModelError, match="is of type sparse_coo"):
        open_tensor_file(tmp_path / "model.pt").dtype("weight")


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
def test_both_forms_give_the_same_tensor(tmp_path: Path, dtype: torch.dtype) -> None:
    tensors = {"weight": torch.arange(6.0).view(2, 3).to(dtype)}
    torch.save({"model_state_dict": tensors, "epoch": 1}, tmp_path / "model.pt")
    save_file(tensors, tmp_path / "model.safetensors")
    for name in ("model.pt", "model.safetensors"):
        file = open_tensor_file(tmp_path / name)
        assert file.shapes == {"weight": (2, 3)}
        assert file.dtype("weight") == dtype
        assert torch.equal(file.read("weight"), tensors["weight"])
