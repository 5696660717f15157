"""How a notebook's results came about: commit, machine, time, and the runs and data they rest on.

Written into the notebook's metadata when it has run, so that a page made later tells the truth.
"""

import datetime
import hashlib
import os
import platform
import re
import subprocess
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
MINIATURE = PROJECT / "src/main/resources/org/tina/mini"
STUDIES = PROJECT / "datasets/studies"
TOLD = ["seed", "model_name_or_path", "model_post_train_dataset_name", "max_steps"]  # of a run's recipe


def certificate(notebook, began, seconds):
    """What there is to say of a notebook that began to run at a time, in seconds since 1970, and has just ended."""
    studies = [log for log in sorted(STUDIES.glob("*.jsonl")) if f'"{log.stem}"' in sources(notebook)]
    return {
        "commit": commit(),
        "date": datetime.datetime.fromtimestamp(began, datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": machine(),
        "seconds": round(seconds, 1),
        "runs": [told(directory) for directory in runs_since(began)],
        "data": {"the miniature": digest(MINIATURE)} | {log.relative_to(PROJECT).as_posix(): digest(log) for log in studies},
    }


def sources(notebook):
    return "\n".join(cell.source for cell in notebook.cells)


def commit():
    """The commit's short name, with "and changes" where files differ from it."""
    try:
        name = git("rev-parse", "--short=12", "HEAD")
        return name + (" and changes" if git("status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown, the project folder is no Git clone"


def git(*arguments):
    return subprocess.run(
        ["git", "-C", str(PROJECT), *arguments], check=True, capture_output=True, text=True
    ).stdout.strip()


def machine():
    """Such as "2 × AMD EPYC 7763, Linux x86_64"."""
    processor = platform.processor() or platform.machine()
    try:
        processor = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())[1]
    except (OSError, TypeError):
        pass  # not Linux, or a processor without a name
    return f"{os.cpu_count()} × {processor}, {platform.system()} {platform.machine()}"


def runs_since(began):
    """The directories of the training runs that were started since then, oldest first."""
    recipes = [file for file in PROJECT.glob("runs/*/recipe.yaml") if file.stat().st_mtime >= began]
    return [file.parent for file in sorted(recipes, key=lambda file: file.stat().st_mtime)]


def told(run):
    recipe = dict(re.findall(r"^(\w+): (.*?)(?:  # .*)?$", (run / "recipe.yaml").read_text(), re.MULTILINE))
    return {"directory": run.relative_to(PROJECT).as_posix()} | {key: recipe[key] for key in TOLD if key in recipe}


def digest(path):
    """SHA-256 of a file, or of all files below a folder with their names."""
    digested = hashlib.sha256()
    for file in [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file()):
        digested.update(file.relative_to(path.parent).as_posix().encode() + b"\0" + file.read_bytes())
    return digested.hexdigest()[:16]
