package org.tina.data;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

/** What an I/O error means, in words for people. */
public final class FileTrouble {

    private FileTrouble() {}

    /** Why a file can't be used: {@code no such file} rather than the exception's class. */
    public static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "no such file";
        }
        return e instanceof AccessDeniedException ? "permission denied" : "can't be read: " + e;
    }
}
