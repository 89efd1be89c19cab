"""`merge`: parts give the bits of the whole computed at once; what does not belong together is refused."""

import hashlib
import shutil

import h5py
import harsanyi_analysis as analysis
import numpy as np
import pytest
from bits import digests
from damage import damage_value, unit_at
from kinds_of_benchmarks_test import texts  # noqa: F401  (fixture)
from program import Program, write_model
from stopping_test import many_rows, stopping_words  # noqa: F401  (fixture)

USAGE, STORAGE, INCOMPLETE = 2, 4, 5


def part_words(program: Program, cube: str, *more: object) -> list[object]:
    return program.sweep_words(cube, "--worker-groups", 1, *more)


@pytest.fixture
def whole(program: Program) -> Program:
    program.run(*part_words(program, "whole.h5"))
    return program


def refused(program: Program, *words: object, code: int = STORAGE) -> str:
    before = sorted(path.name for path in program.folder.iterdir())
    done = program.run("merge", *words, check=False)
    assert done.returncode == code, done.stderr
    assert sorted(path.name for path in program.folder.iterdir()) == before, "something was left behind"
    return done.stderr


def identity_of(program: Program, file: str) -> tuple[bytes, dict]:
    with h5py.File(program.folder / file) as opened:
        return opened.attrs["identity_digest"], dict(opened["identity"].attrs)


def same_as_whole(program: Program, file: str, whole: str = "whole.h5") -> bool:
    assert identity_of(program, file) == identity_of(program, whole)
    return digests(program.folder / file) == digests(program.folder / whole)


@pytest.mark.parametrize(
    "parts",
    [
        [("--only-layers", "0-1"), ("--only-layers", "2-3")],
        [("--only-samples", "0-11"), ("--only-samples", "12-23")],
        [("--only-samples", "0-9"), ("--only-samples", "10-23")],  # units reach across: they overlap
        [("--only-layers", "3,0"), ("--only-layers", "1-2", "--only-samples", "0-7"),
         ("--only-layers", "1-2", "--only-samples", "8-23")],
        [("--only-layers", "0-2"), ("--only-layers", "1-3")],
    ],
)  # fmt: skip
def test_parts_have_the_bits_of_the_whole(whole: Program, parts: list):
    names = []
    for number, part in enumerate(parts):
        names.append(f"part_{number}.h5")
        said = whole.run(*part_words(whole, names[-1], *part)).stdout
        assert "part complete" in said
        assert whole.run("inspect", names[-1], "--require-complete", check=False).returncode == INCOMPLETE
    whole.run("merge", "merged.h5", *names)
    assert same_as_whole(whole, "merged.h5")
    whole.run("inspect", "merged.h5", "--require-complete", "--verify")
    whole.run("select", "--cube", "merged.h5", "--groups", "groups.h5")
    provenance = analysis.open_cube(whole.folder / "merged.h5").attrs["provenance"]
    assert provenance["command"].startswith("harsanyi merge merged.h5 part_0.h5")
    assert "--only" in provenance["part_1.command"] and provenance["part_2.program"].startswith("harsanyi ")


def test_a_part_run_again_changes_nothing(whole: Program):
    whole.run(*part_words(whole, "a.h5", "--only-layers", "0-1"))
    before = (whole.folder / "a.h5").read_bytes()
    assert "part complete" in whole.run(*part_words(whole, "a.h5", "--only-layers", "0-1")).stdout
    assert (whole.folder / "a.h5").read_bytes() == before


def test_the_rest_can_be_computed_into_the_same_cube(whole: Program):
    whole.run(*part_words(whole, "a.h5", "--only-layers", "0-1"))
    assert "cube complete" in whole.run(*part_words(whole, "a.h5")).stdout
    assert same_as_whole(whole, "a.h5")


def test_gaps_are_refused_or_left_open_for_a_sweep(whole: Program):
    whole.run(*part_words(whole, "a.h5", "--only-layers", "0"))
    whole.run(*part_words(whole, "b.h5", "--only-layers", "2-3"))
    text = refused(whole, "merged.h5", "a.h5", "b.h5")
    assert "--allow-gaps" in text and "(layers 1-1, " in text
    assert "unfinished" in whole.run("merge", "merged.h5", "a.h5", "b.h5", "--allow-gaps").stdout
    assert whole.run("inspect", "merged.h5", "--require-complete", "--verify", check=False).returncode == INCOMPLETE
    whole.run(*part_words(whole, "merged.h5"))
    assert same_as_whole(whole, "merged.h5")


def test_other_experiments_are_refused_with_what_differs(whole: Program):
    whole.run(*part_words(whole, "a.h5", "--only-layers", "0-1"))
    whole.run(*part_words(whole, "b.h5", "--only-layers", "2-3", "--seed", 7, "--epsilon", 0.5))
    text = refused(whole, "merged.h5", "a.h5", "b.h5")
    assert "seed: 42 here, 7 in the other" in text and "epsilon" in text and "b.h5" in text


def test_parts_cut_into_other_units_are_refused_with_the_remedy(whole: Program):
    whole.run(*part_words(whole, "a.h5", "--only-layers", "0-1"))
    whole.run(*part_words(whole, "b.h5", "--only-layers", "2-3", "--unit-coalitions", 2))
    text = refused(whole, "merged.h5", "a.h5", "b.h5")
    assert "sharding" in text and "--worker-groups" in text


def test_cubes_of_two_models_are_refused_with_the_remedy(whole: Program):
    write_model(whole.model, seed=9)
    whole.run(*part_words(whole, "other.h5"))
    text = refused(whole, "merged.h5", "whole.h5", "other.h5")
    assert "model.weights_sha256" in text and "one cube for each" in text


def test_a_damaged_part_is_refused(whole: Program):
    whole.run(*part_words(whole, "a.h5", "--only-layers", "0-1"))
    damage_value(whole.folder / "a.h5", 1, 2, 3)
    text = refused(whole, "merged.h5", "a.h5", "whole.h5")
    unit = unit_at(whole.folder / "a.h5", 1, 2, 3)
    assert f"a.h5: unit {unit} differs from its checksum" in text and "harsanyi repair" in text


def test_parts_that_disagree_are_refused_with_the_first_place(whole: Program):
    shutil.copy(whole.folder / "whole.h5", whole.folder / "changed.h5")
    unit = unit_at(whole.folder / "changed.h5", 2, 9, 5)
    with h5py.File(whole.folder / "changed.h5", "r+") as cube:
        value = cube["value"]
        value[2, 9, 5] = np.nextafter(value[2, 9, 5], 100.0)
        box = tuple(slice(*cube[name][unit]) for name in ("unit_layers", "unit_samples", "unit_coalitions"))
        block = hashlib.sha256(value[box].tobytes()).digest()
        cube["unit_checksum"][unit] = np.frombuffer(block[:8], "<u8")[0]
        row = cube["sample_row"][9]
    text = refused(whole, "merged.h5", "whole.h5", "changed.h5")
    assert f"disagree on layer 2, sample 9 (tokens row {row}), coalition {{0,2}}" in text


def test_an_existing_file_is_kept_unless_told(whole: Program):
    (whole.folder / "text.h5").write_text("mine", encoding="utf-8")
    shutil.copy(whole.folder / "whole.h5", whole.folder / "old.h5")
    assert "--overwrite" in refused(whole, "old.h5", "whole.h5")
    assert "not an HDF5 file" in refused(whole, "text.h5", "whole.h5", "--overwrite")
    assert (whole.folder / "text.h5").read_text(encoding="utf-8") == "mine"
    whole.run("merge", "old.h5", "whole.h5", "--overwrite")
    assert same_as_whole(whole, "old.h5")


def test_files_that_have_no_parts_are_refused(whole: Program):
    whole.run("select", "--cube", "whole.h5", "--groups", "groups.h5")
    assert "written in one go" in refused(whole, "merged.h5", "groups.h5")
    assert "join files of one kind" in refused(whole, "merged.h5", "whole.h5", "groups.h5")
    assert "--part" in refused(whole, "merged.h5", code=USAGE)


def test_layers_of_a_sweep_that_stops_early(many_rows: Program):  # noqa: F811
    words = stopping_words(many_rows, "whole.h5", "--worker-groups", 1)
    many_rows.run(*words)
    for name, layers in (("a.h5", "0,3"), ("b.h5", "1-2")):
        many_rows.run(*[name if word == "whole.h5" else word for word in words], "--only-layers", layers)
    many_rows.run("merge", "merged.h5", "a.h5", "b.h5")
    with h5py.File(many_rows.folder / "whole.h5") as cube:
        assert 2 in cube["unit_done"][:], "no layer stopped early: the test shows nothing"
    assert same_as_whole(many_rows, "merged.h5")


def test_benchmarks_of_one_model(texts: Program):  # noqa: F811
    def sweep(cube: str, *benchmarks: str):
        named = [word for name in benchmarks for word in ("--benchmark", name)]
        texts.run("sweep", "--model", texts.model, "--data", "data", "--value", "label_set", "--worker-groups", 1,
                  "--unit-samples", 4, "--unit-layers", 1, "--unit-coalitions", 4, "--cube", cube, *named)  # fmt: skip

    sweep("whole.h5", "cb", "arc_easy")
    sweep("cb.h5", "cb")
    sweep("arc.h5", "arc_easy")
    texts.run("merge", "merged.h5", "cb.h5", "arc.h5")
    assert same_as_whole(texts, "merged.h5")
    # In the other order the benchmarks' samples change places, and no value changes.
    texts.run("merge", "turned.h5", "arc.h5", "whole.h5")
    values = {}
    for name in ("whole", "turned"):
        cube = analysis.open_cube(texts.folder / f"{name}.h5")
        for benchmark in ("cb", "arc_easy"):
            values[name, benchmark] = cube.value[:, cube.benchmark.values == benchmark].values
    for benchmark in ("cb", "arc_easy"):
        assert values["whole", benchmark].tobytes() == values["turned", benchmark].tobytes()


def two_models(program: Program) -> list[str]:
    models = []
    for seed, name in ((3, "first"), (4, "second")):
        shutil.copytree(program.model, program.folder / name)
        write_model(program.folder / name, seed=seed, vocabulary=263, positions=600)
        models.append(name)
    return models


def evaluate(program: Program, results: str, models: list[str], benchmarks: list[str], *more: object):
    named = [word for name in models for word in ("--model", name)]
    named += [word for name in benchmarks for word in ("--benchmark", name)]
    return program.run("evaluate", "--data", "data", "--unit-items", 3, "--method", "vanilla", "--method", "all_heads",
                       "--results", results, *named, *more)  # fmt: skip


def test_results_of_other_models_and_other_benchmarks(texts: Program):  # noqa: F811
    models = two_models(texts)
    evaluate(texts, "whole.h5", models, ["cb", "squad"])
    evaluate(texts, "a.h5", models[:1], ["cb", "squad"])
    evaluate(texts, "b.h5", models[1:], ["cb"])
    evaluate(texts, "c.h5", models[1:], ["squad"])
    texts.run("merge", "merged.h5", "a.h5", "b.h5", "c.h5")
    assert same_as_whole(texts, "merged.h5")
    assert analysis.open_results(texts.folder / "merged.h5").equals(analysis.open_results(texts.folder / "whole.h5"))
    again = evaluate(texts, "merged.h5", models, ["cb", "squad"])
    assert "results complete" in again.stdout, "the merged file is not that of the experiment"


def test_results_that_make_no_whole_are_refused(texts: Program):  # noqa: F811
    models = two_models(texts)
    evaluate(texts, "a.h5", models[:1], ["cb"])
    evaluate(texts, "b.h5", models[1:], ["squad"])
    assert "no part has squad on first" in refused(texts, "merged.h5", "a.h5", "b.h5")
    evaluate(texts, "c.h5", models[1:], ["cb"], "--alpha", 0.5)
    assert "alpha" in refused(texts, "merged.h5", "a.h5", "c.h5")
    evaluate(texts, "d.h5", models[1:], ["cb"], "--layers", "0-1")
    texts.run("merge", "merged.h5", "a.h5", "d.h5")  # each model has its own layers
    with h5py.File(texts.folder / "merged.h5") as merged:
        assert merged["identity"].attrs["method.all_heads"] == b"all_heads; layers all; layers 0-1"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("--only-layers", "0-9"), "the model's layers are 0-3"),
        (("--only-samples", "20-30"), "the sweep's samples are 0-23"),
        (("--only-layers", "none"), "nothing to compute"),
        (("--only-samples", "0-3", "--stopping", "elimination"), "--only-layers"),
    ],
)
def test_parts_that_there_are_not(program: Program, wrong: tuple, said: str):
    done = program.run(*program.sweep_words("c.h5"), *wrong, check=False)
    assert done.returncode == USAGE
    assert said in done.stderr
