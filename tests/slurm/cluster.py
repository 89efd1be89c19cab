"""A Slurm cluster on this machine: munge, a controller, and node daemons in namespaces of their own. Needs root."""

import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
NAMESPACES = ["unshare", "--mount", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc"]


def reason_not_to_run() -> str:
    """Why no cluster can be brought up here; empty if one can."""
    for program in ("slurmctld", "slurmd", "munged", "srun", "unshare"):
        if shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin") is None:
            return f"{program} is not installed (tools/packages-test.txt)"
    if (os.cpu_count() or 1) < 2:
        return "two ranks of a node need two cores"
    if os.geteuid() != 0:
        return "the node daemons need root for namespaces of their own"
    tried = subprocess.run([*NAMESPACES, "mount", "--make-rprivate", "/"], capture_output=True, text=True)
    return "" if tried.returncode == 0 else f"namespaces are not allowed here: {tried.stderr.strip()}"


def wait_until(what: str, holds: Callable[[], bool], seconds: float = 60.0, found: object = "") -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"after {seconds:.0f} s still not: {what} {found}"
        time.sleep(0.05)


@dataclass
class Cluster:
    """Nodes n1, n2, ... with `cpus` cores, the same ones, and `gpus` fake GPUs each. Everything lies in `folder`."""

    folder: Path
    nodes: int = 2
    cpus: int = min(os.cpu_count() or 1, 8)  # no more than there are: ranks could not be bound to the others
    gpus: int = 2
    port: int = 0  # of the controller; the next ones are the nodes'
    environment: dict[str, str] = field(default_factory=dict)
    daemons: dict[str, subprocess.Popen] = field(default_factory=dict)  # munged, slurmctld, and the nodes by name

    def __post_init__(self):
        self.port = free_ports(150)
        path = f"{os.environ['PATH']}:/usr/sbin"
        # Jobs inherit this: what names a launcher or a job of the test's own is left out.
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("SLURM_", "OMPI_", "PMIX_"))}
        self.environment = {**kept, "PATH": path, "SLURM_CONF": str(self.folder / "slurm.conf")}

    @property
    def names(self) -> list[str]:
        return [f"n{i + 1}" for i in range(self.nodes)]

    # ---- up and down

    def up(self) -> None:
        for name in ("state", "munge", "dev", *(f"{kind}/{node}" for kind in ("spool", "tmp") for node in self.names)):
            (self.folder / name).mkdir(parents=True)
        self.write_files()
        munge = self.folder / "munge"
        key = munge / "munge.key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o600)
        files = [f"--{kind}-file={munge}/{kind}" for kind in ("pid", "log", "seed")]
        self.start("munged", ["munged", "--foreground", "--force", f"--key-file={key}", f"--socket={munge}/munge.sock",
                              *files])  # fmt: skip
        wait_until("munged listens", (munge / "munge.sock").exists)
        self.start("slurmctld", ["slurmctld", "-D", "-c", "-i"])
        for name in self.names:
            self.start_node(name)
        self.wait_for_nodes()

    def down(self) -> None:
        subprocess.run(["scancel", "--user=root"], env=self.environment, timeout=30, check=False)
        for name, daemon in reversed(self.daemons.items()):
            if name in self.names:
                daemon.kill()  # with it the kernel kills all of the node
            else:
                daemon.terminate()
        for daemon in reversed(self.daemons.values()):
            try:
                daemon.wait(timeout=5)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()

    def start(self, name: str, words: list[str]) -> None:
        with (self.folder / f"{name}.out").open("ab") as out:
            self.daemons[name] = subprocess.Popen(words, env=self.environment, stdin=subprocess.DEVNULL, stdout=out,
                                                  stderr=out, start_new_session=True)  # fmt: skip

    def start_node(self, name: str) -> None:
        self.start(name, [*NAMESPACES, str(HERE / "node.sh"), str(self.folder), name])

    def crash_node(self, name: str) -> None:
        """The daemon and all tasks of the node die at once, and the controller is told what it would find out later."""
        self.daemons[name].kill()
        self.daemons[name].wait()
        self.run("scontrol", "update", f"NodeName={name}", "State=DOWN", "Reason=crash")

    def kill_step_daemon(self, name: str) -> None:
        """Of the node's job step alone: its ranks lose their process manager, and Slurm does not notice."""
        inside = Path(f"/proc/{self.daemons[name].pid}/ns/pid_for_children").readlink()
        killed = 0
        for process in Path("/proc").glob("[0-9]*"):
            try:
                command = (process / "cmdline").read_bytes().decode(errors="replace")
                if re.match(r"slurmstepd: \[\d+\.\d+\]", command) and (process / "ns/pid").readlink() == inside:
                    os.kill(int(process.name), signal.SIGKILL)
                    killed += 1
            except OSError:
                continue  # it has ended
        assert killed > 0, f"no step daemon on {name}"

    def repair_node(self, name: str) -> None:
        left = self.folder / "tmp" / name  # PMIx folders of steps that died; a node that boots has none
        shutil.rmtree(left)
        left.mkdir(mode=0o1777)
        self.start_node(name)
        self.run("scontrol", "update", f"NodeName={name}", "State=RESUME")
        self.wait_for_nodes()

    def wait_for_nodes(self) -> None:
        def idle() -> bool:
            listed = subprocess.run(["sinfo", "-h", "-N", "-p", "main", "-t", "idle", "-o", "%N"],
                                    env=self.environment, capture_output=True, text=True)  # fmt: skip
            return set(listed.stdout.split()) == set(self.names)

        wait_until("all nodes are idle", idle)

    # ---- files

    def write_files(self) -> None:
        lines, devices = [], []
        for i, name in enumerate(self.names):
            gres = f" Gres=gpu:{self.gpus}" if self.gpus else ""
            # One address for all: srun is answered on the address that it called from.
            lines.append(f"NodeName={name} NodeHostname={name} NodeAddr=127.0.0.1 Port={self.port + 1 + i} "
                         f"CPUs={self.cpus} RealMemory=4000{gres} State=UNKNOWN")  # fmt: skip
            if self.gpus:
                devices.append(f"NodeName={name} Name=gpu File={self.folder}/dev/gpu[0-{self.gpus - 1}]")
        for i in range(self.gpus):  # Slurm asks for character devices: those of /dev/null will do
            os.mknod(self.folder / f"dev/gpu{i}", 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        host = socket.gethostname().split(".")[0]
        values = {"DIR": self.folder, "HOST": host, "CONTROLLER_PORT": self.port, "NODES": "\n".join(lines),
                  "SRUN_PORTS": f"{self.port + 50}-{self.port + 149}"}  # fmt: skip
        text = (HERE / "slurm.conf.in").read_text(encoding="utf-8").split("\n", 1)[1]
        for name, value in values.items():
            text = text.replace(f"@{name}@", str(value))
        files = {
            "slurm.conf": text,
            "gres.conf": "\n".join(devices) + "\n",
            "cgroup.conf": "",
            # The default fence lets ranks out of MPI_Init too early now and then, and one crashes.
            "mpi.conf": "PMIxCollFence=ring\n",
            "hosts": f"127.0.0.1 localhost {host} {' '.join(self.names)}\n",
            "task_prolog": "#!/bin/sh\necho export OMPI_MCA_btl_tcp_if_include=lo\n",
        }
        for name, content in files.items():
            (self.folder / name).write_text(content, encoding="utf-8")
        (self.folder / "task_prolog").chmod(0o755)

    # ---- jobs

    def run(self, *words: object, cwd: Path | None = None, check: bool = True, timeout: float = 60.0) -> str:
        """Standard output of a command that talks to the cluster."""
        done = subprocess.run([str(word) for word in words], env=self.environment, cwd=cwd or self.folder, text=True,
                              capture_output=True, timeout=timeout)  # fmt: skip
        if check:
            assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout

    def job(self, number: str) -> dict[str, str]:
        """What the controller says of a job: JobState, Restarts, ExitCode, ..."""
        shown = self.run("scontrol", "show", "job", "--oneliner", number).splitlines()[0]
        return dict(word.split("=", 1) for word in shown.split() if "=" in word)

    def wait_for_state(self, number: str, *states: str, seconds: float = 60.0) -> dict[str, str]:
        self.wait_for_job(number, " or ".join(states), lambda job: job["JobState"] in states, seconds)
        return self.job(number)

    def wait_for_requeue(self, number: str) -> None:
        """Until the job waits again after it ran."""
        self.wait_for_job(number, "requeued", lambda job: job["Restarts"] != "0" and job["JobState"] == "PENDING")

    def wait_for_job(self, number: str, what: str, holds: Callable[[dict], bool], seconds: float = 60.0) -> None:
        job = {}

        def look() -> bool:
            job.update(self.job(number))
            return holds(job)

        wait_until(f"job {number} is {what}", look, seconds, job)

    def start_requeued(self, number: str) -> None:
        """A requeued job would wait for two minutes; returns once it has left the queue.

        Not at once: a node takes the job for revoked in the second in which it was requeued."""
        self.run("scontrol", "update", f"JobId={number}", "StartTime=now+2")
        wait_until(f"job {number} starts", lambda: self.job(number)["JobState"] != "PENDING")


def free_ports(count: int) -> int:
    """The first of `count` ports that nothing listens on."""
    for first in range(26800, 60000, count):
        with socket.socket() as probe_first, socket.socket() as probe_last:
            try:
                probe_first.bind(("127.0.0.1", first))
                probe_last.bind(("127.0.0.1", first + count - 1))
            except OSError:
                continue
            return first
    raise OSError("no free ports")
