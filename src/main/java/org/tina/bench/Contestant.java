package org.tina.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A side at work: a process that does a turn when asked and waits otherwise. It starts at the first
 * turn.
 */
final class Contestant implements AutoCloseable {

    private final List<String> command;
    private final Path log;
    private final boolean fresh;
    private final Thread atExit = new Thread(this::stop);
    private Process process;
    private Writer in;
    private BufferedReader out;
    private Map<String, String> versions = Map.of();
    private double peakBytes = Double.NaN;

    /**
     * @param log gets what the process says besides its answers
     * @param fresh whether each turn has a new process
     */
    Contestant(List<String> command, Path log, boolean fresh) {
        this.command = command;
        this.log = log;
        this.fresh = fresh;
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** Ours: this very JVM's settings and class path. */
    static List<String> ours() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.matches("-[XD].*|--add-modules.*"))
                .forEach(command::add);
        String classPath = System.getProperty("java.class.path");
        command.addAll(List.of("-cp", classPath, Worker.class.getName()));
        return command;
    }

    /**
     * The peer: TRL and transformers in an environment of their own.
     *
     * @param project the project's directory
     * @return empty if that environment is not there
     */
    static List<String> peer(Path project) {
        Path python = project.resolve(".venv-peer/bin/python");
        Path script = project.resolve("environment/bench/peer.py");
        if (!Files.isExecutable(python)) {
            return List.of();
        }
        List<String> command = new ArrayList<>(List.of("env"));
        for (String ours : List.of("ARENA_MAX", "MMAP_MAX_", "TRIM_THRESHOLD_", "TOP_PAD_")) {
            command.addAll(List.of("-u", "MALLOC_" + ours)); // set for the tensors of this JVM
        }
        command.addAll(List.of(python.toString(), script.toString()));
        return command;
    }

    /** Of the language and the libraries; known after the first turn. */
    Map<String, String> versions() {
        return versions;
    }

    /** The most resident memory after any turn, null where the system does not tell. */
    Double peakBytes() {
        return Double.isNaN(peakBytes) ? null : peakBytes;
    }

    /**
     * Has a turn done.
     *
     * @throws IllegalStateException if it failed, with its reason
     */
    Request.Reply ask(Request request) throws IOException {
        if (process == null) {
            start();
        }
        try {
            in.write(request.toJson() + "\n");
            in.flush();
        } catch (IOException e) { // it has ended; reading tells why
        }
        Request.Reply reply = read();
        if (!request.kind().equals(Request.LIMITS)) {
            peakBytes = Math.max(Double.isNaN(peakBytes) ? 0 : peakBytes, residentPeak());
        }
        if (fresh) {
            stop();
        }
        return reply;
    }

    private void start() throws IOException {
        Files.createDirectories(log.toAbsolutePath().getParent());
        process = new ProcessBuilder(command).redirectError(log.toFile()).start();
        in = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
        out = process.inputReader(StandardCharsets.UTF_8);
        versions = read().versions();
    }

    private Request.Reply read() throws IOException {
        String line = out.readLine();
        Request.Reply reply =
                line == null
                        ? Request.Reply.failed("the process ended; its last words: " + lastWords())
                        : Request.Reply.parse(line);
        if (reply.error() != null) {
            throw new IllegalStateException(reply.error());
        }
        return reply;
    }

    private String lastWords() throws IOException {
        List<String> lines = Files.readAllLines(log);
        return lines.isEmpty() ? "none" : lines.get(lines.size() - 1) + " (" + log + ")";
    }

    private double residentPeak() throws IOException {
        Path status = Path.of("/proc/" + process.pid() + "/status");
        if (!Files.exists(status)) {
            return Double.NaN;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToDouble(line -> 1024 * Double.parseDouble(line.replaceAll("\\D", "")))
                .findFirst()
                .orElse(Double.NaN);
    }

    private void stop() {
        if (process != null) {
            process.destroyForcibly();
            process = null;
        }
    }

    @Override
    public void close() {
        stop();
        Runtime.getRuntime().removeShutdownHook(atExit);
    }
}
