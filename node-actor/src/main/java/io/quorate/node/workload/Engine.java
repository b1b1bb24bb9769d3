package io.quorate.node.workload;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What a container's shim runs, which is all that the runtimes differ in: a command of the machine, or one that has walls put up first. Any thread.
 */
interface Engine {
    /** Kept with each attempt: it ends as it began, whatever this node runs by then. */
    String name();

    /** As a node object names it. */
    String version();

    List<String> shortcomings();

    boolean has(String image);

    /**
     * Makes ready what an attempt needs.
     *
     * @param folder the attempt's
     * @param mark its own, among all containers
     */
    Launch prepare(ContainerStart start, Path folder, String mark) throws StartRefused, IOException;

    /**
     * A command beside what runs in a container.
     *
     * @param shim the process that the shim is
     * @param terminal whether its input and output are a terminal
     */
    Launch beside(Path folder, String mark, long shim, List<String> command, boolean terminal);

    /**
     * Sends a signal to what is first in the container.
     *
     * @param kill else that with which it is told to end
     * @return false where there is none that is first: all processes are to be told
     */
    boolean signal(Path folder, String mark, boolean kill);

    /** Takes away what is of no use after its end. */
    void ended(Path folder, String mark);

    /**
     * A process to start.
     *
     * @param folder that it begins in
     */
    record Launch(List<String> command, Path folder, Map<String, String> environment) {
        public Launch {
            command = List.copyOf(command);
            environment = Map.copyOf(environment);
        }
    }
}
