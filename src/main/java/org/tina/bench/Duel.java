package org.tina.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.tina.bench.Request.Reply;
import org.tina.bench.Request.Settings;
import org.tina.model.Workers;
import org.tina.recipe.Machine;

/**
 * Runs items: ours and the peer in turn, A B A B …, each in a process of its own, of which one
 * works while the other waits. What changes on the machine meanwhile changes both.
 */
public final class Duel {

    /** The one command that brings the peer. */
    public static final String INSTALL = "environment/tina bench --install-peer";

    private final Path project;
    private final Path directory;
    private final Consumer<String> progress;
    private List<String> peer;
    private String withoutPeer;

    /**
     * @param project the project's directory
     * @param withPeer false: ours alone, even where the peer is installed
     * @param progress is told what is being done
     */
    public Duel(Path project, boolean withPeer, Consumer<String> progress) {
        this.project = project;
        this.directory = project.resolve("runs/bench");
        this.progress = progress;
        peer = withPeer ? Contestant.peer(project) : List.of();
        withoutPeer =
                !withPeer
                        ? "not asked for"
                        : peer.isEmpty() ? "not installed; " + INSTALL + " brings it" : null;
    }

    /** Why the peer does not run, null if it does. */
    public String withoutPeer() {
        return withoutPeer;
    }

    /** Runs one item; where the peer fails at it, ours goes on alone. */
    public Result run(Item item) throws IOException {
        progress.accept("preparing");
        Path files =
                item.kind() == Item.Kind.VERIFY
                        ? project.resolve("src/test/resources/org/tina/math/pairs.jsonl")
                        : item.model().directory(directory.resolve("models"));
        boolean fresh = item.kind() == Item.Kind.LOAD;
        String trouble = withoutPeer;
        Settings settings = null;
        List<Double> ours = new ArrayList<>();
        List<Double> theirs = new ArrayList<>();
        try (Contestant a =
                        new Contestant(Contestant.ours(), directory.resolve("ours.log"), fresh);
                Contestant b = new Contestant(peer, directory.resolve("peer.log"), fresh)) {
            Reply reply = null;
            for (int turn = fresh ? 0 : -1; turn < item.turns(); turn++) { // turn -1 warms up
                progress.accept(
                        turn < 0 ? "warm-up" : "turn %d/%d".formatted(turn + 1, item.turns()));
                reply = turn(a, item, Request.of(item, files, settings, turn, null), ours);
                if (trouble == null) {
                    try {
                        settings = settings == null ? best(item, files, reply.lengths()) : settings;
                        int[] lengths = reply.lengths();
                        turn(b, item, Request.of(item, files, settings, turn, lengths), theirs);
                    } catch (IllegalStateException e) {
                        trouble = e.getMessage();
                        theirs.clear();
                    }
                }
            }
            Limits limits = null;
            if (item.hasLimit()) {
                progress.accept("the machine's limits");
                limits = a.ask(Request.limits(item)).limits();
            }
            Map<String, String> machine = machine();
            machine.putAll(a.versions());
            machine.putAll(b.versions());
            return new Result(
                    item.name(),
                    array(ours),
                    array(theirs),
                    trouble == null ? settings.toString() : trouble,
                    reply.count(),
                    a.peakBytes(),
                    b.peakBytes(),
                    limits,
                    limits == null ? null : limits.floor(item),
                    machine);
        }
    }

    /** Has one side do its turn; the warm-up's seconds are not kept. */
    private static Reply turn(Contestant side, Item item, Request request, List<Double> seconds)
            throws IOException {
        double sum = 0;
        Reply reply = null;
        for (int i = 0; i < item.repeats(); i++) {
            reply = side.ask(request);
            sum += reply.seconds();
        }
        if (request.turn() >= 0) {
            seconds.add(sum / item.repeats());
        }
        return reply;
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /**
     * The peer's best settings: with one thread or all cores, or with the other kind of cache, each
     * tried once in a process that is not measured.
     */
    private Settings best(Item item, Path files, int[] lengths) throws IOException {
        Map<Settings, Double> tried = new LinkedHashMap<>();
        try (Contestant trial = new Contestant(peer, directory.resolve("peer.log"), false)) {
            Settings one = new Settings(1, "dynamic");
            Settings all = new Settings(Workers.cores(), "dynamic");
            trial(trial, Request.of(item, files, one, -1, lengths)); // loads, warms up
            Set<Settings> both = new LinkedHashSet<>(List.of(one, all)); // the same on one core
            for (Settings settings : item.kind() == Item.Kind.VERIFY ? Set.of(one) : both) {
                tried.put(settings, trial(trial, Request.of(item, files, settings, -1, lengths)));
            }
            // a static cache attends to all its places from the first token on: for short ones
            if (item.kind() == Item.Kind.GENERATE && item.shape().newTokens() <= 64) {
                Settings other = new Settings(fastest(tried).threads(), "static");
                tried.put(other, trial(trial, Request.of(item, files, other, -1, lengths)));
            }
        }
        return fastest(tried);
    }

    private double trial(Contestant peer, Request request) throws IOException {
        progress.accept("the peer with " + request.settings());
        return peer.ask(request).seconds();
    }

    private static Settings fastest(Map<Settings, Double> tried) {
        return tried.entrySet().stream().min(Map.Entry.comparingByValue()).get().getKey();
    }

    private static Map<String, String> machine() {
        Map<String, String> machine = new LinkedHashMap<>();
        machine.put("processor", Machine.processor());
        machine.put("cores", String.valueOf(Workers.cores()));
        return machine;
    }
}
