package org.tina.notebook;

import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import io.github.spencerpark.jupyter.kernel.display.mime.MIMEType;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import javax.imageio.ImageIO;
import org.knowm.xchart.internal.chartpart.Chart;
import org.tina.data.AtomicFile;

/**
 * A picture for a notebook: drawn at twice its size, so that it is sharp on dense screens, on a
 * transparent ground, with a text for those who don't see it.
 *
 * @param width in CSS pixels
 * @param height in CSS pixels
 * @param alt what the picture shows
 * @param drawing draws in CSS pixels
 */
public record Picture(int width, int height, String alt, Consumer<Graphics2D> drawing) {
    private static final int SCALE = 2;

    /** The picture in pixels, twice as many each way as its size says. */
    public BufferedImage image() {
        BufferedImage image =
                new BufferedImage(SCALE * width, SCALE * height, BufferedImage.TYPE_INT_ARGB);
        Graphics2D graphics = image.createGraphics();
        graphics.scale(SCALE, SCALE);
        graphics.setRenderingHint(
                RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(
                RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.setRenderingHint(
                RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        drawing.accept(graphics);
        graphics.dispose();
        return image;
    }

    /** Writes the picture as a PNG file, replacing what was there. */
    public void save(Path file) throws IOException {
        AtomicFile.write(file, out -> out.write(png()));
    }

    private byte[] png() {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        try {
            ImageIO.write(image(), "png", png);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return png.toByteArray();
    }

    /** Paints charts side by side, row after row; width and height are those of one. */
    static void panels(
            Graphics2D graphics,
            List<? extends Chart<?, ?>> panels,
            int columns,
            int width,
            int height) {
        AffineTransform origin = graphics.getTransform();
        for (int i = 0; i < panels.size(); i++) {
            graphics.translate(i % columns * width, i / columns * height);
            panels.get(i).paint(graphics, width, height);
            graphics.setTransform(origin);
        }
    }

    void putInto(DisplayData data) {
        data.putData(
                MIMEType.IMAGE_PNG,
                Base64.getEncoder().encodeToString(png()),
                Map.of("width", width, "height", height, "alt", alt));
        data.putText(alt);
    }
}
