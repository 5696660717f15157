package org.tina.data;

import java.util.Locale;

/**
 * How far a download is.
 *
 * @param what such as {@code model owner/name}
 * @param done bytes that are here
 * @param total bytes in all, 0 while that is not known
 * @param bytesPerSecond of the last seconds, 0 if none came
 * @param note why it waits, or empty
 */
public record DownloadState(
        String what, long done, long total, double bytesPerSecond, String note) {

    /** {@code model owner/name: 34% of 3.6 GB · 45 MB/s · 0:53 left}. */
    @Override
    public String toString() {
        StringBuilder line = new StringBuilder(what).append(": ");
        if (total == 0) {
            line.append("asking the Hub");
        } else {
            line.append("%d%% of %s".formatted(100 * done / total, size(total)));
        }
        if (bytesPerSecond > 0 && total > 0) {
            long seconds = Math.round((total - done) / bytesPerSecond);
            line.append(" · %s/s · %s left".formatted(size(bytesPerSecond), time(seconds)));
        }
        return note.isEmpty() ? line.toString() : line + " · " + note;
    }

    /** {@code 3.6 GB}: decimal units, as disks and the Hub have them. */
    static String size(double bytes) {
        if (bytes < 1e6) {
            return String.format(Locale.ROOT, "%.0f kB", Math.ceil(bytes / 1e3));
        }
        return bytes < 1e9
                ? String.format(Locale.ROOT, "%.1f MB", bytes / 1e6)
                : String.format(Locale.ROOT, "%.2f GB", bytes / 1e9);
    }

    private static String time(long s) {
        return s < 3600
                ? "%d:%02d".formatted(s / 60, s % 60)
                : "%d:%02d:%02d".formatted(s / 3600, s / 60 % 60, s % 60);
    }
}
