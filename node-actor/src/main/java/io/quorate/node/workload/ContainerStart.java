package io.quorate.node.workload;

import java.util.List;
import java.util.Map;

/**
 * Everything that one attempt of a container needs; nothing in it has to be looked up any more.
 *
 * @param backOffMillis kept with it, see {@link Attempt}
 * @param command empty for the image's
 * @param args empty for the image's, where the command is, too
 * @param workingFolder empty for the container's own; else an absolute path
 * @param mounts folders and files of the machine, by the absolute path at which the container wants them
 * @param address that it listens on
 * @param walls that are to stand around it
 */
public record ContainerStart(
        String podUid,
        String container,
        int attempt,
        long backOffMillis,
        String image,
        List<String> command,
        List<String> args,
        Map<String, String> environment,
        String workingFolder,
        Map<String, java.nio.file.Path> mounts,
        Limits limits,
        String address,
        Walls walls) {
    public ContainerStart {
        command = List.copyOf(command);
        args = List.copyOf(args);
        environment = Map.copyOf(environment);
        mounts = Map.copyOf(mounts);
    }
}
