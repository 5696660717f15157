package org.tina.model;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tina.model.SafeTensors.DType;
import org.tina.model.SafeTensors.Entry;

/** Reads the header of a safetensors file and trusts nothing in it. */
final class SafeTensorsHeader {

    static final String METADATA = "__metadata__";

    private static final long MAX_LENGTH = 100_000_000; // the reference implementation's limit

    private final Path path;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final long fileSize;
    private final long dataStart;

    /** Throws a {@link ModelFormatException} at the first thing that is wrong. */
    SafeTensorsHeader(Path path, FileChannel channel) throws IOException {
        this.path = path;
        fileSize = channel.size();
        if (fileSize < 8) {
            throw new ModelFormatException(
                    path,
                    "has %s bytes, a safetensors file starts with 8 for its header's length",
                    fileSize);
        }
        ByteBuffer prefix = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        SafeTensors.readFully(channel, prefix, 0);
        long length = prefix.getLong(0);
        if (length < 0 || length > Math.min(MAX_LENGTH, fileSize - 8)) {
            throw new ModelFormatException(
                    path,
                    "header length is %s, it must be at most %s and fit in the file of %s bytes"
                            + " (truncated, or not a safetensors file)",
                    Long.toUnsignedString(length),
                    MAX_LENGTH,
                    fileSize);
        }
        dataStart = 8 + length;
        ByteBuffer json = ByteBuffer.allocate((int) length);
        SafeTensors.readFully(channel, json, 8);
        List<Entry> found;
        try {
            found = parse(json.array());
        } catch (IOException | IllegalStateException | NumberFormatException e) {
            throw new ModelFormatException(path, "header is not valid: " + e.getMessage(), e);
        }
        placeWithoutGaps(found);
    }

    Map<String, String> metadata() {
        return metadata;
    }

    /** In the order of their bytes. */
    Map<String, Entry> entries() {
        return entries;
    }

    private List<Entry> parse(byte[] header) throws IOException {
        JsonReader json =
                new JsonReader(
                        new InputStreamReader(
                                new ByteArrayInputStream(header),
                                StandardCharsets.UTF_8.newDecoder()));
        json.setStrictness(Strictness.STRICT);
        List<Entry> found = new ArrayList<>();
        Set<String> names = new HashSet<>();
        json.beginObject();
        while (json.hasNext()) {
            String name = json.nextName();
            if (!names.add(name)) {
                throw new ModelFormatException(path, name + " appears twice in the header");
            }
            if (name.equals(METADATA)) {
                parseMetadata(json);
            } else {
                found.add(parseEntry(json, name));
            }
        }
        json.endObject();
        if (json.peek() != JsonToken.END_DOCUMENT) {
            throw new IllegalStateException("text after its end");
        }
        return found;
    }

    private void parseMetadata(JsonReader json) throws IOException {
        json.beginObject();
        while (json.hasNext()) {
            metadata.put(json.nextName(), json.nextString());
        }
        json.endObject();
    }

    private Entry parseEntry(JsonReader json, String name) throws IOException {
        String dtype = null;
        long[] shape = null;
        long[] offsets = null;
        json.beginObject();
        while (json.hasNext()) {
            switch (json.nextName()) {
                case "dtype" -> dtype = json.nextString();
                case "shape" -> shape = parseLongs(json);
                case "data_offsets" -> offsets = parseLongs(json);
                default -> json.skipValue();
            }
        }
        json.endObject();
        return checked(name, dtype, shape, offsets);
    }

    private static long[] parseLongs(JsonReader json) throws IOException {
        List<Long> values = new ArrayList<>();
        json.beginArray();
        while (json.hasNext()) {
            if (json.peek() != JsonToken.NUMBER) {
                throw new IllegalStateException("a number is wanted at " + json.getPath());
            }
            values.add(json.nextLong());
        }
        json.endArray();
        return values.stream().mapToLong(Long::longValue).toArray();
    }

    private Entry checked(String name, String dtypeName, long[] shape, long[] offsets) {
        DType dtype =
                Arrays.stream(DType.values())
                        .filter(type -> type.name().equals(dtypeName))
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        new ModelFormatException(
                                                path, "%s: unknown dtype %s", name, dtypeName));
        long dataBytes = fileSize - dataStart;
        if (offsets == null
                || offsets.length != 2
                || offsets[0] < 0
                || offsets[0] > offsets[1]
                || offsets[1] > dataBytes) {
            throw new ModelFormatException(
                    path,
                    "%s: data_offsets are %s, they must be [start, end] within the %s bytes of"
                            + " data (truncated file?)",
                    name,
                    Arrays.toString(offsets),
                    dataBytes);
        }
        if (shape == null || Arrays.stream(shape).anyMatch(length -> length < 0)) {
            throw new ModelFormatException(path, "%s: shape is %s", name, Arrays.toString(shape));
        }
        long wanted;
        try {
            wanted = dtype.bytes(shape);
        } catch (ArithmeticException e) {
            throw new ModelFormatException(
                    path, "%s: shape is %s, too large", name, Arrays.toString(shape));
        }
        long bytes = offsets[1] - offsets[0];
        if (bytes != wanted) {
            throw new ModelFormatException(
                    path,
                    "%s: data_offsets %s span %s bytes, shape %s of %s takes %s",
                    name,
                    Arrays.toString(offsets),
                    bytes,
                    Arrays.toString(shape),
                    dtype,
                    wanted);
        }
        return new Entry(name, dtype, shape, dataStart + offsets[0], bytes);
    }

    /** The format allows neither overlaps nor bytes that belong to no tensor. */
    private void placeWithoutGaps(List<Entry> found) {
        found.sort(Comparator.comparingLong(Entry::offset).thenComparingLong(Entry::bytes));
        long end = dataStart;
        for (Entry entry : found) {
            if (entry.offset() != end) {
                throw new ModelFormatException(
                        path,
                        "%s: data start at %s, the tensor before ends at %s (%s)",
                        entry.name(),
                        entry.offset() - dataStart,
                        end - dataStart,
                        entry.offset() < end ? "overlap" : "gap");
            }
            end += entry.bytes();
            entries.put(entry.name(), entry);
        }
        if (end != fileSize) {
            throw new ModelFormatException(
                    path, "the last tensor ends at byte %s of %s", end, fileSize);
        }
    }
}
