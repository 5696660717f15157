package org.tina.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.tina.data.ModelHub;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The library from the terminal; {@code environment/tina} calls it. */
@Command(
        name = "environment/tina",
        description = "Tiny reasoning models via LoRA: train, evaluate and use them.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  environment/tina generate --model mini --prompt \"Tom has 3 apples and buys 4.\"",
            "  environment/tina train --recipe mini --out runs/first"
        },
        subcommands = {
            Generate.class,
            Score.class,
            Verify.class,
            Train.class,
            Evaluate.class,
            Export.class,
            Pretrain.class,
            Recipes.class,
            Studies.class,
            Download.class,
            Examine.class,
            Bench.class
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        usageHelpAutoWidth = true,
        scope = ScopeType.INHERIT)
public final class Main {

    private Main() {}

    @Option(
            names = "--device",
            paramLabel = "cpu|cuda:N",
            scope = ScopeType.INHERIT,
            description = "Where tensors live (default: the first GPU if there is one).")
    private void device(String device) {
        System.setProperty("tina.device", device);
    }

    /** Runs a command and ends the JVM with its exit code. */
    public static void main(String[] arguments) {
        System.exit(run(utf8(FileDescriptor.out), utf8(FileDescriptor.err), arguments));
    }

    /** Runs a command; nothing is thrown, the exit code and one line say what went wrong. */
    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        CommandLine commands =
                new CommandLine(new Main())
                        .setOut(out)
                        .setErr(err)
                        .setExpandAtFiles(false) // a prompt may begin with @
                        .setParameterExceptionHandler(Errors::badOption)
                        .setExecutionExceptionHandler(
                                (e, command, parsed) -> Errors.failed(e, err));
        ModelHub.showDownloads(() -> DownloadLine.on(err));
        try {
            return commands.execute(arguments);
        } catch (Error e) { // such as no memory; picocli catches exceptions only
            return Errors.failed(e, err);
        } finally {
            out.flush();
            err.flush();
        }
    }

    /** The terminal's own encoding may be ASCII, as in a container without a locale. */
    private static PrintWriter utf8(FileDescriptor stream) {
        return new PrintWriter(new FileOutputStream(stream), true, StandardCharsets.UTF_8);
    }
}
