package org.tina.data;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what several threads download; {@link #state} is called by one of them all. */
final class DownloadMeter {

    /** Bytes received until a moment. */
    private record Mark(long nanos, long received) {}

    private static final long WINDOW_NS = 10_000_000_000L;

    private final String what;
    private final AtomicLong total = new AtomicLong();
    private final AtomicLong present = new AtomicLong();
    private final AtomicLong received = new AtomicLong();
    private final Deque<Mark> marks = new ArrayDeque<>();
    private volatile String note = "";

    DownloadMeter(String what) {
        this.what = what;
    }

    /** So many bytes more are to come. */
    void expect(long bytes) {
        total.addAndGet(bytes);
    }

    /** So many of them came. */
    void receive(long bytes) {
        received.addAndGet(bytes);
    }

    /** So many of them were here already, or must come again if the number is negative. */
    void find(long bytes) {
        present.addAndGet(bytes);
    }

    /** Why it waits; empty when it goes on. */
    void note(String reason) {
        note = reason;
    }

    /** Where it stands; the speed is that of the last ten seconds. */
    DownloadState state(long nowNanos) {
        marks.add(new Mark(nowNanos, received.get()));
        while (nowNanos - marks.peek().nanos > WINDOW_NS && marks.size() > 2) {
            marks.remove();
        }
        Mark first = marks.peek();
        Mark last = marks.peekLast();
        double seconds = (last.nanos - first.nanos) / 1e9;
        double speed = seconds == 0 ? 0 : (last.received - first.received) / seconds;
        return new DownloadState(
                what, Math.max(0, present.get() + last.received), total.get(), speed, note);
    }
}
