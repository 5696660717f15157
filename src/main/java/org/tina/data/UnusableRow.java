package org.tina.data;

/**
 * A row without a usable problem or gold answer.
 *
 * @param file where it is
 * @param row its number in the file, from 1
 * @param reason what is wrong with it
 */
public record UnusableRow(String file, long row, String reason) {
    @Override
    public String toString() {
        return file + " row " + row + ": " + reason;
    }
}
