package org.tina.bench;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tina.data.AtomicFile;

/**
 * What an item's turns gave; times are seconds, memory bytes.
 *
 * @param ours turn by turn
 * @param peer turn by turn, each right after ours; empty if the peer did not run
 * @param peerSettings the best of those tried, or why it did not run
 * @param count pairs judged a turn, for the verifier
 * @param ourPeak the most resident memory, null where the system does not tell
 * @param limits of the machine, null where there are none to tell
 * @param floor seconds that the machine's limits allow, null likewise
 * @param machine processor, cores and versions
 */
public record Result(
        String item,
        double[] ours,
        double[] peer,
        String peerSettings,
        int count,
        Double ourPeak,
        Double peerPeak,
        Limits limits,
        Double floor,
        Map<String, String> machine) {

    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

    public Result {
        if (ours.length == 0 || peer.length != 0 && peer.length != ours.length) {
            throw new IllegalArgumentException(
                    "%s has %d turns of ours and %d of the peer, must have as many of both, or none of the peer"
                            .formatted(item, ours.length, peer.length));
        }
    }

    /** How many times as long the peer took, turn by turn, sorted; empty without a peer. */
    public double[] ratios() {
        double[] ratios = new double[peer.length];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = peer[i] / ours[i];
        }
        Arrays.sort(ratios);
        return ratios;
    }

    /** The median of the ratios, NaN without a peer. */
    public double ratio() {
        return median(ratios());
    }

    /** The share of the machine's limit that we reach, NaN where there is none to tell. */
    public double share() {
        return floor == null ? Double.NaN : floor / median(ours);
    }

    /** The middle value, or the mean of the two in the middle; NaN if there are none. */
    public static double median(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        return n == 0 ? Double.NaN : (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
    }

    /** One line of JSON. */
    public String toJson() {
        return GSON.toJson(this);
    }

    /** Puts this into a file of results; earlier ones of other items stay. */
    public void saveTo(Path file) throws IOException {
        Map<String, Result> all = new LinkedHashMap<>();
        if (Files.exists(file)) {
            read(file).forEach(result -> all.put(result.item, result));
        }
        all.put(item, this);
        List<String> lines = all.values().stream().map(Result::toJson).toList();
        AtomicFile.writeString(file, String.join("\n", lines) + "\n");
    }

    /** Reads a file of results, a line each. */
    public static List<Result> read(Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .map(line -> GSON.fromJson(line, Result.class))
                .toList();
    }
}
