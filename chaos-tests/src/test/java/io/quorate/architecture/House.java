package io.quorate.architecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/** The compiled classes of all modules, read once. */
final class House {
    /** What is shipped, and what drives it. */
    static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.quorate");

    /** Tests of all modules that were compiled beside this one. */
    static final JavaClasses TESTS = new ClassFileImporter().importPaths(testFolders());

    static final String[] JAVA = {"java..", "org.jspecify.annotations.."};

    private House() {}

    private static Collection<Path> testFolders() {
        return Stream.of("persistence", "node-actor", "control-plane", "simulations", "chaos-tests")
                .map(module -> Path.of("..", module, "target", "test-classes"))
                .filter(Files::isDirectory)
                .toList();
    }

    /** The Java platform and some more packages. */
    static String[] javaAnd(String... packages) {
        return Stream.of(List.of(JAVA), List.of(packages)).flatMap(List::stream).toArray(String[]::new);
    }
}
