package io.quorate.chaos.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What runs on this machine for the pods of a cluster's nodes, as the kernel lists it (proc(5)): whatever the nodes say. Closed after the nodes, it
 * ends what they left.
 */
public final class ContainerProcesses implements AutoCloseable {
    private static final String MARK = "QUORATE_CONTAINER=";

    private final Path root;

    /** @param root above the data folders of the nodes: what belongs to them works below it */
    public ContainerProcesses(Path root) {
        this.root = root.toAbsolutePath();
    }

    /**
     * One container's process.
     *
     * @param pod uid of its pod
     */
    public record One(long pid, String pod) {}

    /** All of them, by number. The shells above containers have no mark. */
    public Map<Long, One> all() {
        Map<Long, One> found = new TreeMap<>();
        try (Stream<ProcessHandle> processes = ProcessHandle.allProcesses()) {
            processes.forEach(process ->
                    of(process.pid()).ifPresent(pod -> found.put(process.pid(), new One(process.pid(), pod))));
        }
        return found;
    }

    /** The uid of the pod of each of them, in order. */
    public List<String> pods() {
        return all().values().stream().map(One::pod).sorted().toList();
    }

    @Override
    public void close() {
        all().keySet().forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    }

    private Optional<String> of(long pid) {
        Path process = Path.of("/proc", Long.toString(pid));
        try {
            if (!Files.readSymbolicLink(process.resolve("cwd")).startsWith(root)) {
                return Optional.empty();
            }
            String command = Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1);
            if (command.contains("quorate-container")) {
                return Optional.empty();
            }
            String environment = Files.readString(process.resolve("environ"), StandardCharsets.ISO_8859_1);
            return Stream.of(environment.split("\0"))
                    .filter(each -> each.startsWith(MARK))
                    .map(each -> each.substring(MARK.length()).split("/")[0])
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty(); // it has ended
        }
    }
}
