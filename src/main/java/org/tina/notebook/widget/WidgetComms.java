package org.tina.notebook.widget;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.spencerpark.jupyter.channels.ReplyEnvironment;
import io.github.spencerpark.jupyter.kernel.comm.Comm;
import io.github.spencerpark.jupyter.kernel.comm.CommManager;
import io.github.spencerpark.jupyter.messages.Message;
import io.github.spencerpark.jupyter.messages.MessageContext;
import io.github.spencerpark.jupyter.messages.comm.CommCloseCommand;
import io.github.spencerpark.jupyter.messages.comm.CommMsgCommand;
import io.github.spencerpark.jupyter.messages.comm.CommOpenCommand;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The kernel's end of the widgets' messages (ipywidgets' protocol, version 2): opens a comm for
 * each widget that is shown, hands it what the page says, and gives a page that was loaded again
 * every widget's state. The kernel makes the one instance; where there is none, widgets keep their
 * state to themselves.
 */
public final class WidgetComms extends CommManager {
    private static final String PROTOCOL = "2.1.0";
    private static volatile WidgetComms current;

    private final Map<String, Widget> widgets = new ConcurrentHashMap<>();

    /** What the thread is answering: a page knows its own change by the echo's parent. */
    private final ThreadLocal<MessageContext> answered = new ThreadLocal<>();

    public WidgetComms() {
        comms = new ConcurrentHashMap<>(); // cells open comms while the socket's thread reads
        registerTarget(
                "jupyter.widget.control",
                (manager, id, target, message) -> new Control(manager, id, target));
        current = this;
    }

    /** The kernel's, or null outside a notebook. */
    static WidgetComms current() {
        return current;
    }

    void open(Widget widget, JsonObject state) {
        JsonObject data = new JsonObject();
        data.add("state", state);
        data.add("buffer_paths", new JsonArray());
        CommOpenCommand open = new CommOpenCommand(widget.id(), "jupyter.widget", data);
        widgets.put(widget.id(), widget);
        registerComm(new Link(this, widget));
        iopub.sendMessage(
                new Message<>(
                        context,
                        CommOpenCommand.MESSAGE_TYPE,
                        open,
                        null,
                        Map.of("version", PROTOCOL)));
    }

    /**
     * @param method {@code update}, or {@code echo_update} for what the page said itself
     */
    void send(Widget widget, String method, JsonObject state) {
        JsonObject data = new JsonObject();
        data.addProperty("method", method);
        data.add("state", state);
        data.add("buffer_paths", new JsonArray());
        messageComm(widget.id(), data);
    }

    @Override
    public void handleCommMsgCommand(ReplyEnvironment reply, Message<CommMsgCommand> message) {
        answered.set(message);
        try {
            super.handleCommMsgCommand(reply, message);
        } finally {
            answered.remove();
        }
    }

    /**
     * No blobs at all where there are none: IJava leaves a message with an empty list unfinished.
     */
    @Override
    public void messageComm(
            String id, JsonObject data, Map<String, Object> metadata, List<byte[]> blobs) {
        MessageContext parent = answered.get() == null ? context : answered.get();
        iopub.sendMessage(
                new Message<>(
                        parent,
                        CommMsgCommand.MESSAGE_TYPE,
                        new CommMsgCommand(id, data),
                        blobs == null || blobs.isEmpty() ? null : blobs,
                        metadata));
    }

    /** Runs what a message asks for; nothing that goes wrong may end the socket's thread. */
    private static void guarded(String what, Runnable task) {
        try {
            task.run();
        } catch (Throwable t) {
            System.err.println("A message to " + what + " could not be handled: " + t);
        }
    }

    /** A widget's comm. */
    private static final class Link extends Comm {
        private final WidgetComms comms;
        private final Widget widget;

        Link(WidgetComms comms, Widget widget) {
            super(comms, widget.id(), "jupyter.widget");
            this.comms = comms;
            this.widget = widget;
        }

        @Override
        protected void onMessage(Message<CommMsgCommand> message) {
            guarded(widget.toString(), () -> widget.received(message.getContent().getData()));
        }

        @Override
        protected void onClose(Message<CommCloseCommand> message, boolean sending) {
            comms.widgets.remove(widget.id());
            widget.closed();
        }
    }

    /** The comm by which a page asks for all widgets at once. */
    private final class Control extends Comm {
        Control(CommManager manager, String id, String target) {
            super(manager, id, target);
        }

        @Override
        protected void onMessage(Message<CommMsgCommand> message) {
            guarded("all widgets", () -> send(states()));
        }

        private JsonObject states() {
            JsonObject states = new JsonObject();
            widgets.forEach((id, widget) -> states.add(id, described(widget.state())));
            JsonObject data = new JsonObject();
            data.addProperty("method", "update_states");
            data.add("states", states);
            data.add("buffer_paths", new JsonArray());
            return data;
        }

        private JsonObject described(JsonObject state) {
            JsonObject out = new JsonObject();
            for (String key : List.of("model_name", "model_module", "model_module_version")) {
                JsonElement value = state.get("_" + key);
                out.add(key, value);
            }
            out.add("state", state);
            return out;
        }

        @Override
        protected void onClose(Message<CommCloseCommand> message, boolean sending) {}
    }
}
