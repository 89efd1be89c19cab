"""Files that commands write beside the HDF5 ones: nothing that is there is replaced unless they are told."""

from program import Program

STORAGE = 4


def slurm_words(program: Program, *more: object) -> list[object]:
    (program.folder / "sweep.ini").write_text(
        f"benchmark = tokens\ncalibration-rows = {program.rows}\n", encoding="utf-8"
    )
    return ["slurm", "--model", program.model, "--sweep", "sweep.ini", "--stage", "sweep", "--out", "out", *more]


def test_scripts_that_were_changed_by_hand_are_kept(program: Program):
    program.run(*slurm_words(program))
    script = program.folder / "out/jobs/sweep.sh"
    first = script.read_text(encoding="utf-8")
    program.run(*slurm_words(program))  # the same again is no matter
    script.write_text(first + "# mine\n", encoding="utf-8")
    done = program.run(*slurm_words(program), check=False)
    assert done.returncode == STORAGE
    assert "sweep.sh" in done.stderr and "--overwrite" in done.stderr
    assert script.read_text(encoding="utf-8") == first + "# mine\n"
    program.run(*slurm_words(program, "--overwrite"))
    assert script.read_text(encoding="utf-8") == first
    assert script.stat().st_mode & 0o100, "not executable"
    assert not list(script.parent.glob("*.partial"))


def test_a_study_takes_no_part_of_a_sweep(program: Program):
    words = slurm_words(program)
    with (program.folder / "sweep.ini").open("a", encoding="utf-8") as file:
        file.write("only-layers = 0-1\n")
    done = program.run(*words, check=False)
    assert done.returncode == 2
    assert "sweep.ini" in done.stderr and "only-layers" in done.stderr


def test_a_report_whose_page_was_not_made_is_kept(program: Program):
    program.run(*program.sweep_words("cube.h5"))
    failed = program.run("report", "--cube", "cube.h5", "--out", "report", "--python", "no-such-python", check=False)
    assert failed.returncode != 0
    table = program.folder / "report/experiment.csv"
    table.write_text("mine", encoding="utf-8")
    done = program.run("report", "--cube", "cube.h5", "--out", "report", check=False)
    assert done.returncode == STORAGE and "--overwrite" in done.stderr
    assert table.read_text(encoding="utf-8") == "mine"
