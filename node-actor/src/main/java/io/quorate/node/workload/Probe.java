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
