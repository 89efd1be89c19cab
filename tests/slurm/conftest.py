import os
import shutil
import tempfile
from pathlib import Path

import pytest
from bits import digests
from cluster import Cluster, reason_not_to_run
from study import Study, make_study


@pytest.fixture(scope="session")
def cluster():
    reason = reason_not_to_run()
    if reason:
        pytest.skip(f"no Slurm: {reason}")
    folder = Path(tempfile.mkdtemp(prefix="harsanyi-slurm-"))  # short: sockets lie in it
    folder.chmod(0o755)
    cluster = Cluster(folder, nodes=3)
    try:
        cluster.up()
        yield cluster
    finally:
        cluster.down()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def harsanyi() -> Path:
    build = os.environ.get("HARSANYI_BUILD")
    if not build or not Path(build, "bin/harsanyi").exists():
        pytest.skip("HARSANYI_BUILD names no build folder with bin/harsanyi")
    return Path(build, "bin/harsanyi").absolute()


@pytest.fixture(scope="session")
def reference(cluster: Cluster, harsanyi: Path, tmp_path_factory) -> dict[str, str]:
    """Digests of the cube that one process computes without a stop."""
    study = make_study(cluster, tmp_path_factory.mktemp("reference"), harsanyi)
    study.run("sweep", "--config", "sweep.ini", "--model", "one", "--cube", "cube.h5")
    return digests(study.folder / "cube.h5")


@pytest.fixture
def study(cluster: Cluster, harsanyi: Path, tmp_path: Path) -> Study:
    return make_study(cluster, tmp_path, harsanyi)
