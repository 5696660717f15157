package org.tina.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The body of an HTTP response as a stream that gives up when no byte comes for a while. Java's own
 * stream would wait for ever for a connection that died silently.
 */
final class TimedBody extends InputStream implements BodySubscriber<InputStream> {

    /** What comes from the connection: bytes, its end, or its failure. */
    private record Event(List<ByteBuffer> bytes, Throwable failure) {}

    private static final Event END = new Event(List.of(), null);

    private final Duration patience;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final Queue<ByteBuffer> buffers = new ArrayDeque<>();
    private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
    private boolean ended;

    TimedBody(Duration patience) {
        this.patience = patience;
    }

    @Override
    public CompletionStage<InputStream> getBody() {
        return CompletableFuture.completedStage(this);
    }

    @Override
    public void onSubscribe(Flow.Subscription connection) {
        subscription.complete(connection);
        connection.request(1);
    }

    @Override
    public void onNext(List<ByteBuffer> bytes) {
        events.add(new Event(bytes, null));
    }

    @Override
    public void onError(Throwable failure) {
        events.add(new Event(List.of(), failure));
    }

    @Override
    public void onComplete() {
        events.add(END);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        while (buffers.isEmpty() && !ended) {
            await();
        }
        if (buffers.isEmpty()) {
            return -1;
        }
        ByteBuffer buffer = buffers.peek();
        int count = Math.min(length, buffer.remaining());
        buffer.get(target, offset, count);
        if (!buffer.hasRemaining()) {
            buffers.remove();
        }
        return count;
    }

    private void await() throws IOException {
        try {
            Event event = events.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
            if (event == null) {
                throw new HttpTimeoutException("no data for " + patience.toSeconds() + " s");
            }
            if (event.failure() != null) {
                throw new IOException(event.failure().getMessage(), event.failure());
            }
            ended = event == END;
            event.bytes().stream().filter(ByteBuffer::hasRemaining).forEach(buffers::add);
            subscription.thenAccept(connection -> connection.request(1));
        } catch (InterruptedException e) {
            throw (IOException) new InterruptedIOException("interrupted").initCause(e);
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    /** Lets go of the connection. */
    @Override
    public void close() {
        subscription.thenAccept(Flow.Subscription::cancel);
    }
}
