package org.tina.bench;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/**
 * One turn of a worker, a line of JSON on its standard input.
 *
 * @param kind of the item in lower case, or {@link #LIMITS}
 * @param item the item's name
 * @param files the model's directory; for the verifier the file of pairs
 * @param settings the peer's; ours chooses by itself
 * @param turn a seed
 * @param lengths at which the peer's completions end, as ours did, or null
 */
record Request(
        String kind,
        String item,
        String files,
        Item.Shape shape,
        Settings settings,
        int turn,
        int[] lengths) {

    /** Asks our worker for the machine's limits at an item's work. */
    static final String LIMITS = "limits";

    private static final Gson GSON =
            new GsonBuilder()
                    .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
                    .create();

    /**
     * How the peer runs.
     *
     * @param cache of generation, {@code dynamic} or {@code static}
     */
    record Settings(int threads, String cache) {
        @Override
        public String toString() {
            return threads + (threads == 1 ? " thread, " : " threads, ") + cache + " cache";
        }
    }

    /**
     * What a worker answers, a line of JSON on its standard output. The first line, which answers
     * nothing, has its versions.
     *
     * @param seconds of the turn, 0 where nothing was timed
     * @param lengths of the completions, where they vary
     * @param count of what was judged
     * @param error what went wrong, else null
     */
    record Reply(
            double seconds,
            int[] lengths,
            int count,
            Limits limits,
            Map<String, String> versions,
            String error) {

        static Reply failed(String error) {
            return new Reply(0, null, 0, null, null, error);
        }

        String toJson() {
            return GSON.toJson(this);
        }

        /** Reads an answer; what is none comes back as an error. */
        static Reply parse(String line) {
            try {
                Reply reply = GSON.fromJson(line, Reply.class);
                return reply == null ? failed("an empty line") : reply;
            } catch (JsonParseException e) {
                return failed("not an answer: " + line);
            }
        }
    }

    static Request of(Item item, Path files, Settings settings, int turn, int[] lengths) {
        return new Request(
                item.kind().name().toLowerCase(Locale.ROOT),
                item.name(),
                files.toAbsolutePath().toString(),
                item.shape(),
                settings,
                turn,
                lengths);
    }

    static Request limits(Item item) {
        return new Request(LIMITS, item.name(), null, null, null, 0, null);
    }

    String toJson() {
        return GSON.toJson(this);
    }

    static Request parse(String line) {
        return GSON.fromJson(line, Request.class);
    }
}
