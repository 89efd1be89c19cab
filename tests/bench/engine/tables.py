"""results.json as text: what was measured, beside the goals of issue 5."""

GOALS = {"published": 12.0, "smart PyTorch": 2.0}
EFFICIENCY_GOAL = 0.8
EFFICIENCY_CASES = ("8 players", "slice of 8B")


def text_of(results: dict) -> str:
    parts = [heading(results)]
    parts += [case_text(case) for case in results.get("cases", [])]
    for name, show in (("dividends", dividends_text), ("growth", growth_text), ("schedule", schedule_text)):
        if name in results:
            parts.append(show(results[name]))
    if "scaling" in results:
        parts.append(scaling_text(results["scaling"]))
    return "\n\n".join(parts) + "\n"


def heading(results: dict) -> str:
    machine = results["machine"]
    where = f"{machine['gpu']}, " if "gpu" in machine else ""
    return (
        f"{where}{machine['processor']}, {machine['cores']} cores, load {machine['load']:.1f} at the start; float32, "
        f"two threads; torch {machine['torch']}, transformers {machine['transformers']}"
    )


def case_text(case: dict) -> str:
    lines = [
        f"{case['case']}: {case['says']}",
        f"  {case['values']} values of {case['samples']} prompts, {case['tokens'] / case['samples']:.1f} tokens each "
        "on average; ms per value, median (least to most of the turns)",
        f"  {'side':<36}{'ms per value':>28}{'x harsanyi':>22}{'x, CPU time':>22}{'values':>8}{'max diff':>10}"
        f"{'peak GB':>9}",
    ]
    for name, side in case["sides"].items():
        per_value, ratio = side["seconds_per_value"], side["times_harsanyi"]
        lines.append(
            f"  {name:<36}{spread_text(per_value, 1e3):>28}{spread_text(ratio):>22}"
            f"{spread_text(side['times_harsanyi_by_processor']):>22}{side['values_per_turn']:>8}"
            f"{side['largest_difference']:>10.1e}{side['peak_rss_bytes'] / 1e9:>9.2f}"
        )
    lines += [f"  {name}: not measured: {reason}" for name, reason in case["refused"].items()]
    lines += efficiency_lines(case)
    return "\n".join(lines + goal_lines(case))


def efficiency_lines(case: dict) -> list[str]:
    efficiency, peak = case["efficiency"], case["peak_flops_per_second"]
    stages = case["sides"]["harsanyi"]["facts"]["stage_seconds"]
    shares = ", ".join(f"{name} {stages[name] / stages['all']:.1%}" for name in ("products", "attention", "rows"))
    return [
        f"  time of harsanyi's first rank: {shares}",
        f"  useful {case['useful_flops'] / 1e9:.0f} GFLOP, {spread_text(case['useful_flops_per_second'], 1e-9)} "
        f"GFLOP/s; peak {spread_text(peak, 1e-9)} GFLOP/s; efficiency {spread_text(efficiency)}",
    ]


def goal_lines(case: dict) -> list[str]:
    lines = []
    for name, goal in GOALS.items():
        if name in case["sides"]:
            lines.append(goal_line(f"{name} / harsanyi", case["sides"][name]["times_harsanyi"]["median"], goal))
    if case["case"] in EFFICIENCY_CASES:
        lines.append(goal_line("share of the GEMM peak", case["efficiency"]["median"], EFFICIENCY_GOAL))
    return lines


def goal_line(what: str, value: float, goal: float, at_least: bool = True) -> str:
    met = value >= goal if at_least else value <= goal
    return f"  goal: {what} {'>=' if at_least else '<='} {goal:g}: {value:.3g}, {'met' if met else 'missed'}"


def spread_text(numbers: dict, factor: float = 1.0) -> str:
    median, least, most = (factor * numbers[name] for name in ("median", "least", "most"))
    return f"{median:.3g} ({least:.3g} to {most:.3g})"


def dividends_text(dividends: dict) -> str:
    if "refused" in dividends:
        return f"Dividends: shapiq not measured: {dividends['refused']}"
    ours, theirs = dividends["seconds_per_game"], dividends["shapiq_seconds_per_game"]
    return "\n".join(
        [
            f"Dividends of games of {dividends['players']} players, one thread: {dividends['games']} games by "
            f"harsanyi, {dividends['shapiq_games']} by shapiq; differ by {dividends['largest_difference']:.1e}",
            f"  harsanyi {spread_text(ours, 1e6)} us per game, shapiq {spread_text(theirs, 1e6)} us per game",
            goal_line("shapiq / harsanyi", dividends["ratio"]["median"], 50.0),
        ]
    )


def growth_text(growth: dict) -> str:
    lines = [
        "Growth of the engine's cost, one thread, d 256: processor seconds, and useful GFLOP/s, which stays level",
        "where time grows as the theory says",
    ]
    for axis, points in growth.items():
        entries = [
            f"{p[axis]}: {p['processor_seconds']:.3g} s, {p['useful_flops'] / p['processor_seconds'] / 1e9:.1f}"
            for p in points
        ]
        lines.append(f"  {axis:<8} " + "   ".join(entries))
    return "\n".join(lines)


def schedule_text(schedule: dict) -> str:
    lines = ["Simulated sweep of Llama-3.1-8B over the classification sets"]
    for sweep in schedule["sweeps"]:
        lines.append(
            f"  {sweep['workers']} groups of one {sweep['group']}, units {sweep['units_are']} {tuple(sweep['unit'])}: "
            f"{sweep['units']} units in {sweep['makespan_seconds']:.0f} s, {sweep['units_per_second']:.0f} units/s"
        )
        lines.append(goal_line("busy until the last 2 %", sweep["busy_share_before_tail"], 0.97))
        lines.append(goal_line("rank 0's share of a core", sweep["rank_0_processor_share"], 0.2, at_least=False))
    for sweep in schedule["projection"]:
        lines.append(
            f"  projected, {sweep['workers']} groups of one {sweep['group']}: "
            f"{schedule['start_seconds'] + sweep['makespan_seconds']:.0f} s, busy {100 * sweep['busy_share']:.1f} %"
        )
    for entry in schedule["storage"]:
        lines.append(f"  stored, {entry['units_per_store']} units a write: {entry['units_per_second']:.0f} units/s")
    best = max(entry["units_per_second"] for entry in schedule["storage"])
    lines.append(goal_line("units stored per second", best, 2000.0))
    return "\n".join(lines)


def scaling_text(scaling: dict) -> str:
    return "\n".join(
        [
            f"Ranks of harsanyi sweep, one thread each, {scaling['samples']} prompts: one rank "
            f"{scaling['units_per_second_of_one_rank']:.2f} units/s; two ranks, same work "
            f"{spread_text(scaling['strong'])} times, twice the work {spread_text(scaling['weak'])} times",
            goal_line("strong scaling 1 -> 2", scaling["strong"]["median"], 1.8),
            goal_line("weak scaling 1 -> 2", scaling["weak"]["median"], 1.8),
        ]
    )
