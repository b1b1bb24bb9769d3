package io.quorate.node.workload.oci;

import java.nio.file.Path;
import java.util.List;

/**
 * An image that is unpacked, with what it says of how it is to be run.
 *
 * @param digest of its manifest, {@code sha256:…}
 * @param environment {@code NAME=value}
 * @param workingFolder empty for the root
 * @param user {@code user[:group]}, names or numbers; empty for root
 * @param stopSignal a name; empty for the usual one
 * @param root the folder that holds its files; not to be written to
 */
public record Image(
        String digest,
        List<String> entrypoint,
        List<String> command,
        List<String> environment,
        String workingFolder,
        String user,
        String stopSignal,
        Path root) {
    public Image {
        entrypoint = List.copyOf(entrypoint);
        command = List.copyOf(command);
        environment = List.copyOf(environment);
    }
}
