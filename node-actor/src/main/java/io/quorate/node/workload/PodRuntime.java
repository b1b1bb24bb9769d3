package io.quorate.node.workload;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Runs containers, and knows afterwards what became of them, also those that an earlier process of this node started: what runs does not end with
 * whoever started it. Decides nothing; {@link PodSync} does. Any thread.
 */
public interface PodRuntime extends AutoCloseable {
    /** As a node object names it: {@code quorate-process://1.0}. */
    String version();

    /** What it cannot do on this machine, for people; empty where there is nothing. */
    List<String> shortcomings();

    /** Calls back with a pod's uid when one of its containers has ended; before this, nobody is told. The observer must return at once. */
    void onChange(Consumer<String> observer);

    /** All pods that it has, by uid. */
    Map<String, PodRecord> pods();

    Optional<PodRecord> pod(String uid);

    /**
     * Takes on a pod, which has nothing that runs yet; one that it has already it leaves as it is.
     *
     * @return as it is here: where it was taken on before, with the address that it got then
     */
    PodRecord begin(String uid, String namespace, String name, String address, long nowMillis);

    /**
     * Starts an attempt of a container of a pod that was taken on.
     *
     * @throws StartRefused when it cannot, as things are
     */
    void start(ContainerStart start, long nowMillis) throws StartRefused;

    /** Whether what an image holds is what runs, and not only its name is known. */
    boolean has(String image);

    /** The port that a container listens on when it is up, where that is known of what it runs. */
    default OptionalInt listensOn(String image, List<String> command, List<String> args) {
        return OptionalInt.empty();
    }

    /** Tells all processes of a container to end. */
    void terminate(String podUid, String container);

    /** Ends them. */
    void kill(String podUid, String container);

    /** Runs a command beside a container, with its environment; blocks. */
    Probe.Result exec(String podUid, String container, List<String> command, Duration timeout);

    /**
     * Starts a command beside what runs in a container, with its environment and within its walls, to be attended to.
     *
     * @param terminal whether its input and output are to be one
     * @throws StartRefused when it cannot: the container does not run, or the machine has no terminals to give
     */
    RunningCommand beside(String podUid, String container, List<String> command, boolean terminal) throws StartRefused;

    /** A folder of the pod's own for a volume, made where it is not there. */
    Path volume(String podUid, String name);

    /** Forgets a pod of which nothing runs, with all files. */
    void remove(String podUid);

    /**
     * What an attempt has said.
     *
     * @param previous whether the attempt before the latest is asked for
     * @return empty where there is none
     */
    Optional<LogCursor> log(String podUid, String container, boolean previous, LogCursor.Selection selection);

    /**
     * Completes when an attempt may have said more, or has ended. To miss nothing, read once more when this is asked for. Whoever does not wait any
     * longer cancels it.
     *
     * @return empty where it has ended
     */
    Optional<CompletableFuture<Void>> afterLog(LogCursor cursor);

    /** Lets go of everything; what runs goes on. */
    @Override
    void close();
}
