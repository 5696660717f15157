"""A Jupyter client of the Java kernel, as JupyterLab is one; used by the checks beside this file."""

import sys
import time

from jupyter_client.manager import start_new_kernel

TIMEOUT = 120


class Session:
    def __init__(self):
        self.manager, self.client = start_new_kernel(kernel_name="tina-java", startup_timeout=TIMEOUT)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def send(self, kind, content):
        """Sends a message of the page; returns its id."""
        message = self.client.session.msg(kind, content)
        self.client.shell_channel.send(message)
        return message["header"]["msg_id"]

    def start(self, code):
        """Sends a cell that prints first, and returns when it has."""
        request = self.client.execute(code)
        self.wait_for(request, lambda message: message["msg_type"] == "stream")
        return request

    def finish(self, request, until=None):
        """All that the cell shows until it is idle, or a kind of message: a list of (message type, content)."""
        shown = []

        def idle(message):
            shown.append((message["msg_type"], message["content"]))
            return message["content"].get("execution_state") == "idle" or message["msg_type"] == until

        self.wait_for(request, idle)
        return shown

    def run(self, code, until=None):
        return self.finish(self.client.execute(code), until)

    def wait_for(self, request, condition):
        deadline = time.monotonic() + TIMEOUT
        while time.monotonic() < deadline:
            message = self.client.get_iopub_msg(timeout=TIMEOUT)
            if message["parent_header"].get("msg_id") == request and condition(message):
                return
        raise TimeoutError


def result(shown):
    return next((content["data"] for kind, content in shown if kind == "execute_result"), {})


def printed(shown):
    return "".join(content["text"] for kind, content in shown if kind == "stream")


def traceback(shown):
    return "\n".join("\n".join(content["traceback"]) for kind, content in shown if kind == "error")


def check(name, condition, seen):
    print(("ok    " if condition else "FAIL  ") + name, flush=True)
    if not condition:
        sys.exit(f"{name}: {seen}")
