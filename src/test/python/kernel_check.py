"""Talks to the Java kernel as JupyterLab does. Prints one line per check; a failed one ends the script with status 1."""

from session import TIMEOUT, Session, check, printed, result, traceback

def checks(session):
    shown = session.run("Stream.of(1, 2, 3).map(i -> i * i).toList()")
    check("imports are ready and a value shows itself", result(shown).get("text/plain") == "[1, 4, 9]", shown)

    shown = session.run("for (int i = 0; i < 5000; i++) System.out.println(i);")
    messages = sum(kind == "stream" for kind, _ in shown)
    complete = printed(shown) == "".join(f"{i}\n" for i in range(5000))
    check("5000 prints arrive, in few messages", complete and messages < 500, messages)

    cell = session.start(
        """
        var stopped = new java.util.concurrent.atomic.AtomicBoolean();
        Cell.onInterrupt(() -> stopped.set(true));
        System.out.println("running");
        while (!stopped.get()) Thread.sleep(5);
        "stopped by itself"
        """
    )
    session.manager.interrupt_kernel()
    shown = session.finish(cell)
    check("interrupt runs the stopper and the cell ends normally", "stopped by itself" in str(result(shown)), shown)

    cell = session.start('System.out.println("running"); Thread.sleep(600_000);')
    session.manager.interrupt_kernel()
    shown = session.finish(cell)
    check("interrupt without a stopper ends the cell", "Interrupted" in traceback(shown), shown)

    session.run(
        """
        import io.github.spencerpark.jupyter.kernel.comm.Comm;
        import io.github.spencerpark.jupyter.messages.Message;
        import io.github.spencerpark.jupyter.messages.comm.*;
        var clicked = new java.util.concurrent.CountDownLatch(1);
        getKernelInstance().getCommManager().registerTarget("button", (m, id, target, open) -> new Comm(m, id, target) {
            protected void onMessage(Message<CommMsgCommand> message) { clicked.countDown(); }
            protected void onClose(Message<CommCloseCommand> message, boolean sending) {}
        });
        """
    )
    cell = session.start('System.out.println("running"); clicked.await(100, TimeUnit.SECONDS)')
    for kind, content in [("comm_open", {"target_name": "button"}), ("comm_msg", {})]:
        session.send(kind, {"comm_id": "c1", "data": {}, **content})
    shown = session.finish(cell)
    check("a widget's message arrives while a cell runs", result(shown).get("text/plain") == "true", shown)

    shown = session.run(
        """
        void load(int size) {
            try { Integer.parseInt("x" + size); }
            catch (NumberFormatException e) { throw new IllegalArgumentException("bad size", e); }
        }
        load(7);
        """
    )
    text = traceback(shown)
    parts = ["IllegalArgumentException: bad size", "Caused by java.lang.NumberFormatException", '"x7"', "line 6: load(7);", "at cell ["]
    check("an error says its message, its cause and its line", all(part in text for part in parts), text)

    shown = session.run("int deep(int n) { return 1 + deep(n + 1); } deep(0);")
    check("an Error ends the cell, not the session", "StackOverflowError" in traceback(shown), shown)
    shown = session.run("class Endless { public String toString() { return toString() + 1; } } new Endless()")
    text = traceback(shown)
    check("a value that can't be shown is said", "its value can't be shown" in text and "StackOverflowError" in text, text)

    text = traceback(session.run("int count = \"three\";"))
    readable = "incompatible types" in text and "\x1b[1;30m" not in text and "\x1b[30m" not in text
    check("a compile error is readable on a dark ground", readable, repr(text))

    shown = session.run('Table.create("t", IntColumn.create("n", 1, 2), StringColumn.create("s", "<a>", "b"))')
    check("a table shows as HTML and text", "&lt;a&gt;" in str(result(shown)) and "text/plain" in result(shown), shown)

    shown = session.run("""record Trial(String name, double value) {}
        List.of(new Trial("first", 0.5), new Trial("second", 0.25))""")
    check("records show as rows", "<td>0.250</td>" in result(shown).get("text/html", ""), shown)

    session.run("var trial = new Trial(\"third\", 1); int kept = 3;")
    shown = session.run("record Trial(String name, double value) {}")
    check("declaring the same record again says nothing", printed(shown) == "", shown)
    shown = session.run("record Trial(String name) {}")
    check("a record that takes variables with it says so", "trial" in printed(shown) and "kept" not in printed(shown), shown)

    shown = session.run('Charts.lines("Reward", "reward", Map.of("seed 1", new double[] {1, 2, 3}))')
    metadata = next(content["metadata"] for kind, content in shown if kind == "execute_result")
    sized = metadata.get("image/png", {}).get("width") == 640 and "Reward" in metadata["image/png"]["alt"]
    check("a chart shows as a picture with size and alternative text", "image/png" in result(shown) and sized, metadata)

    cell = session.start('System.out.println("training"); Thread.sleep(600_000);')
    reply = ask(session, session.client.complete("Recipe.nam"))
    check("completion is served while a cell runs", "named" in str(reply["matches"]), reply)
    reply = ask(session, session.client.inspect("Recipe.named("))
    text = reply["data"]["text/plain"]
    check("help shows the library's javadoc", "named(String name)" in text and "A recipe that ships" in text, text)
    session.manager.interrupt_kernel()
    session.finish(cell)

    signatures = {
        "new Slider(": "low: the least value",
        "GrpoConfig": "The settings of GRPO",
        "Recipe.named(\"mini\").grpo().beta(": "weight of the KL penalty",
        "LossType.GRPO": "",
        "String.valueOf(": "valueOf(int",
    }
    for code, said in signatures.items():
        text = ask(session, session.client.inspect(code))["data"].get("text/plain", "")
        check("help for " + code, said in text and "{@" not in text, text)

    shown = session.run("System.exit(3);", until="stream")
    check("System.exit is explained", "Restart the kernel" in printed(shown), shown)

def ask(session, request):
    """A request's answer on the shell channel."""
    while True:
        message = session.client.get_shell_msg(timeout=TIMEOUT)
        if message["parent_header"].get("msg_id") == request:
            return message["content"]

if __name__ == "__main__":
    with Session() as session:
        checks(session)
