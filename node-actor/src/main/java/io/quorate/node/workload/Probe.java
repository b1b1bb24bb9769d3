package io.quorate.node.workload;

import java.util.List;

/**
 * How it is found out whether a container starts, lives, or is ready. Times in milliseconds, thresholds in results in a row.
 *
 * @param graceMillis that a container has which fails it; -1 for the pod's
 */
public record Probe(
        Check check,
        long initialDelayMillis,
        long periodMillis,
        long timeoutMillis,
        int successThreshold,
        int failureThreshold,
        long graceMillis) {

    private static final long LISTENS_PERIOD_MILLIS = 100;
    private static final long LISTENS_TIMEOUT_MILLIS = 1000;

    /** Whether a program listens yet that is known to. However long that takes, nothing is told of it, and it is not ended for it. */
    public static Probe listens(int port) {
        return new Probe(
                new Check.Tcp("", port), 0, LISTENS_PERIOD_MILLIS, LISTENS_TIMEOUT_MILLIS, 1, Integer.MAX_VALUE, -1);
    }

    /** Whether people are to know that it was not well. */
    public boolean isToldOf() {
        return failureThreshold < Integer.MAX_VALUE;
    }

    /** What a probe is for. */
    public enum Kind {
        STARTUP("Startup"),
        LIVENESS("Liveness"),
        READINESS("Readiness");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    /** What is done. */
    public sealed interface Check {
        /** A command inside of the container; 0 is well. */
        record Exec(List<String> command) implements Check {
            public Exec {
                command = List.copyOf(command);
            }
        }

        /**
         * A GET; 200 to 399 is well.
         *
         * @param host empty for the pod's address
         */
        record Http(String scheme, String host, int port, String path, List<Header> headers) implements Check {
            public Http {
                headers = List.copyOf(headers);
            }
        }

        /** A connection; that it opens is well. */
        record Tcp(String host, int port) implements Check {}
    }

    /** One header of a request. */
    public record Header(String name, String value) {}

    /** What came of one look. */
    public record Result(boolean well, String message) {}
}
