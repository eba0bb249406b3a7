"""`make bench`, or: python -m tests.bench [names] [--pairs N] [--json FILE]"""

import json
import sys
from pathlib import Path

import click

from tests.bench.bars import BARS
from tests.bench.bench import open_bench
from tests.bench.result import Result


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(BARS)))
@click.option("--pairs", default=7, show_default=True, help="Rounds of ours and theirs in turn.")
@click.option(
    "--server",
    default="gthread",
    show_default=True,
    type=click.Choice(["gthread", "waitress"]),
    help="gthread: gunicorn, as the bars assume. waitress: as `tracks serve`.",
)
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Also write it there.")
def main(names: tuple[str, ...], pairs: int, server: str, json_file: Path | None) -> None:
    """Measure what the product must be fast at. Exits 1 when a floor is not held."""
    results: list[Result] = []
    click.echo(f"server: {server}\n")
    with open_bench(pairs, server) as bench:
        for name in names or BARS:
            for result in BARS[name](bench):
                results.append(result)
                click.echo("\n".join(result.lines()) + "\n")
    if json_file is not None:
        rows = [result.as_json() for result in results]
        json_file.write_text(
            json.dumps({"pairs": pairs, "server": server, "results": rows}, indent=2) + "\n"
        )
    missed = [result for result in results if not result.is_held]
    click.echo(f"{len(results)} measured, {len(missed)} floors not held")
    sys.exit(1 if missed else 0)


main()
