"""How a sweep is cut into units follows the number of ranks; what it gives does not."""

import h5py
import numpy as np
import pytest
from bits import digests
from program import Program


def words(program: Program, cube: str, *more: object) -> list[object]:
    return ["sweep", "--model", program.model, "--benchmark", "tokens", "--calibration-rows", program.rows,
            "--unit-samples", 1, "--cube", cube, *more]  # fmt: skip


def sharding(program: Program, cube: str) -> tuple[int, ...]:
    with h5py.File(program.folder / cube) as file:
        return tuple(int(file.attrs[f"sharding_{name}"]) for name in ("layers", "coalitions", "samples"))


def lose(program: Program, cube: str, units: range) -> None:
    """As if these units were still to be done."""
    with h5py.File(program.folder / cube, "r+") as file:
        for unit in units:
            (l0, l1), (s0, s1), (c0, c1) = (file[f"unit_{axis}"][unit] for axis in ("layers", "samples", "coalitions"))
            file["value"][l0:l1, s0:s1, c0:c1] = np.nan
            file["unit_done"][unit] = 0
        file["complete"][()] = 0


def test_more_ranks_get_smaller_units_and_the_same_values(program: Program):
    program.run(*words(program, "one.h5"))
    program.run(*words(program, "two.h5"), ranks=2)
    assert sharding(program, "one.h5") == (1, 8, 1)
    assert sharding(program, "two.h5") == (1, 4, 1)
    for name in ("value", "value_mean", "dividend_mean", "dividend_standard_error"):
        assert digests(program.folder / "one.h5")[name] == digests(program.folder / "two.h5")[name]


@pytest.mark.parametrize(("made_by", "continued_by"), [(0, 2), (2, 0)])
def test_a_cube_is_continued_with_its_units_by_any_number_of_ranks(program: Program, made_by: int, continued_by: int):
    program.run(*words(program, "cube.h5"), ranks=made_by)
    before = digests(program.folder / "cube.h5")
    lose(program, "cube.h5", range(10, 40))
    assert digests(program.folder / "cube.h5") != before
    program.run(*words(program, "cube.h5"), ranks=continued_by)
    assert digests(program.folder / "cube.h5") == before


def test_units_named_against_those_of_the_cube_are_refused(program: Program):
    program.run(*words(program, "cube.h5"))
    lose(program, "cube.h5", range(1))
    refused = program.run(*words(program, "cube.h5", "--unit-coalitions", 2), check=False)
    assert refused.returncode == 4
    assert "sharding: 1 layers, 2 coalitions, 1 samples here, 1 layers, 8 coalitions" in refused.stderr


@pytest.mark.parametrize("cut", [(1, 1), (1, 3), (2, 5), (4, 8)], ids=str)
def test_layers_and_coalitions_of_a_unit_do_not_move_a_value(program: Program, cut: tuple[int, int]):
    def values(cube: str, layers: int, coalitions: int) -> str:
        program.run("sweep", "--model", program.model, "--benchmark", "tokens", "--calibration-rows", program.rows,
                    "--unit-samples", 4, "--unit-layers", layers, "--unit-coalitions", coalitions, "--cube", cube,
                    "--threads", 2)  # fmt: skip
        return digests(program.folder / cube)["value"]

    assert values("cut.h5", *cut) == values("whole.h5", 4, 7)


def test_plan_says_what_it_chose_and_why(program: Program):
    plan = ["plan", *words(program, "cube.h5")[1:]]
    assert "4 coalitions, 1 samples; chosen for 2 worker groups: 96 units each" in (
        program.run(*plan, "--worker-groups", 2).stdout
    )
    assert "as given" in program.run(*plan, "--unit-layers", 1, "--unit-coalitions", 8).stdout
    program.run(*words(program, "cube.h5"))
    assert "8 coalitions, 1 samples; as the cube has them" in program.run(*plan, "--worker-groups", 2).stdout
