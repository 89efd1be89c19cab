"""results.json as figures: sides per model, and growth beside theory.

plots.py FOLDER      (runtime environment: tools/setup.sh) writes FOLDER/sides.png and growth.png
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "analysis/src"))
from harsanyi_analysis.figures.style import BLUE, LINE, QUIET, RED, save_png, styled, without_frame  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402

OURS = "harsanyi"


@styled
def sides_figure(cases: list[dict]) -> Figure:
    """Milliseconds per value of every side, one panel per model."""
    figure = Figure(figsize=(4 * len(cases), 2.8), layout="constrained")
    for axes, case in zip(figure.subplots(1, len(cases), squeeze=False)[0], cases, strict=True):
        names = list(case["sides"])[::-1]
        sides = [case["sides"][name] for name in names]
        medians = [1e3 * side["seconds_per_value"]["median"] for side in sides]
        axes.barh(names, medians, color=[BLUE if name.startswith(OURS) else LINE for name in names], height=0.6)
        for place, (median, side) in enumerate(zip(medians, sides, strict=True)):
            label = f" {median:.3g} ms, {side['times_harsanyi']['median']:.2g}x"
            axes.text(median, place, label, va="center", fontsize=7, color=QUIET)
        axes.set_xlim(0, 1.45 * max(medians))
        axes.set_title(case["case"])
        axes.set_xlabel("ms per value")
        without_frame(axes)
    return figure


@styled
def growth_figure(growth: dict) -> Figure:
    """Processor seconds as points; useful operations, scaled to the largest point, as a line."""
    figure = Figure(figsize=(3 * len(growth), 2.8), layout="constrained")
    for axes, (axis, points) in zip(figure.subplots(1, len(growth), squeeze=False)[0], growth.items(), strict=True):
        sizes = [point[axis] for point in points]
        speed = points[-1]["useful_flops"] / points[-1]["processor_seconds"]
        axes.plot(sizes, [point["useful_flops"] / speed for point in points], color=LINE, label="theory")
        axes.plot(sizes, [point["processor_seconds"] for point in points], "o", color=RED, label="measured")
        axes.set_xscale("log", base=2)
        axes.set_yscale("log")
        axes.set_xticks(sizes, [str(size) for size in sizes])
        axes.minorticks_off()
        axes.set_title(axis)
        axes.set_ylabel("s")
    figure.axes[0].legend(frameon=False)
    return figure


def main() -> None:
    folder = Path(sys.argv[1])
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    if results.get("cases"):
        save_png(sides_figure(results["cases"]), folder / "sides.png")
    if "growth" in results:
        save_png(growth_figure(results["growth"]), folder / "growth.png")


if __name__ == "__main__":
    main()
