package org.tina.recipe;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.tina.model.Workers;

/**
 * What a machine can do, as far as an {@link Estimate} needs to know it.
 *
 * @param memory bytes that tensors may fill
 * @param flops floating-point operations of a large matrix product, per second
 * @param bandwidth bytes read from memory, per second
 * @param usdPerHour what an hour costs, 0 for nothing
 */
public record Machine(String name, long memory, double flops, double bandwidth, double usdPerHour) {

    private static final int SIDE = 1024;
    private static final int VALUES = 1 << 25;
    private static final long MEASURED_NANOS = 100_000_000;

    public Machine {
        require(memory > 0, "memory", memory, "above 0");
        require(flops > 0 && Double.isFinite(flops), "flops", flops, "above 0");
        require(bandwidth > 0 && Double.isFinite(bandwidth), "bandwidth", bandwidth, "above 0");
        require(usdPerHour >= 0, "usdPerHour", usdPerHour, "at least 0");
    }

    /**
     * One of the GPUs that the paper trained on, an NVIDIA L40S: 48 GB at 864 GB/s, 181 TFLOP/s in
     * bfloat16 without sparsity (its data sheet), at the paper's price of $1 an hour.
     */
    public static Machine l40s() {
        return new Machine("L40S", 48_000_000_000L, 181e12, 864e9, 1);
    }

    /**
     * This machine's processor, measured in a quarter of a second by matrix products and sums in
     * float32. In a container its memory is what the container may take.
     */
    public static Machine here() {
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        String name = "this machine, " + Workers.cores() + " cores";
        long memory = system.getTotalMemorySize();
        return Workers.map(1, List.of(memory), bytes -> measured(name, bytes)).get(0);
    }

    /** The processor's name as the system tells it; else its architecture. */
    public static String processor() {
        Path cpu = Path.of("/proc/cpuinfo");
        String architecture = System.getProperty("os.arch");
        if (!Files.exists(cpu)) {
            return architecture;
        }
        try (Stream<String> lines = Files.lines(cpu)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.replaceFirst(".*:\\s*", ""))
                    .findFirst()
                    .orElse(architecture);
        } catch (IOException e) {
            return architecture;
        }
    }

    private static Machine measured(String name, long memory) {
        try (NDManager manager = Engine.getEngine("PyTorch").newBaseManager(Device.cpu())) {
            NDArray square = manager.ones(new Shape(SIDE, SIDE));
            NDArray row = manager.ones(new Shape(VALUES));
            double product = seconds(() -> square.matMul(square).close());
            double sum = seconds(() -> row.sum().close());
            return new Machine(
                    name, memory, 2.0 * SIDE * SIDE * SIDE / product, 4.0 * VALUES / sum, 0);
        }
    }

    /** The best of several tries: the first ones warm up, and others may use the machine. */
    private static double seconds(Runnable work) {
        long end = System.nanoTime() + MEASURED_NANOS;
        long best = Long.MAX_VALUE;
        while (System.nanoTime() < end) {
            long begin = System.nanoTime();
            work.run();
            best = Math.min(best, System.nanoTime() - begin);
        }
        return best / 1e9;
    }

    /** The same machine at another price. */
    public Machine withUsdPerHour(double usdPerHour) {
        return new Machine(name, memory, flops, bandwidth, usdPerHour);
    }

    private static void require(boolean holds, String what, Object value, String allowed) {
        if (!holds) {
            throw new IllegalArgumentException(what + " is " + value + ", must be " + allowed);
        }
    }
}
