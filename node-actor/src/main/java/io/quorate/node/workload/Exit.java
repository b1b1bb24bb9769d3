package io.quorate.node.workload;

/**
 * How an attempt of a container ended.
 *
 * @param code of its process; 128 and the number of the signal where one ended it
 * @param reason empty for what the code says; a word of kubernetes where there is more to say
 */
public record Exit(int code, long atMillis, String reason, String message) {
    /** What is said of one that ended while nobody saw it: the machine was off, or its supervisor was killed. */
    static final String UNSEEN = "ContainerStatusUnknown";

    static final int KILLED = 137;

    /** In the words of {@code kubectl}. */
    public String word() {
        return !reason.isEmpty() ? reason : code == 0 ? "Completed" : "Error";
    }

    public boolean succeeded() {
        return code == 0;
    }
}
