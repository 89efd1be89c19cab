"""Processes that compute values on request: engine_bench, and the Python sides behind side.py."""

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

HERE = Path(__file__).parent


class SideError(RuntimeError):
    """A side that did not start or died; the text ends with what it said last."""


class Side:
    """Loaded when made. A request is sent with `start` and answered by `result`, so that two can run at once."""

    def __init__(self, command: list[object], log: Path) -> None:
        self.log = log
        with log.open("w") as errors:
            self.process = subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env=os.environ | {"TOKENIZERS_PARALLELISM": "false", "HF_HUB_OFFLINE": "1", "WANDB_MODE": "disabled"},
            )
        self.facts = self.result()

    def start(self, request: dict) -> None:
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()

    def result(self) -> dict:
        line = self.process.stdout.readline()
        if not line:
            said = self.log.read_text(errors="replace").strip().splitlines() or ["nothing on standard error"]
            raise SideError(f"{self.process.args[0]} ended with {self.process.wait()}: {said[-1]}")
        return json.loads(line)

    def close(self) -> None:
        with suppress(BrokenPipeError):  # it died already
            self.process.stdin.close()
        self.process.wait()


def python_side(name: str, model: Path, game: Path, threads: int, log: Path, device: str = "cpu") -> Side:
    return Side([sys.executable, HERE / "side.py", name, model, game, threads, torch_device(device)], log)


def engine_side(driver: Path, model: Path, game: Path, threads: int, log: Path, device: str = "cpu") -> Side:
    return Side([driver, model, game, threads, "auto", device], log)


def torch_device(device: str) -> str:
    """PyTorch's name of cpu or gpu."""
    return "cuda" if device == "gpu" else device
