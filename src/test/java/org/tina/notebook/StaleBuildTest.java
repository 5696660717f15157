package org.tina.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StaleBuildTest {
    @TempDir Path project;
    Path jar;
    Path source;

    @BeforeEach
    void build() throws IOException {
        source = write("src/main/java/A.java", 1);
        jar = write("target/tina.jar", 2);
    }

    @Test
    void aFreshBuildSaysNothing() {
        assertEquals(Optional.empty(), new StaleBuild(project).notice());
    }

    @Test
    void anEditedSourceIsNamedOnce() throws IOException {
        StaleBuild build = new StaleBuild(project);
        touch(source, 3);
        String notice = build.notice().orElseThrow();
        assertTrue(
                notice.contains("src/main/java/A.java")
                        && notice.contains("environment/tina setup"),
                notice);
        assertEquals(Optional.empty(), build.notice());
    }

    @Test
    void aRebuiltJarAsksForARestart() throws IOException {
        StaleBuild build = new StaleBuild(project);
        touch(jar, 4);
        assertTrue(build.notice().orElseThrow().contains("restart the kernel"));
    }

    @Test
    void aRemovedJarIsReported() throws IOException {
        StaleBuild build = new StaleBuild(project);
        Files.delete(jar);
        assertTrue(build.notice().orElseThrow().contains("is gone"));
    }

    private Path write(String name, int minute) throws IOException {
        Path file = project.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "");
        return touch(file, minute);
    }

    private static Path touch(Path file, int minute) throws IOException {
        return Files.setLastModifiedTime(file, FileTime.fromMillis(minute * 60_000L));
    }
}
