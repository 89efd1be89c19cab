"""The report page: tables that `harsanyi report` counted, and figures drawn from its files."""

import base64
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import jinja2
import xarray as xr
from matplotlib.figure import Figure

from . import figures
from .cube import open_cube
from .errors import AnalysisError
from .forward import open_forward
from .groups import open_groups


@dataclass(frozen=True)
class Picture:
    """A figure with the words that stand beside it."""

    name: str  # file name without suffix
    title: str
    caption: str
    figure: Figure


LONG_TABLE = 12  # rows; longer ones stand folded at the end of the page
LONG_CELL = 40  # characters
NUMBER = re.compile(r"[+\u2212-]?\d[\d.,]*(e[+-]?\d+)?( ?%)?")


@dataclass(frozen=True)
class Table:
    """Rows of texts and numbers, as `harsanyi report` wrote them."""

    title: str
    note: str
    columns: list[str]
    rows: list[list[str | int | float | None]]

    @property
    def is_long(self) -> bool:
        return len(self.rows) > LONG_TABLE

    def is_numeric(self, column: int) -> bool:
        """Whether every cell that is not empty is a number; such columns are set right-aligned."""
        cells = [str(row[column]) for row in self.rows if row[column] not in (None, "")]
        return bool(cells) and all(NUMBER.fullmatch(cell) for cell in cells)

    def class_of(self, row: list[str | int | float | None], column: int) -> str:
        """How a cell is set: "number", "long" (may break into lines) or "text"."""
        if self.is_numeric(column):
            return "number"
        return "long" if len(str(row[column])) > LONG_CELL else "text"


@dataclass
class Page:
    """What the template shows."""

    title: str
    tables: list[Table]
    pictures: list[Picture] = field(default_factory=list)
    measured: dict[str, str] = field(default_factory=dict)  # the cube in a few words: name -> value


def write_report(description: Path, folder: Path) -> Path:
    """Writes index.html and figures/*.png into `folder`. Returns the page's path.

    description: the report.json that `harsanyi report` writes (docs/formats/report.md). File names in it are
    relative to the current folder. Raises AnalysisError for anything missing or malformed.
    """
    report = _read_description(description)
    page = Page(report["title"], [_table_of(table) for table in report["tables"]])
    _add_cubes(page, report)
    _add_groups(page, report)
    _add_attention(page, report)
    return _write(page, folder)


_OPTIONAL_PARTS = {"cubes": [], "groups": [], "results": [], "attention_before": None, "attention_after": None}


def _read_description(path: Path) -> dict:
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise AnalysisError(f"{path}: cannot be read ({error.strerror}); `harsanyi report` writes it") from error
    except ValueError as error:
        raise AnalysisError(f"{path}: no JSON ({error}); run `harsanyi report` again") from error
    problem = _problem_of(report)
    if problem:
        raise AnalysisError(f"{path}: {problem}; run `harsanyi report` again")
    return _OPTIONAL_PARTS | report


def _problem_of(report: object) -> str | None:
    if not isinstance(report, dict) or not isinstance(report.get("title"), str):
        return "'title' is missing or no text"
    if not isinstance(report.get("tables"), list):
        return "'tables' is missing or no list"
    for name in ("cubes", "groups", "results"):
        if not isinstance(report.get(name, []), list):
            return f"'{name}' is no list"
    for index, table in enumerate(report["tables"]):
        if not isinstance(table, dict) or not isinstance(table.get("title"), str):
            return f"tables[{index}] has no 'title'"
        name = f"tables[{index}] ('{table['title']}')"
        columns, rows = table.get("columns"), table.get("rows")
        if not isinstance(columns, list) or not isinstance(rows, list):
            return f"{name} needs the lists 'columns' and 'rows'"
        if not all(isinstance(row, list) and len(row) == len(columns) for row in rows):
            return f"{name} has a row that does not fill its {len(columns)} columns"
    return None


def _table_of(table: dict) -> Table:
    return Table(table["title"], table.get("note") or "", table["columns"], table["rows"])


def _add_cubes(page: Page, report: dict) -> None:
    cubes = [open_cube(path) for path in report["cubes"]]
    groups = [open_groups(path) for path in report["groups"]]
    for number, cube in enumerate(cubes):
        suffix = _suffix(number, cubes)
        facts = _measured(cube)
        about = f" ({facts['samples']})" if suffix else ""
        page.measured |= {name + about: value for name, value in facts.items()}
        page.pictures += [
            Picture(
                f"dividend_map{suffix}",
                f"Dividend map{about}",
                "Mean Harsanyi dividend of every coalition of key/value head groups, layer by layer. Positive: "
                "the heads together make the model surer of the right answer than their parts explain. Negative: "
                "they get in each other's way. The empty coalition is left out; its dividend is the value with "
                "the whole layer masked.",
                figures.dividend_map(cube, _groups_of(cube, groups)),
            ),
            Picture(
                f"sorted_dividends{suffix}",
                f"Sorted dividends{about}",
                "The dividends of each layer, largest first. The axis is linear near 0 and logarithmic beyond.",
                figures.sorted_dividends(cube),
            ),
        ]


def _suffix(number: int, parts: list) -> str:
    """Of file names: none for a single part."""
    return f"_{number + 1}" if len(parts) > 1 else ""


def _groups_of(cube: xr.Dataset, groups: list[xr.Dataset]) -> xr.Dataset | None:
    """The groups selected from the cube whose coalitions mean the same as the map's."""
    for one in groups:
        if one.attrs["cube_digest"] == cube.attrs.get("identity_digest") and one.attrs["orientation"] == "present":
            return one
    return None


def _measured(cube: xr.Dataset) -> dict[str, str]:
    benchmarks, counts = _count(cube["benchmark"].values.tolist())
    mask = cube.attrs["mask_kind"]
    return {
        "layers": str(cube.sizes["layer"]),
        "players per layer": f"{cube.attrs['players']} ({cube.attrs['query_heads']} query heads)",
        "coalitions per layer": str(cube.sizes["coalition"]),
        "samples": ", ".join(f"{count} of {name}" for name, count in zip(benchmarks, counts, strict=True)),
        "values measured": f"{cube['value'].size:,}",
        "masking": f"{mask}, epsilon {cube.attrs['epsilon']:g}" if mask == "undifferentiated" else mask,
        "value": cube.attrs["value_kind"].replace("_", " "),
        "coalition bits": cube.attrs["orientation"],
    }


def _count(names: list[str]) -> tuple[list[str], list[int]]:
    unique = list(dict.fromkeys(names))
    return unique, [names.count(name) for name in unique]


def _add_groups(page: Page, report: dict) -> None:
    for number, path in enumerate(report["groups"]):
        groups = open_groups(path)
        suffix = _suffix(number, report["groups"])
        rule = groups.attrs["selection_rule"].replace("_", " ")
        edited = groups.attrs["edited_heads"].replace("_", " ")
        about = f" ({groups.attrs.get('benchmarks', '').replace(',', ', ')})" if suffix else ""
        caption = f"Selection rule: {rule}. Calibrated are the heads {edited}; the others keep their attention."
        page.pictures.append(
            Picture(f"salient_heads{suffix}", f"Salient heads{about}", caption, figures.salient_heads(groups))
        )


def _add_attention(page: Page, report: dict) -> None:
    if report["attention_before"] is None or report["attention_after"] is None:
        return
    change = figures.largest_change(open_forward(report["attention_before"]), open_forward(report["attention_after"]))
    caption = (
        "One prompt through the model, without and with calibration. Calibration takes attention from tokens "
        "that draw much of it (the first token never counts) and gives it to the others."
    )
    page.pictures.append(Picture("attention", "Attention before and after", caption, figures.attention_change(change)))


def _write(page: Page, folder: Path) -> Path:
    target = folder / "index.html"
    try:
        pictures = folder / "figures"
        pictures.mkdir(parents=True, exist_ok=True)
        for picture in page.pictures:
            figures.save_png(picture.figure, pictures / f"{picture.name}.png")
        partial = target.with_suffix(".html.partial")
        partial.write_text(_render(page), encoding="utf-8")
        partial.replace(target)
    except OSError as error:
        raise AnalysisError(f"{folder}: cannot be written ({error.strerror}); choose another folder") from error
    return target


def _render(page: Page) -> str:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(__package__),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["data_uri"] = _data_uri
    return environment.get_template("report.html").render(page=page)


def _data_uri(figure: Figure) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(figures.svg_of(figure)).decode("ascii")
