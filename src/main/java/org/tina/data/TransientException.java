package org.tina.data;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** What went wrong may work a little later. */
final class TransientException extends IOException {

    private final transient Optional<Duration> wait;

    /**
     * @param wait how long the server asks to wait
     */
    TransientException(String message, Optional<Duration> wait, Throwable cause) {
        super(message, cause);
        this.wait = wait;
    }

    TransientException(String message, Throwable cause) {
        this(message, Optional.empty(), cause);
    }

    Optional<Duration> serversWait() {
        return wait;
    }
}
