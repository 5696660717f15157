package org.tina.model;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.tina.data.AtomicFile;

/**
 * The tensor program: TorchScript text from this package's resources, run by libtorch inside this
 * JVM.
 *
 * <p>libtorch compiles a TorchScript archive from source text, so the program stays readable (see
 * {@code program/*.py}) while whole forward and backward passes and decoding loops are one native
 * call each. The archive is a zip of the sources and a pickle of one object, the program with its
 * scalar attributes.
 *
 * <p>Thread-safe: the program's methods keep no state but the weights.
 */
public final class TensorProgram implements AutoCloseable {

    private static final String[] SOURCES = {"model", "sampling", "learning"};

    /**
     * The executor's optimiser gives wrong gradients at ties (and starts slowly); it is a switch of
     * each thread.
     */
    private static final ThreadLocal<Boolean> EXECUTOR_OFF =
            ThreadLocal.withInitial(
                    () -> {
                        JniUtils.setGraphExecutorOptimize(false);
                        return true;
                    });

    private final NDManager manager;
    private final PtSymbolBlock block;

    private TensorProgram(NDManager manager, PtSymbolBlock block) {
        this.manager = manager;
        this.block = block;
    }

    /**
     * Compiles the program.
     *
     * @param attributes the program's attributes: Boolean, Integer, Double, String or null
     */
    static TensorProgram compile(String device, Map<String, Object> attributes) {
        String products = Products.on(device, (Integer) attributes.get("dtype"));
        return compile(source("program"), products, attributes);
    }

    /**
     * Writes the program as a TorchScript archive that Python's {@code torch.jit.load} reads, its
     * products by torch's own choice.
     */
    static void write(Path file, Map<String, Object> attributes) throws IOException {
        AtomicFile.write(file, out -> out.write(archive(source("program"), "plain", attributes)));
    }

    /**
     * Compiles another program beside the model's own sources, such as one that times its products.
     *
     * @param main TorchScript text with a class {@code Program} without attributes
     * @param dtype torch's number of the type that it multiplies
     */
    public static TensorProgram of(String main, int dtype) {
        return compile(main, Products.on("cpu", dtype), Map.of());
    }

    static TensorProgram compile(String main, String products, Map<String, Object> attributes) {
        NDManager manager = Engine.getEngine("PyTorch").newBaseManager(ai.djl.Device.cpu());
        try {
            EXECUTOR_OFF.get();
            var archive = new ByteArrayInputStream(archive(main, products, attributes));
            return new TensorProgram(
                    manager, JniUtils.loadModule((PtNDManager) manager, archive, false, false));
        } catch (IOException e) {
            manager.close();
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /**
     * Calls a method of the program.
     *
     * @param out the manager that will own the results
     * @param arguments each an NDArray, an NDList (a list of tensors), a {@code long[]} or a {@code
     *     float[]} vector, a {@code double[]} vector or a {@code Long}, {@code Integer} or {@code
     *     Double} scalar
     * @return the tensors that the method returns
     */
    public NDList call(NDManager out, String method, Object... arguments) {
        EXECUTOR_OFF.get();
        try (NDManager scratch = manager.newSubManager()) {
            NDList inputs = new NDList();
            NDArray marker = scratch.create(0f);
            marker.setName("module_method:" + method);
            inputs.add(marker);
            for (int i = 0; i < arguments.length; i++) {
                if (arguments[i] instanceof NDList list) {
                    for (NDArray array : list) {
                        NDArray alias = scratch.from(array);
                        alias.setName("argument" + i + "[]");
                        inputs.add(alias);
                    }
                } else {
                    inputs.add(tensor(scratch, arguments[i]));
                }
            }
            NDList results = IValueUtils.forward(block, inputs, true);
            results.attach(out);
            return results;
        }
    }

    private static NDArray tensor(NDManager scratch, Object value) {
        if (value instanceof NDArray array) {
            array.setName(null);
            return array;
        } else if (value instanceof long[] longs) {
            return scratch.create(longs, new Shape(longs.length));
        } else if (value instanceof float[] floats) {
            return scratch.create(floats, new Shape(floats.length));
        } else if (value instanceof double[] doubles) {
            return scratch.create(doubles, new Shape(doubles.length));
        } else if (value instanceof Long || value instanceof Integer) {
            return scratch.create(((Number) value).longValue());
        } else if (value instanceof Double number) {
            return scratch.create(number.doubleValue());
        }
        throw new IllegalArgumentException("not a tensor: " + value);
    }

    @Override
    public void close() {
        block.close();
        manager.close();
    }

    // ---------------------------------------------------------------- the archive

    private static byte[] archive(String main, String products, Map<String, Object> attributes)
            throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.setMethod(ZipOutputStream.STORED);
            store(zip, "m/version", "3\n".getBytes(StandardCharsets.US_ASCII));
            for (String source : SOURCES) {
                store(zip, "m/code/__torch__/" + source + ".py", bytes(source(source)));
            }
            store(zip, "m/code/__torch__/products.py", bytes(source("products_" + products)));
            store(zip, "m/code/__torch__.py", bytes(main));
            store(zip, "m/data.pkl", pickle(attributes));
            store(zip, "m/constants.pkl", new byte[] {(byte) 0x80, 2, ')', '.'});
        }
        return bytes.toByteArray();
    }

    private static String source(String name) {
        try (var in = TensorProgram.class.getResourceAsStream("program/" + name + ".py")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void store(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        var entry = new ZipEntry(name);
        var crc = new CRC32();
        crc.update(bytes);
        entry.setCrc(crc.getValue());
        entry.setSize(bytes.length);
        entry.setCompressedSize(bytes.length);
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }

    /**
     * A pickle (protocol 2) of one object of class {@code __torch__.Program} with scalar
     * attributes.
     */
    private static byte[] pickle(Map<String, Object> attributes) throws IOException {
        var state = new LinkedHashMap<String, Object>();
        state.put("training", false);
        state.putAll(attributes);
        var out = new ByteArrayOutputStream();
        out.write(new byte[] {(byte) 0x80, 2});
        out.write("c__torch__\nProgram\n)".getBytes(StandardCharsets.US_ASCII));
        out.write(new byte[] {(byte) 0x81, '}', '('});
        for (var entry : state.entrySet()) {
            pickleString(out, entry.getKey());
            pickleValue(out, entry.getValue());
        }
        out.write("ub.".getBytes(StandardCharsets.US_ASCII));
        return out.toByteArray();
    }

    private static void pickleValue(OutputStream out, Object value) throws IOException {
        if (value == null) {
            out.write('N');
        } else if (value instanceof Boolean b) {
            out.write(b ? 0x88 : 0x89);
        } else if (value instanceof Integer i) {
            out.write('J');
            out.write(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(i).array());
        } else if (value instanceof Double d) {
            out.write('G');
            out.write(ByteBuffer.allocate(8).putDouble(d).array());
        } else if (value instanceof String s) {
            pickleString(out, s);
        } else {
            throw new IllegalArgumentException("not a scalar: " + value);
        }
    }

    private static void pickleString(OutputStream out, String s) throws IOException {
        byte[] utf8 = s.getBytes(StandardCharsets.UTF_8);
        out.write('X');
        out.write(
                ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(utf8.length).array());
        out.write(utf8);
    }
}
