package io.quorate.control.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Evicts pods, again and again where a budget does not allow it yet, and waits until they are gone. For one thread. */
final class Drain {
    private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long LOOK_MILLIS = 500;

    private final NodeClient client;
    private final int graceSeconds;
    private final PrintWriter out;
    private final PrintWriter err;

    /** Why a pod is not evicted yet. */
    private final Map<DrainSelection.Pod, String> why = new HashMap<>();

    /** @param graceSeconds negative for each pod's own */
    Drain(NodeClient client, int graceSeconds, PrintWriter out, PrintWriter err) {
        this.client = client;
        this.graceSeconds = graceSeconds;
        this.out = out;
        this.err = err;
    }

    private static final class Eviction {
        private final DrainSelection.Pod pod;
        private boolean done;
        private long nextNanos;

        Eviction(DrainSelection.Pod pod, long nextNanos) {
            this.pod = pod;
            this.nextNanos = nextNanos;
        }
    }

    /**
     * Returns when all are gone.
     *
     * @param timeoutSeconds 0 for ever
     * @throws CommandFailure where that takes longer
     */
    void evict(List<DrainSelection.Pod> pods, String node, int timeoutSeconds) throws InterruptedException {
        long begin = System.nanoTime();
        List<Eviction> left = new ArrayList<>();
        for (DrainSelection.Pod each : pods) {
            out.println("evicting pod " + each);
            left.add(new Eviction(each, begin));
        }
        while (true) {
            for (Iterator<Eviction> each = left.iterator(); each.hasNext(); ) {
                if (isGone(each.next())) {
                    each.remove();
                }
            }
            if (left.isEmpty()) {
                return;
            }
            if (timeoutSeconds > 0 && System.nanoTime() - begin > TimeUnit.SECONDS.toNanos(timeoutSeconds)) {
                throw late(left, node, timeoutSeconds);
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
    }

    private CommandFailure late(List<Eviction> left, String node, int timeoutSeconds) {
        List<String> told = new ArrayList<>();
        for (Eviction each : left) {
            told.add(each.pod + " (" + (each.done ? "it is ending" : why.getOrDefault(each.pod, "not evicted")) + ")");
        }
        return new CommandFailure(
                ExitCode.FAILED,
                "after " + timeoutSeconds + " s node " + node + " is cordoned, and still has " + String.join(", ", told)
                        + ". Next: `quorate drain " + node + "` again goes on; `quorate uncordon " + node
                        + "` gives up");
    }

    private boolean isGone(Eviction eviction) {
        DrainSelection.Pod pod = eviction.pod;
        String path =
                "/api/v1/namespaces/" + NodeClient.segment(pod.namespace()) + "/pods/" + NodeClient.segment(pod.name());
        try {
            if (!eviction.done) {
                return System.nanoTime() - eviction.nextNanos >= 0 && begin(eviction, path);
            }
            NodeClient.Answer there = client.ask("GET", path, "", "");
            boolean gone = there.code() == 404
                    || there.isGood()
                            && !there.body()
                                    .path("metadata")
                                    .path("uid")
                                    .asText()
                                    .equals(pod.uid());
            if (gone) {
                out.println("pod/" + pod.name() + " evicted");
            }
            return gone;
        } catch (CommandFailure e) {
            if (e.exitCode() == ExitCode.NOT_RUNNING) {
                throw e;
            }
            later(eviction, String.valueOf(e.getMessage())); // asked again: an eviction that was done is done once more
            return false;
        }
    }

    private boolean begin(Eviction eviction, String path) {
        DrainSelection.Pod pod = eviction.pod;
        String options = graceSeconds < 0 ? "" : "\"gracePeriodSeconds\":" + graceSeconds + ",";
        NodeClient.Answer answer = client.ask(
                "POST",
                path + "/eviction",
                "application/json",
                "{\"kind\":\"Eviction\",\"apiVersion\":\"policy/v1\",\"metadata\":{\"name\":\"" + pod.name()
                        + "\",\"namespace\":\"" + pod.namespace() + "\"},\"deleteOptions\":{" + options
                        + "\"preconditions\":{\"uid\":\"" + pod.uid() + "\"}}}");
        boolean another = answer.code() == 409;
        if (answer.code() == 404 || another) {
            out.println("pod/" + pod.name() + " evicted");
            return true;
        }
        if (answer.isGood()) {
            eviction.done = true;
        } else if (answer.code() == 429 || answer.code() >= 500) {
            later(eviction, answer.message());
        } else {
            throw new CommandFailure(ExitCode.FAILED, "pod " + pod + " cannot be evicted: " + answer.message());
        }
        return false;
    }

    private void later(Eviction eviction, String reason) {
        eviction.nextNanos = System.nanoTime() + AGAIN_NANOS;
        if (!reason.equals(why.put(eviction.pod, reason))) {
            err.println("error when evicting pods/\"" + eviction.pod.name() + "\" -n \"" + eviction.pod.namespace()
                    + "\" (will retry after 5s): " + reason);
        }
    }
}
