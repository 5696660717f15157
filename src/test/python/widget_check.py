"""Moves the Java kernel's widgets as a page does. Prints one line per check; a failed one ends the script with status 1."""

from session import Session, check, printed, result, traceback


def opened(shown):
    """comm id → state of the widgets that a cell opened, in their order."""
    return {content["comm_id"]: content["data"]["state"] for kind, content in shown if kind == "comm_open"}


def of_model(states, name):
    return next(comm for comm, state in states.items() if state["_model_name"] == name)


def updates(shown, comm):
    return [content["data"] for kind, content in shown if kind == "comm_msg" and content["comm_id"] == comm]


def view(shown):
    data = next(content["data"] for kind, content in shown if kind in ("execute_result", "display_data"))
    return data["application/vnd.jupyter.widget-view+json"]["model_id"]


def change(session, comm, **state):
    return session.send("comm_msg", {"comm_id": comm, "data": {"method": "update", "state": state, "buffer_paths": []}})


def checks(session):
    shown = session.run(
        """
        var seen = new LinkedBlockingQueue<Object>();
        var rate = new LogSlider("learning rate", 1e-6, 1e-2, 3e-4);
        rate.onChange(seen::add);
        rate
        """
    )
    states = opened(shown)
    slider = view(shown)
    state = states[slider]
    complete = state["_model_name"] == "FloatLogSliderModel" and state["value"] == 3e-4 and state["max"] == -2
    parts = [state["layout"], state["style"]]
    check("a slider is shown with its state", complete and "learning rate: 3.0E-4" in str(result(shown)), shown)
    known = list(states)
    first = all(known.index(part.removeprefix("IPY_MODEL_")) < known.index(slider) for part in parts)
    check("what a widget uses is opened before it", first, known)

    cell = session.start('System.out.println("training"); seen.poll(100, TimeUnit.SECONDS)')
    sent = change(session, slider, value=1e-3)
    shown = session.finish(cell)
    check("a slider that is moved while a cell runs reaches Java", result(shown).get("text/plain") == "0.001", shown)
    shown = session.finish(change(session, slider, value=2e-3))
    echo = [data for data in updates(shown, slider) if data["method"] == "echo_update"]
    check("the page gets its change back, as an answer to its message", echo and echo[0]["state"] == {"value": 2e-3}, shown)

    shown = session.finish(change(session, slider, value="fast"))
    back = [data["state"] for data in updates(shown, slider) if data["method"] == "update"]
    check("nonsense of the page is refused and undone", back == [{"value": 2e-3}], shown)
    shown = session.run("rate.value()")
    check("and said in the next cell", "fast" in printed(shown) and result(shown)["text/plain"] == "0.002", shown)

    shown = session.run("rate.set(5e-3);")
    check("what Java sets reaches the page", {"value": 5e-3} in [data["state"] for data in updates(shown, slider)], shown)
    text = traceback(session.run("rate.set(3.0);"))
    check("a value outside the range is refused", "learning rate is 3.0, must be from 1.0E-6 to 0.01" in text, text)

    shown = session.run(
        """
        var clicks = new Semaphore(0);
        var stop = new Button("Stop").onClick(clicks::release);
        var faulty = new CheckBox("faulty", false);
        faulty.onChange(on -> { throw new StackOverflowError("in a listener"); });
        var place = new Html();
        var choice = new Dropdown<>("recipe", List.of("one", "two"));
        Box.tabs(Map.of("first", Box.column(stop, faulty, place, choice)))
        """
    )
    states = opened(shown)
    button, box, place, choice = (
        of_model(states, name + "Model") for name in ("Button", "Checkbox", "HTML", "Dropdown")
    )
    session.finish(change(session, box, value=True))
    for _ in range(3):
        session.send("comm_msg", {"comm_id": button, "data": {"method": "custom", "content": {"event": "click"}}})
    shown = session.run("clicks.tryAcquire(3, 100, TimeUnit.SECONDS)")
    check("clicks arrive, also after a listener's error", result(shown).get("text/plain") == "true", shown)
    session.finish(change(session, choice, index=1))
    shown = session.run("choice.value()")
    check("a choice is typed", result(shown).get("text/plain") == "two", shown)

    shown = session.run('place.show(Charts.lines("Reward", "reward", Map.of("a", new double[] {1, 2})));')
    html = updates(shown, place)[0]["state"]["value"]
    check("a place shows a chart with size and alternative text", 'width="640"' in html and 'alt="Chart: Reward' in html, html[:200])

    session.send("comm_open", {"comm_id": "control", "target_name": "jupyter.widget.control", "data": {}})
    shown = session.finish(session.send("comm_msg", {"comm_id": "control", "data": {"method": "request_states"}}))
    states = updates(shown, "control")[0]["states"]
    alive = states[slider]["state"]["value"] == 5e-3 and states[choice]["state"]["index"] == 1
    check("a page that is loaded again gets every widget as it is", alive and states[box]["state"]["value"], states)


if __name__ == "__main__":
    with Session() as session:
        checks(session)
