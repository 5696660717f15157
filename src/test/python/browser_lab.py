"""The quickstart as a learner has it: JupyterLab in Chromium, watched, steered, stopped, reloaded.

usage: browser_lab.py PICTURES      run in the project folder; needs environment/tina setup --browser
"""

import json
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, "environment/browser")
from chromium import HEIGHT, WIDTH, chromium

PATIENCE = 300_000  # milliseconds for anything to happen, on a busy machine
CHANGES = 5  # of the chart, at least
TOKEN = "a-test"
ADAPTER = Path("runs/quickstart/adapter/adapter_model.safetensors")
CHART = ".jp-RenderedImage img"  # without its text: JupyterLab leaves a picture's "alt" away


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def lab(log):
    """JupyterLab on this machine; yields its address."""
    port = free_port()
    with log.open("w") as output:
        server = subprocess.Popen(
            ["environment/tina", "lab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}",
             f"--IdentityProvider.token={TOKEN}", "--LabApp.expose_app_in_browser=True"],
            stdout=output, stderr=subprocess.STDOUT,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            wait("JupyterLab to start", lambda: answers(f"{address}/api?token={TOKEN}"))
            yield address
        finally:
            server.terminate()
            server.wait()


def answers(url):
    try:
        return urllib.request.urlopen(url).status == 200
    except OSError:
        return False


def wait(what, condition):
    """Waits until the condition is true, and returns what it was."""
    end = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < end:
        result = condition()
        if result:
            return result
        time.sleep(0.2)
    sys.exit(f"waited in vain for {what}")


def copied(directory):
    """The quickstart where it may be written over, with a slider below it that no run ends."""
    notebook = json.loads(Path("notebooks/00-quickstart.ipynb").read_text())
    for number, source in enumerate(['var mine = new IntSlider("mine", 0, 10, 3);\nmine', 'System.out.println("mine is " + mine.value());']):
        notebook["cells"].append(
            {"cell_type": "code", "id": f"added-{number}", "metadata": {}, "execution_count": None, "outputs": [], "source": source}
        )
    path = directory / "00-quickstart.ipynb"
    path.write_text(json.dumps(notebook))
    return path


def newest_run():
    return max(Path("runs").glob("mini*/recipe.yaml"), key=lambda file: file.stat().st_mtime).parent


def drag(page, slider, pixels):
    handle = slider.locator(".noUi-handle")
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + pixels, y, steps=5)
    page.mouse.up()


def slider(page, label):
    return page.locator(".widget-slider", has_text=label).last


def pictures(page, element, directory, name):
    for theme in ("Light", "Dark"):
        page.evaluate(f"() => {{ jupyterapp.commands.execute('apputils:change-theme', {{theme: 'JupyterLab {theme}'}}); }}")
        page.wait_for_selector(f'body[data-jp-theme-light="{"true" if theme == "Light" else "false"}"]', state="attached")
        element.scroll_into_view_if_needed()
        page.wait_for_timeout(1500)  # the theme's style sheet comes after its mark
        page.screenshot(path=directory / f"{name}-{theme.lower()}.png")


def check(page, address, notebook, directory):
    began = time.time()
    page.goto(f"{address}/lab/tree/{notebook.as_posix()}?token={TOKEN}&reset")
    page.locator(".jp-Notebook").wait_for()
    page.get_by_text("Java (Tina) | Idle").wait_for()
    page.locator(".lm-MenuBar-itemLabel", has_text="Run").click()
    page.locator(".lm-Menu-itemLabel").get_by_text("Run All Cells", exact=True).click()

    chart = page.locator(CHART).first
    chart.wait_for(state="attached")
    chart.scroll_into_view_if_needed()
    seen = set()

    def watched():
        seen.add(hash(chart.get_attribute("src")))
        return len(seen) > CHANGES

    wait(f"{CHANGES} changes of the chart", watched)
    print(f"the chart changed {CHANGES} times", flush=True)

    run = newest_run()
    page.get_by_text("Change while it trains").click()
    drag(page, slider(page, "temperature"), -40)
    events = run / "events.jsonl"
    wait("Java to receive the slider", lambda: events.exists() and "temperature" in events.read_text())
    print(f"the slider arrived: {events.read_text().strip()}", flush=True)

    page.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_text("mine is 3").wait_for()  # the last cell of all has run
    steps = len((run / "metrics.jsonl").read_text().splitlines())
    assert CHANGES <= steps < 60, f"stopped after {steps} of 60 steps"
    assert page.locator('.jp-OutputArea [data-mime-type="application/vnd.jupyter.stderr"], .jp-RenderedText .ansi-red-fg').count() == 0
    assert ADAPTER.stat().st_mtime > began, "the adapter was not saved"
    print(f"stopped after {steps} steps; what follows ran, and the adapter is saved", flush=True)

    pictures(page, chart, directory, "lab")
    page.evaluate("() => { jupyterapp.commands.execute('docmanager:save'); }")
    wait("the notebook to be saved", lambda: "mine is 3" in notebook.read_text())
    page.reload()
    page.locator(".jp-Notebook").wait_for()
    mine = slider(page, "mine")
    mine.wait_for()

    def moved():
        """The page is still being laid out, and what is drawn above may push the handle away from the mouse."""
        drag(page, mine, 60)
        return mine.locator(".widget-readout").inner_text().strip() != "3"

    wait("the slider to be moved after a reload", moved)
    page.locator(".jp-CodeCell", has_text="mine is").last.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    output = page.locator(".jp-CodeCell .jp-OutputArea-output", has_text="mine is").last
    wait("the slider to be alive after a reload", lambda: output.inner_text().strip() not in ("", "mine is 3"))
    print(f"after a reload: {output.inner_text().strip()}", flush=True)
    page.locator(CHART).first.wait_for(state="attached")
    pictures(page, mine, directory, "lab-reloaded")


def main(directory):
    directory.mkdir(parents=True, exist_ok=True)
    notebook = copied(directory)
    with lab(directory / "lab.log") as address, chromium() as browser:
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.set_default_timeout(PATIENCE)
        asked = page.get_by_role("button", name="Select", exact=True)  # the kernel, if it is slow to start
        page.add_locator_handler(asked, lambda: asked.click())
        try:
            check(page, address, notebook, directory)
        except BaseException:  # SystemExit too
            page.screenshot(path=directory / "lab-failed.png")
            raise


if __name__ == "__main__":
    main(Path(sys.argv[1]))
