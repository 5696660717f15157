package org.tina.model;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.io.EOFException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.tina.data.AtomicFile;
import org.tina.data.FileTrouble;

/**
 * One safetensors file: 8 bytes with the length of the header (little-endian), the header as JSON,
 * then the tensors' bytes, row-major and little-endian, without gaps.
 *
 * <p>Opening reads and checks the header only; no file, however damaged or hostile, gives anything
 * but a {@link ModelFormatException}.
 */
public final class SafeTensors {

    /** Element types of the format. */
    public enum DType {
        F64(8, "float64"),
        F32(4, "float32"),
        F16(2, "float16"),
        BF16(2, "bfloat16"),
        I64(8, null),
        I32(4, null),
        I16(2, null),
        I8(1, null),
        U64(8, null),
        U32(4, null),
        U16(2, null),
        U8(1, null),
        F8_E4M3(1, null),
        F8_E5M2(1, null),
        BOOL(1, null);

        private final int bytes;
        private final String torchName;

        DType(int bytes, String torchName) {
            this.bytes = bytes;
            this.torchName = torchName;
        }

        /** Size of one element. */
        public int bytes() {
            return bytes;
        }

        /** Size of a tensor; an ArithmeticException if it overflows. */
        long bytes(long[] shape) {
            long total = bytes;
            for (long length : shape) {
                total = Math.multiplyExact(total, length);
            }
            return total;
        }

        /** Whether {@link SafeTensors#floats} can read it. */
        public boolean isFloat() {
            return torchName != null;
        }

        /** torch's name of a float type, as config.json has it: {@code bfloat16}. */
        public String torchName() {
            return torchName;
        }

        /** The type by torch's name, such as {@code bfloat16}. */
        public static DType ofTorchName(String name) {
            return Arrays.stream(values())
                    .filter(type -> name.equals(type.torchName))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("no float type " + name));
        }
    }

    /**
     * Where a tensor lies.
     *
     * @param offset of its first byte, from the start of the file
     * @param bytes its length
     */
    public record Entry(String name, DType dtype, long[] shape, long offset, long bytes) {

        /** Number of elements; 1 for a scalar, whose shape is empty. */
        public long elements() {
            return bytes / dtype.bytes();
        }
    }

    /** Writes the bytes of one tensor. */
    @FunctionalInterface
    public interface Source {
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * A tensor to be written.
     *
     * @param source called once, when the tensor's turn comes, so that a model need not fit in
     *     memory
     */
    public record Tensor(String name, DType dtype, long[] shape, Source source) {

        /** A tensor of floats, rounded to the nearest value of F16 or BF16, ties to even. */
        public static Tensor of(String name, DType dtype, long[] shape, Supplier<float[]> values) {
            if (!dtype.isFloat()) {
                throw new IllegalArgumentException(name + ": floats can't be written as " + dtype);
            }
            return new Tensor(name, dtype, shape, out -> encode(values.get(), dtype, out));
        }

        /** A tensor of another file, byte for byte. */
        public static Tensor copy(SafeTensors file, String name) {
            Entry entry = file.entry(name);
            return new Tensor(
                    name, entry.dtype, entry.shape, out -> file.forEachChunk(entry, out::write));
        }

        private long bytes() {
            return dtype.bytes(shape);
        }
    }

    private static final int CHUNK = 1 << 20;

    private final Path path;
    private final SafeTensorsHeader header;

    private SafeTensors(Path path, SafeTensorsHeader header) {
        this.path = path;
        this.header = header;
    }

    /**
     * Reads and checks the header.
     *
     * @throws ModelFormatException naming file, tensor and value if the file is missing, truncated
     *     or inconsistent
     */
    public static SafeTensors open(Path path) {
        try (FileChannel channel = FileChannel.open(path)) {
            return new SafeTensors(path, new SafeTensorsHeader(path, channel));
        } catch (IOException e) {
            throw new ModelFormatException(path, FileTrouble.reason(e), e);
        }
    }

    public Path path() {
        return path;
    }

    /** The file's own notes; transformers writes {@code format=pt}. */
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(header.metadata());
    }

    /** All tensors by name, in the order of their bytes. */
    public Map<String, Entry> entries() {
        return Collections.unmodifiableMap(header.entries());
    }

    /** The tensor of this name; an error if there is none. */
    public Entry entry(String name) {
        Entry entry = header.entries().get(name);
        if (entry == null) {
            throw new ModelFormatException(path, "has no tensor " + name);
        }
        return entry;
    }

    /** The values of an F32, F16, BF16 or F64 tensor, row-major, as float32. */
    public float[] floats(String name) {
        Entry entry = entry(name);
        if (!entry.dtype.isFloat()) {
            throw new ModelFormatException(
                    path, name + " has dtype " + entry.dtype + ", not one of F32, F16, BF16, F64");
        }
        if (entry.elements() > Integer.MAX_VALUE - 8) {
            throw new ModelFormatException(
                    path, name + " has " + entry.elements() + " values, too many for one array");
        }
        float[] values = new float[(int) entry.elements()];
        int[] next = {0};
        try {
            forEachChunk(
                    entry,
                    (bytes, from, length) -> {
                        ByteBuffer in =
                                ByteBuffer.wrap(bytes, from, length).order(ByteOrder.LITTLE_ENDIAN);
                        while (in.hasRemaining()) {
                            values[next[0]++] = decode(in, entry.dtype);
                        }
                    });
        } catch (IOException e) {
            throw new ModelFormatException(path, name + " can't be read: " + e, e);
        }
        return values;
    }

    /**
     * Writes a file under a temporary name and renames it when complete. The tensors' data start at
     * a multiple of 8 bytes and wider types come first, so that every tensor is aligned.
     *
     * @param metadata the file's notes; {@code format=pt}, which transformers asks for, is added
     */
    public static void write(Path path, Map<String, String> metadata, List<Tensor> tensors)
            throws IOException {
        List<Tensor> ordered = new ArrayList<>(tensors);
        ordered.sort(Comparator.comparingInt(tensor -> -tensor.dtype.bytes()));
        byte[] header = header(metadata, ordered);
        AtomicFile.write(
                path,
                out -> {
                    out.write(
                            ByteBuffer.allocate(8)
                                    .order(ByteOrder.LITTLE_ENDIAN)
                                    .putLong(header.length)
                                    .array());
                    out.write(header);
                    for (Tensor tensor : ordered) {
                        CountingStream counter = new CountingStream(out);
                        tensor.source.writeTo(counter);
                        if (counter.count != tensor.bytes()) {
                            throw new IOException(
                                    "%s: %s gave %s bytes, its shape %s of %s takes %s"
                                            .formatted(
                                                    path,
                                                    tensor.name,
                                                    counter.count,
                                                    Arrays.toString(tensor.shape),
                                                    tensor.dtype,
                                                    tensor.bytes()));
                        }
                    }
                });
    }

    private static byte[] header(Map<String, String> metadata, List<Tensor> tensors) {
        Gson gson = new Gson();
        Map<String, String> notes = new TreeMap<>(metadata);
        notes.putIfAbsent("format", "pt");
        JsonObject header = new JsonObject();
        header.add(SafeTensorsHeader.METADATA, gson.toJsonTree(notes));
        long offset = 0;
        for (Tensor tensor : tensors) {
            JsonObject entry = new JsonObject();
            entry.addProperty("dtype", tensor.dtype.name());
            entry.add("shape", gson.toJsonTree(tensor.shape));
            long end = Math.addExact(offset, tensor.bytes());
            entry.add("data_offsets", gson.toJsonTree(new long[] {offset, end}));
            if (header.has(tensor.name)) {
                throw new IllegalArgumentException("two tensors are named " + tensor.name);
            }
            header.add(tensor.name, entry);
            offset = end;
        }
        byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
        byte[] padded = Arrays.copyOf(json, (json.length + 7) / 8 * 8);
        Arrays.fill(padded, json.length, padded.length, (byte) ' ');
        return padded;
    }

    @FunctionalInterface
    private interface ChunkConsumer {
        void accept(byte[] bytes, int from, int length) throws IOException;
    }

    private void forEachChunk(Entry entry, ChunkConsumer consumer) throws IOException {
        try (FileChannel channel = FileChannel.open(path)) {
            ByteBuffer buffer = ByteBuffer.allocate(CHUNK); // a multiple of every element size
            for (long done = 0; done < entry.bytes; done += buffer.limit()) {
                buffer.clear().limit((int) Math.min(CHUNK, entry.bytes - done));
                readFully(channel, buffer, entry.offset + done);
                consumer.accept(buffer.array(), 0, buffer.limit());
            }
        }
    }

    static void readFully(FileChannel channel, ByteBuffer buffer, long position)
            throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw new EOFException("the file ends at byte " + channel.size());
            }
        }
    }

    private static float decode(ByteBuffer in, DType dtype) {
        return switch (dtype) {
            case F64 -> (float) in.getDouble();
            case F32 -> in.getFloat();
            case F16 -> HalfPrecision.fromFloat16(in.getShort());
            case BF16 -> HalfPrecision.fromBfloat16(in.getShort());
            default -> throw new AssertionError(dtype);
        };
    }

    /** Writes floats as a float type, rounded to the nearest value, ties to even. */
    public static void encode(float[] values, DType dtype, OutputStream out) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            switch (dtype) {
                case F64 -> buffer.putDouble(value);
                case F32 -> buffer.putFloat(value);
                case F16 -> buffer.putShort(HalfPrecision.toFloat16(value));
                case BF16 -> buffer.putShort(HalfPrecision.toBfloat16(value));
                default -> throw new AssertionError(dtype);
            }
            if (!buffer.hasRemaining()) {
                out.write(buffer.array());
                buffer.clear();
            }
        }
        out.write(buffer.array(), 0, buffer.position());
    }

    private static final class CountingStream extends FilterOutputStream {
        private long count;

        CountingStream(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int b) throws IOException {
            out.write(b);
            count++;
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out.write(bytes, from, length);
            count += length;
        }
    }
}
