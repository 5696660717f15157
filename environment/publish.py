"""Builds a site of the notebooks that have run: opens from a file, asks no other host for anything.

usage: publish.py DIRECTORY [NAME...]      all notebooks that "environment/tina notebook" left under runs/, or those named
"""

import gzip
import json
import re
import shutil
import sys
from io import BytesIO
from pathlib import Path

import nbformat
from PIL import Image

import check_site
import render
from certificate import PROJECT, STUDIES, commit, sources

MANIFEST = "site.json"


class Chapter:
    """A notebook that has run: of notebooks/, or the solutions of one."""

    def __init__(self, path, executed):
        self.path = path
        self.name = path.stem
        self.folder = "solutions/" if path.parent.name == "solutions" else ""
        self.file = f"{self.folder}{self.name}.html"
        self.notebook = nbformat.read(executed, as_version=4)
        first = self.notebook.cells[0].source if self.notebook.cells else ""
        heading, _, text = first.partition("\n")
        self.title = heading.lstrip("# ").strip() or self.name
        question = text.strip().split("\n\n")[0].removeprefix("**Question.**").strip()
        self.lead = re.split(r"(?<=[.?!])\s", question, maxsplit=1)[0]
        self.changed = sources(self.notebook) != sources(nbformat.read(path, as_version=4))
        self.solution = None  # the file of the chapter's solutions

    def stopped(self):
        """Whether a cell failed that was not meant to."""
        return any(
            output.output_type == "error"
            for cell in self.notebook.cells
            if cell.cell_type == "code" and "raises-exception" not in cell.metadata.get("tags", [])
            for output in cell.outputs
        )

    def table(self):
        """The first table that the notebook shows, as HTML."""
        for cell in self.notebook.cells:
            for output in cell.get("outputs", []):
                html = output.get("data", {}).get("text/html", "")
                if "<table" in html:
                    return html
        return None


def executed(path):
    """Where "environment/tina notebook" leaves a notebook that has run."""
    solutions = "solutions" if path.parent.name == "solutions" else "."
    return PROJECT / "runs" / solutions / re.sub(r"^\d+-", "", path.stem) / path.name


def chapters(paths):
    """Those of the notebooks that have run to their end."""
    found = []
    for path in paths:
        if not executed(path).is_file():
            continue
        chapter = Chapter(path, executed(path))
        if chapter.stopped():
            print(f"left out: {path.relative_to(PROJECT)} stopped with an error")
        else:
            found.append(chapter)
    return found


def write(file, content):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)


def smaller(png):
    """A chart in 256 colours: a third of the bytes, so that a site of many charts loads quickly."""
    out = BytesIO()
    Image.open(BytesIO(png)).quantize(256, Image.Quantize.FASTOCTREE).save(out, "PNG", optimize=True)
    return min(png, out.getvalue(), key=len)


def downloads(chapter, directory):
    """Copies what a reader may want: the notebook to be run again, the logs of its runs, the studies that it shows."""
    place = f"files/{chapter.folder}{chapter.name}/"
    certificate = chapter.notebook.metadata.get(render.CERTIFICATE, {"runs": [], "data": {}})
    files = {chapter.path.name: chapter.path}
    for run in certificate["runs"]:
        run = PROJECT / run["directory"]
        files |= {f"{run.name}-{name}": run / name for name in ("recipe.yaml", "metrics.jsonl")}
    studies = [PROJECT / name for name in certificate["data"] if (PROJECT / name).parent == STUDIES]
    copies = {place + name: file.read_bytes() for name, file in files.items() if file.is_file()}
    copies |= {f"files/{log.name}.gz": gzip.compress(log.read_bytes(), mtime=0) for log in studies if log.is_file()}
    for name, content in copies.items():
        write(directory / name, content)
    return list(copies)


def build(directory, pages, solutions, missing):
    write(directory / "assets/page.css", render.style())
    write(directory / "assets/page.js", render.script())
    write(directory / "assets/temml.min.js", render.mathematics())
    for chapter in pages:
        chapter.solution = next((s.file for s in solutions if s.name == chapter.name), None)
    for chapter in pages + solutions:
        place = pages.index(chapter) if chapter in pages else None
        root = "../" if chapter.folder else ""
        site = {
            "root": root,
            "file": chapter.file,
            "chapters": pages,
            "changed": chapter.changed,
            "downloads": downloads(chapter, directory),
            "solution": chapter.solution,
            "chapter": next((c.file for c in pages if place is None and c.name == chapter.name), None),
            "previous": pages[place - 1] if place else None,
            "next": pages[place + 1] if place is not None and place + 1 < len(pages) else None,
        }
        figures = f"{root}files/{chapter.folder}{chapter.name}"
        html, pictures = render.page(chapter.notebook, chapter.title, site, figures)
        write(directory / chapter.file, html)
        for name, content in pictures.items():
            write((directory / chapter.file).parent / name, smaller(content) if name.endswith(".png") else content)
        print(f"page: {directory / chapter.file}", flush=True)
    write(directory / "index.html", first_page(pages, missing))
    certificates = {c.file: c.notebook.metadata.get(render.CERTIFICATE) for c in pages + solutions}
    write(directory / MANIFEST, json.dumps({"commit": commit(), "pages": certificates}, indent=1))


def first_page(pages, missing):
    claims = next((c for c in pages if c.name.startswith("19-") and c.table()), None)
    welcome = (PROJECT / "README.md").read_text().split("\n\n<picture>")[0]
    template = render.exporter().environment.get_template("site.html.j2")
    return template.render(
        resources={
            "title": "Tina for Java",
            "mathematical": any("$" in chapter.lead for chapter in pages),
            "site": {"root": "", "file": "index.html", "chapters": pages},
            "welcome": welcome,
            "claims": claims and {"table": claims.table(), "title": claims.title, "file": claims.file},
            "missing": missing,
            "commit": commit(),
        }
    )


def main(directory, names):
    paths = sorted((PROJECT / "notebooks").glob("*.ipynb"))
    unknown = set(names) - {path.stem for path in paths}
    if unknown:
        sys.exit(f"tina: there is no notebook {', '.join(sorted(unknown))} in notebooks/")
    if names:
        paths = [path for path in paths if path.stem in names]
    pages = chapters(paths)
    if not pages:
        sys.exit("tina: no notebook has run to its end yet; publish --run runs them, or environment/tina notebook NAME")
    if directory.is_dir() and any(directory.iterdir()):
        if not (directory / MANIFEST).is_file():
            sys.exit(f"tina: {directory} holds something that is no site; name a new directory")
        shutil.rmtree(directory)
    solutions = [PROJECT / "notebooks/solutions" / page.path.name for page in pages]
    missing = [path.stem for path in paths if path not in [page.path for page in pages]]
    build(directory, pages, chapters([path for path in solutions if path.is_file()]), missing)
    faults = check_site.faults(directory)
    print("\n".join(faults))
    print(f"site: {directory / 'index.html'}, {check_site.size(directory) / 1e6:.1f} MB")
    if faults:
        sys.exit(f"tina: {len(faults)} faults in the site, named above")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
