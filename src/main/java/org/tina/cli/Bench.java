package org.tina.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.tina.bench.Duel;
import org.tina.bench.Item;
import org.tina.bench.Report;
import org.tina.bench.Result;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Speed and memory beside TRL and transformers. */
@Command(
        name = "bench",
        description = {
            "Measures speed and memory beside TRL and transformers on this machine, in turn, with"
                    + " random weights.",
            "--install-peer brings them into .venv-peer; without them ours runs alone. Results, as"
                    + " JSON lines and as a picture, go to runs/bench, models of random weights (6"
                    + " GB) to runs/bench/models."
        },
        footer = {
            "  environment/tina bench --install-peer",
            "  environment/tina bench --quick",
            "  environment/tina bench --only grpo --only generate-0.5B-1 --json mine.jsonl"
        })
final class Bench implements Callable<Integer> {

    @Option(
            names = "--only",
            paramLabel = "NAME",
            description = "An item, or those whose names begin so; may be given several times.")
    private List<String> only = new ArrayList<>();

    @Option(names = "--quick", description = "A few small items, two minutes.")
    private boolean quick;

    @Option(names = "--turns", paramLabel = "N", description = "Turns an item, at least 1.")
    private Integer turns;

    @Option(names = "--alone", description = "Ours only, even where the peer is installed.")
    private boolean alone;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description =
                    "Where results go (default: runs/bench/bench.jsonl); those of other items in it"
                            + " stay.")
    private Path json;

    @Option(names = "--list", description = "Only name the items.")
    private boolean list;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        List<Item> items = items();
        if (list) {
            items.forEach(item -> out.println(item.name()));
            return 0;
        }
        Path project = Path.of(System.getProperty("tina.project", ""));
        Path directory = project.resolve("runs/bench");
        Path file = json == null ? directory.resolve("bench.jsonl") : json;
        out.println(Report.table(run(items, project, file)).printAll());
        out.println("results: " + file);
        List<Result> all = Result.read(file);
        if (all.stream().anyMatch(result -> result.peer().length > 0)) {
            Path picture = directory.resolve("bench.png");
            Report.save(Report.chart(all), picture);
            out.println("picture: " + picture);
        }
        return 0;
    }

    private List<Item> items() {
        if (turns != null && turns < 1) {
            throw new IllegalArgumentException("--turns is " + turns + ", must be at least 1");
        }
        List<Item> items = quick ? Item.quick() : Item.all();
        if (!only.isEmpty()) {
            items = only.stream().flatMap(name -> Item.matching(name).stream()).toList();
        }
        return items.stream().map(i -> turns == null ? i : i.withTurns(turns)).toList();
    }

    private List<Result> run(List<Item> items, Path project, Path file) throws IOException {
        PrintWriter err = spec.commandLine().getErr();
        Progress progress = new Progress(err);
        double total = items.stream().mapToInt(Item::seconds).sum();
        double[] done = {0};
        String[] item = {""};
        long begin = System.nanoTime();
        Duel duel =
                new Duel(
                        project,
                        !alone,
                        what -> {
                            double passed = (System.nanoTime() - begin) / 1e9;
                            double pace = done[0] == 0 ? 1 : passed / done[0];
                            String left = Progress.time((total - done[0]) * pace);
                            progress.show("%s: %s  ETA %s".formatted(item[0], what, left));
                        });
        if (duel.withoutPeer() != null) {
            err.println("ours runs alone: the peer is " + duel.withoutPeer());
        }
        List<Result> results = new ArrayList<>();
        for (Item next : items) {
            item[0] = next.name();
            Result result = duel.run(next);
            results.add(result);
            result.saveTo(file);
            done[0] += next.seconds();
            if (result.peer().length == 0 && duel.withoutPeer() == null) {
                progress.end();
                err.println(next.name() + ": ours ran alone: " + result.peerSettings());
            }
        }
        progress.end();
        return results;
    }
}
