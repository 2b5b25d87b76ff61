"""One run of a chapter for every combination of parameter values, and what they gave side by side."""

import csv
import html
import io
import itertools
import json
import re
from pathlib import Path

from lmcourse.chapters import contract, running
from lmcourse.errors import CourseError, InputError
from lmcourse.files import sha256_bytes, write_atomic


def _file_name(values: dict) -> str:
    """A readable file name for one combination; where characters had to go, a hash keeps names apart."""
    plain = "_".join(f"{name}={value}" for name, value in values.items())
    safe = re.sub(r"[^A-Za-z0-9=._-]", "-", plain)[:120]
    return safe + ("" if safe == plain else "-" + sha256_bytes(plain.encode())[:8]) + ".ipynb"


def _finished(path: Path, source: str, wanted: dict) -> bool:
    """Whether a run's file is of this chapter's code and these parameters, and ran to its end."""
    try:
        made = json.loads(path.read_text(encoding="utf-8"))["metadata"]["lmcourse"]
        return made["source"] == source and made["parameters"] == wanted and made.get("finished") is True
    except (OSError, ValueError, KeyError, TypeError):
        return False


def sweep(
    chapter: str | Path,
    grid: dict[str, list],
    out: Path | str,
    profile: Path | str | None = None,
) -> Path:
    """Run a chapter once for every combination of `grid`; a finished combination in `out` is not run again.

    Writes `runs/*.ipynb`, `table.csv` (one row a combination, with what the chapter reported), `figure.png` and
    `index.html`, and returns the last. Errors: InputError before any run; CourseError, after all others have run,
    when a combination failed.
    """
    path, out = running.find(chapter), Path(out)
    declared = contract.parameters(path)
    columns = {}
    for name, values in grid.items():
        columns[name] = list(dict.fromkeys(contract.coerce_all({name: v}, declared)[name] for v in values))
        if not columns[name]:
            raise InputError(f"no value for {name}", fix=f"write {name}=first,second")
    settings = contract.coerce_all(running.profile_values(profile, declared), declared)
    source = running.source_hash(json.loads(path.read_text(encoding="utf-8")))
    rows, failed = [], []
    for combination in itertools.product(*columns.values()):
        values = dict(zip(columns, combination, strict=True))
        target = out / "runs" / _file_name(values)
        wanted = {p.name: (settings | values).get(p.name, p.default) for p in declared}
        row = values | {"run": f"runs/{target.name}", "error": ""}
        try:
            if not _finished(target, source, wanted):
                running.run(path, values, profile, target)
            row |= running.results(target)
        except InputError:
            raise
        except CourseError as error:
            failed.append(str(error))
            row["error"] = str(error)
        rows.append(row)
        write_atomic(out / "table.csv", _table(rows))
    measured = [name for name in _columns(rows) if name not in (*columns, "run", "error")]
    _figure(rows, columns, measured, out / "figure.png")
    write_atomic(out / "index.html", _page(path.stem, rows, columns, measured))
    if failed:
        raise CourseError(f"{len(failed)} of {len(rows)} combinations failed", out / "index.html", failed[0])
    return out / "index.html"


def _columns(rows: list[dict]) -> list[str]:
    names = dict.fromkeys(name for row in rows for name in row if name not in ("run", "error"))
    return [*names, "run", "error"]


def _table(rows: list[dict]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, _columns(rows), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _axes(columns: dict[str, list]) -> tuple[str, str | None]:
    """The parameter on the x axis (the first that is not a seed) and the one told by colour, if there is one."""
    others = [n for n in columns if "seed" not in n]
    others = sorted(others, key=lambda n: len(columns[n]) == 1) or list(columns)
    return others[0], others[1] if len(others) > 1 and len(columns[others[1]]) > 1 else None


def _numeric(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _figure(rows: list[dict], columns: dict[str, list], measured: list[str], path: Path) -> None:
    """Draw every reported number over the first parameter: the runs as points, their mean as a line."""
    from matplotlib.figure import Figure

    shown = [m for m in measured if any(_numeric(row.get(m)) for row in rows)][:6]
    x, hue = _axes(columns)
    numbers = all(_numeric(value) for value in columns[x])
    place = {value: value if numbers else i for i, value in enumerate(columns[x])}
    colours = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]  # Okabe and Ito
    figure = Figure(figsize=(5.2 * max(1, min(2, len(shown))), 3.6 * max(1, -(-len(shown) // 2))), layout="constrained")
    grid = figure.subplots(max(1, -(-len(shown) // 2)), max(1, min(2, len(shown))), squeeze=False).flat
    for axes, name in itertools.zip_longest(grid, shown):
        if name is None:
            axes.set_axis_off()
            continue
        for i, group in enumerate(columns[hue] if hue else [None]):
            points = [r for r in rows if (not hue or r[hue] == group) and _numeric(r.get(name))]
            colour = colours[i % len(colours)]
            axes.plot([place[r[x]] for r in points], [r[name] for r in points], "o", color=colour, alpha=0.45)
            at = {v: [r[name] for r in points if r[x] == v] for v in columns[x]}
            means = [(place[v], sum(found) / len(found)) for v, found in at.items() if found]
            label = f"{hue} = {group}" if hue else "mean"
            axes.plot(*zip(*sorted(means), strict=True) if means else ([], []), "-", color=colour, label=label)
        if not numbers:
            axes.set_xticks(range(len(columns[x])), [str(value) for value in columns[x]])
        axes.set(xlabel=x, ylabel=name)
        axes.grid(alpha=0.3)
        axes.legend()
    image = io.BytesIO()
    figure.savefig(image, format="png", dpi=120)
    write_atomic(path, image.getvalue())


def _shown(value: object) -> str:
    return html.escape(f"{value:.4g}" if isinstance(value, float) else "" if value is None else str(value))


def _page(chapter: str, rows: list[dict], columns: dict[str, list], measured: list[str]) -> str:
    """The comparison page: one row a run with a link to its notebook; readable in a light and a dark browser."""
    head = "".join(f"<th scope=col>{html.escape(n)}</th>" for n in (*columns, *measured, "run"))
    body = ""
    for row in rows:
        cells = "".join(f"<td>{_shown(row.get(n))}</td>" for n in (*columns, *measured))
        link = f"<a href='{html.escape(row['run'], quote=True)}'>notebook</a>"
        error = f" <span class=error>{html.escape(row['error'])}</span>" if row["error"] else ""
        body += f"<tr>{cells}<td>{link}{error}</td></tr>\n"
    x, _ = _axes(columns)
    alt = html.escape(f"Each reported number over {x}: runs as points, means as lines; the table has the values.")
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{html.escape(chapter)}: {len(rows)} runs</title>
<meta name="viewport" content="width=device-width"><style>
:root {{ color-scheme: light dark; }}
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem; }}
table {{ border-collapse: collapse; }} .wide {{ overflow-x: auto; }}
th, td {{ padding: .3rem .8rem; border-bottom: 1px solid #8886; text-align: right; }}
figure {{ margin: 1rem 0; }} img {{ max-width: 100%; background: white; }}
.error {{ color: light-dark(#b00020, #ff8a80); }}
</style></head><body>
<h1>{html.escape(chapter)}: {len(rows)} runs</h1>
<p>Swept: {html.escape("; ".join(f"{n} = {', '.join(map(str, v))}" for n, v in columns.items()))}.
The same rows as a file: <a href="table.csv">table.csv</a>.</p>
<figure><img src="figure.png" alt="{alt}"></figure>
<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>
{body}</tbody></table></div>
</body></html>
"""
