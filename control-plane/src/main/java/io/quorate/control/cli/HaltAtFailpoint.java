package io.quorate.control.cli;

import io.quorate.node.fault.Failpoint;
import io.quorate.node.fault.Failpoints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * For tests only: ends the process at a {@link Failpoint}, as {@code kill -9} would. In the folder that the JVM's property {@code
 * quorate.failpoints} names, a file with this node's name says where: {@code node-joined n3}, the point and the node that it is
 * about. The file goes when the point is reached, so the node may be started again as it was. Without the property nothing is looked
 * at.
 */
final class HaltAtFailpoint implements Failpoints {
    private static final String PROPERTY = "quorate.failpoints";

    /** As the shell reports a process that was killed. */
    private static final int KILLED = 137;

    private final Path file;

    private HaltAtFailpoint(Path file) {
        this.file = file;
    }

    /** As the property says, for the node of this name. */
    static Failpoints of(String node) {
        String folder = System.getProperty(PROPERTY, "");
        return folder.isEmpty() ? NONE : new HaltAtFailpoint(Path.of(folder).resolve(node));
    }

    @Override
    public void reached(Failpoint point, String node) {
        try {
            if (!Files.exists(file) || !Files.readString(file).equals(point.word() + " " + node)) {
                return;
            }
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        System.err.println("quorate halts at " + point.word() + " " + node + ": a test told it to");
        Runtime.getRuntime().halt(KILLED);
    }
}
