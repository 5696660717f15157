"""Runs a notebook without a browser, with its progress in the terminal, and renders it as one self-contained page.

usage: notebook.py NOTEBOOK OUTPUT_DIRECTORY
"""

import re
import shutil
import sys
import threading
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat.reader import NotJSONError

import render
from certificate import certificate

TERMINAL = sys.stdout.isatty()


class Progress:
    """One line per cell with its seconds; what the cell prints and its training steps below it."""

    def __init__(self, cells):
        self.cells = cells
        self.number = 0
        self.status = None  # the latest line of a display that is updated in place
        self.shown = 0.0
        self.lock = threading.Lock()
        threading.Thread(target=self.tick, daemon=True).start()

    def start(self, source):
        with self.lock:
            self.number += 1
            self.title = f"cell {self.number}/{self.cells}  {first_line(source)}"
            self.status = None
            self.began = self.shown = time.monotonic()
            self.running = True
            if TERMINAL:
                self.redraw()

    def end(self, failed=False):
        with self.lock:
            self.running = False
            self.clear()
            print(f"{self.title}  {'failed' if failed else f'{self.seconds():.1f} s'}", flush=True)

    def printed(self, text):
        with self.lock:
            self.clear()
            for line in text.rstrip("\n").splitlines():
                print("    " + line, flush=True)

    def seconds(self):
        return time.monotonic() - self.began

    def tick(self):
        while True:
            time.sleep(0.5)
            with self.lock:
                if self.number == 0 or not self.running:
                    continue
                if TERMINAL:
                    self.redraw()
                elif time.monotonic() - self.shown > 10:
                    print(self.line(), flush=True)
                    self.shown = time.monotonic()

    def line(self):
        return self.status or f"{self.title} … {self.seconds():.0f} s"

    def redraw(self):
        width = shutil.get_terminal_size().columns - 1
        print("\r\033[K" + self.line()[:width], end="", flush=True)

    def clear(self):
        if TERMINAL:
            print("\r\033[K", end="")


class Runner(NotebookClient):
    """Tells the progress what the running cell prints and what it redraws."""

    progress = None

    def process_message(self, msg, cell, cell_index):
        content = msg["content"]
        if msg["msg_type"] == "stream":
            self.progress.printed(content["text"])
        elif msg["msg_type"] == "update_display_data":
            self.progress.status = "    " + first_line(content["data"].get("text/plain", ""))
        return super().process_message(msg, cell, cell_index)


def first_line(text):
    lines = [line for line in text.strip().splitlines() if not line.startswith("//")]
    return (lines or [""])[0][:120]


def run(notebook):
    """Runs all cells; returns what stopped them, or None. Outputs so far stay in the notebook."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    progress = Progress(len(code))
    runner = Runner(
        notebook,
        kernel_name="tina-java",
        timeout=None,
        startup_timeout=120,
        on_cell_execute=lambda cell, cell_index: progress.start(cell.source),
        on_cell_executed=lambda cell, cell_index, execute_reply: progress.end(
            execute_reply["content"]["status"] == "error"
        ),
    )
    runner.progress = progress
    try:
        runner.execute()
    except CellExecutionError as error:
        return error_text(code) or str(error)
    except (DeadKernelError, RuntimeError) as error:
        return str(error)
    return None


def error_text(cells):
    """The failed cell's error as the notebook shows it, without the colours."""
    for cell in cells:
        for output in cell.outputs:
            if output.output_type == "error":
                text = "\n".join(output.traceback) or f"{output.ename}: {output.evalue}"
                return re.sub(r"\x1b\[[0-9;]*m", "", text)
    return None


def main(path, directory):
    try:
        notebook = nbformat.read(path, as_version=4)
    except (NotJSONError, nbformat.ValidationError, UnicodeDecodeError):
        sys.exit(f"tina: {path}: not a notebook")
    began = time.time()
    error = run(notebook)
    notebook.metadata[render.CERTIFICATE] = certificate(notebook, began, time.time() - began)
    directory.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, directory / path.name)
    page = directory / (path.stem + ".html")
    html, _ = render.page(notebook, path.stem)
    page.write_text(html, encoding="utf-8")
    print(f"page: {page}")
    if error:
        sys.exit(f"{path.name} stopped with an error:\n{error}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
