package org.tina;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The rooms and their order: a room may use those above it, never those below. */
class ArchitectureTest {

    private static final List<String> ROOMS =
            List.of(
                    "math",
                    "data",
                    "model",
                    "lora",
                    "generate",
                    "reward",
                    "eval",
                    "grpo",
                    "recipe",
                    "mini",
                    "study",
                    "doctor",
                    "analysis",
                    "bench",
                    "notebook",
                    "cli");

    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("org.tina");

    @Test
    void noRoomUsesOneBelowIt() {
        for (int i = 0; i < ROOMS.size(); i++) {
            String[] below =
                    ROOMS.subList(i + 1, ROOMS.size()).stream()
                            .map(ArchitectureTest::room)
                            .toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage(room(ROOMS.get(i)))
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(below)
                    .because("rooms are used from below: " + ROOMS)
                    .allowEmptyShould(true)
                    .check(CLASSES);
        }
    }

    @Test
    void roomsHaveNoCycles() {
        slices().matching("org.tina.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void everyClassIsInARoom() {
        Set<String> others =
                CLASSES.stream()
                        .map(JavaClass::getPackageName)
                        .filter(name -> ROOMS.stream().noneMatch(r -> isIn(name, r)))
                        .collect(Collectors.toCollection(TreeSet::new));
        assertTrue(others.isEmpty(), () -> "no rooms of the house: " + others);
    }

    @Test
    void onlyTheNotebookKnowsOfJupyter() {
        noClasses()
                .that()
                .resideOutsideOfPackage(room("notebook"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.github.spencerpark..")
                .check(CLASSES);
    }

    private static String room(String name) {
        return "org.tina." + name + "..";
    }

    private static boolean isIn(String packageName, String room) {
        return (packageName + ".").startsWith("org.tina." + room + ".");
    }
}
