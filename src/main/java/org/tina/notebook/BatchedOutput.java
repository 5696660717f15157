package org.tina.notebook;

import io.github.spencerpark.jupyter.kernel.JupyterIO;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Standard output of the cells. IJava sends one message for every print, and a loop of a few
 * thousand prints then fills the socket's queue; here the text is collected and sent by {@link
 * #drain()}, which the kernel calls every 50 ms and before anything else the cell shows, so that
 * the order stays. What is printed between cells waits for the next one.
 */
final class BatchedOutput extends OutputStream {
    private final JupyterIO io;
    private final PrintStream target;
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream();

    BatchedOutput(JupyterIO io, PrintStream target) {
        this.io = io;
        this.target = target;
    }

    PrintStream printStream() {
        return new PrintStream(this, true, StandardCharsets.UTF_8);
    }

    @Override
    public synchronized void write(int b) {
        pending.write(b);
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
        pending.write(bytes, offset, length);
    }

    synchronized void drain() {
        if (pending.size() == 0 || !io.isAttached()) {
            return;
        }
        byte[] bytes = pending.toByteArray();
        pending.reset();
        target.write(bytes, 0, bytes.length);
        target.flush();
    }
}
