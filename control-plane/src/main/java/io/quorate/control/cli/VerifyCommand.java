package io.quorate.control.cli;

import io.quorate.node.folder.DataFolder;
import io.quorate.node.folder.FolderException;
import io.quorate.node.recovery.FolderReview;
import io.quorate.persistence.store.StoreEngines;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description = {
            "Reads the whole data folder of a node that is down: checksums, gaps, and whether its parts fit each other.",
            "Ends with 0 where everything is sound, with 1 where something is not."
        },
        footer = {
            "",
            "Examples:",
            "  quorate stop && quorate verify",
            "  quorate verify --data-folder /mnt/old-disk/quorate -o json"
        })
final class VerifyCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions node;

    @Mixin
    private FormatOption format;

    @Override
    public Integer call() {
        Path path = node.dataFolder();
        if (!Files.isDirectory(path)) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    path + " is no folder: give the one that the node was started with (--data-folder)");
        }
        FolderReview review;
        try (DataFolder folder = DataFolder.open(path)) {
            review = FolderReview.of(folder, StoreEngines.of("auto"), Instant.now());
        } catch (FolderException e) {
            throw new CommandFailure(ExitCode.FAILED, e.getMessage());
        }
        print(review, spec.commandLine().getOut());
        return review.isSound() ? ExitCode.OK : ExitCode.FAILED;
    }

    private void print(FolderReview review, PrintWriter out) {
        switch (format.get()) {
            case JSON, YAML -> {
                Map<String, Object> tree = new LinkedHashMap<>();
                tree.put("sound", review.isSound());
                tree.put("parts", review.parts());
                out.println(format.get().write(tree));
            }
            case TABLE, PRETTY -> pretty(review, out);
        }
    }

    private static void pretty(FolderReview review, PrintWriter out) {
        for (FolderReview.Part part : review.parts()) {
            out.printf("%-16s%s%n", part.name(), part.holds().isEmpty() ? "nothing that can be read" : part.holds());
            part.problems().forEach(problem -> out.println("  WRONG: " + problem));
        }
        out.println(
                review.isSound()
                        ? "everything is sound"
                        : "not sound: do not start this node. Keep a copy of the folder; the other nodes have the data");
    }
}
