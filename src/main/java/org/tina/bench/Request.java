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
 * @param kind of the item in lower case, or {@code limits}
 * @param item the item's name
 * @param model the model's directory; for the verifier the file of pairs
 * @param threads of the peer's libtorch; ours chooses by itself
 * @param cache of the peer's generation: {@code dynamic} or {@code static}
 * @param turn from 0; a seed
 * @param lengths at which the peer's completions end, or null; so both sides do the same work
 */
record Request(
        String kind,
        String item,
        String model,
        int prompts,
        int completions,
        int promptTokens,
        int newTokens,
        int threads,
        String cache,
        int turn,
        int[] lengths) {

    static final String LIMITS = "limits";

    private static final Gson GSON =
            new GsonBuilder()
                    .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
                    .create();

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

        static Reply of(double seconds, int[] lengths, int count) {
            return new Reply(seconds, lengths, count, null, null, null);
        }

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

    /** A turn of an item with the peer's settings. */
    static Request of(Item item, Path files, Settings settings, int turn, int[] lengths) {
        return new Request(
                item.kind().name().toLowerCase(Locale.ROOT),
                item.name(),
                files.toAbsolutePath().toString(),
                item.prompts(),
                item.completions(),
                item.promptTokens(),
                item.newTokens(),
                settings.threads(),
                settings.cache(),
                turn,
                lengths);
    }

    /** How the peer runs. */
    record Settings(int threads, String cache) {
        @Override
        public String toString() {
            return threads + (threads == 1 ? " thread, " : " threads, ") + cache + " cache";
        }
    }

    Request withKind(String kind) {
        return new Request(
                kind,
                item,
                model,
                prompts,
                completions,
                promptTokens,
                newTokens,
                threads,
                cache,
                turn,
                lengths);
    }

    String toJson() {
        return GSON.toJson(this);
    }

    static Request parse(String line) {
        return GSON.fromJson(line, Request.class);
    }
}
