package org.tina.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.tina.bench.Request.Reply;
import org.tina.bench.Request.Settings;
import org.tina.model.Workers;

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

    /** Runs one item. */
    public Result run(Item item) throws IOException {
        progress.accept("preparing");
        Path files =
                item.kind() == Item.Kind.VERIFY
                        ? project.resolve("src/test/resources/org/tina/math/pairs.jsonl")
                        : item.model().directory(directory.resolve("models"));
        String reason = withoutPeer;
        Settings settings = new Settings(Workers.cores(), "dynamic");
        if (reason == null) {
            try {
                settings = best(item, files, settings);
            } catch (IllegalStateException e) {
                reason = e.getMessage();
            }
        }
        boolean fresh = item.kind() == Item.Kind.LOAD;
        double[] ours = new double[item.turns()];
        double[] theirs = new double[reason == null ? item.turns() : 0];
        Path log = directory.resolve("ours.log");
        try (Contestant a = new Contestant(Contestant.ours(), log, fresh);
                Contestant b = new Contestant(peer, directory.resolve("peer.log"), fresh)) {
            Reply reply = null;
            for (int turn = fresh ? 0 : -1; turn < item.turns(); turn++) { // turn -1 warms up
                progress.accept(turn < 0 ? "warm-up" : "turn " + (turn + 1) + "/" + ours.length);
                reply = a.ask(Request.of(item, files, settings, turn, null));
                double peerSeconds = Double.NaN;
                if (theirs.length > 0) {
                    int[] lengths = reply.lengths();
                    peerSeconds = b.ask(Request.of(item, files, settings, turn, lengths)).seconds();
                }
                if (turn >= 0) {
                    ours[turn] = reply.seconds();
                }
                if (turn >= 0 && theirs.length > 0) {
                    theirs[turn] = peerSeconds;
                }
            }
            Limits limits = null;
            if (item.hasLimit()) {
                progress.accept("the machine's limits");
                Request request = Request.of(item, files, settings, 0, null);
                limits = a.ask(request.withKind(Request.LIMITS)).limits();
            }
            Map<String, String> machine = machine();
            machine.putAll(a.versions());
            machine.putAll(b.versions());
            return new Result(
                    item.name(),
                    ours,
                    theirs,
                    reason == null ? settings.toString() : reason,
                    reply.count(),
                    a.peakBytes(),
                    b.peakBytes(),
                    limits,
                    limits == null ? null : limits.floor(item),
                    machine);
        }
    }

    /**
     * The peer's best settings: with all cores or one, and with the other kind of cache, each tried
     * once in a process of its own.
     */
    private Settings best(Item item, Path files, Settings all) throws IOException {
        Map<Settings, Double> tried = new LinkedHashMap<>();
        try (Contestant trial = new Contestant(peer, directory.resolve("peer.log"), false)) {
            trial.ask(Request.of(item, files, all, -2, null)); // loads, warms up
            List<Settings> candidates = new ArrayList<>(List.of(all));
            if (item.kind() != Item.Kind.VERIFY && all.threads() > 1) {
                candidates.add(new Settings(1, all.cache()));
            }
            for (Settings settings : candidates) {
                tried.put(settings, trial(trial, item, files, settings));
            }
            Settings best = fastest(tried);
            if (item.kind() == Item.Kind.GENERATE) {
                Settings other = new Settings(best.threads(), "static");
                tried.put(other, trial(trial, item, files, other));
            }
        }
        return fastest(tried);
    }

    private double trial(Contestant peer, Item item, Path files, Settings settings)
            throws IOException {
        progress.accept("the peer with " + settings);
        return peer.ask(Request.of(item, files, settings, -1, null)).seconds();
    }

    private static Settings fastest(Map<Settings, Double> tried) {
        return tried.entrySet().stream().min(Map.Entry.comparingByValue()).get().getKey();
    }

    private static Map<String, String> machine() throws IOException {
        Map<String, String> machine = new LinkedHashMap<>();
        Path cpu = Path.of("/proc/cpuinfo");
        String name = System.getProperty("os.arch");
        if (Files.exists(cpu)) {
            name =
                    Files.readAllLines(cpu).stream()
                            .filter(line -> line.startsWith("model name"))
                            .map(line -> line.replaceFirst(".*:\\s*", ""))
                            .findFirst()
                            .orElse(name);
        }
        machine.put("processor", name);
        machine.put("cores", String.valueOf(Workers.cores()));
        return machine;
    }
}
