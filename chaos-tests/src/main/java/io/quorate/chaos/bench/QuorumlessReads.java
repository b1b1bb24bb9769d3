package io.quorate.chaos.bench;

import io.quorate.chaos.load.Api;
import io.quorate.chaos.load.HttpConnection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Asks the survivors of a lost quorum for a key, again and again. A read is linearizable: without a quorum nobody can know whether what it has
 * is the last, so whatever is answered, that the key is there or that it is not, is a lie.
 */
final class QuorumlessReads implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 2_000;
    private static final long PAUSE_NANOS = 20_000_000;

    private final String key;
    private final List<String> answered = new ArrayList<>();
    private final List<Thread> readers;
    private volatile boolean over;

    /** Begins; the quorum is gone already. */
    QuorumlessReads(List<Api> survivors, String key) {
        this.key = key;
        this.readers = survivors.stream()
                .map(api -> Thread.ofVirtual().start(() -> read(api)))
                .toList();
    }

    private void read(Api api) {
        try (HttpConnection connection = new HttpConnection(api, TIMEOUT_MILLIS)) {
            while (!over) {
                try {
                    int status = connection
                            .send("GET", "/v1/kv/" + key, "", new byte[0])
                            .status();
                    if (!over && (status == 200 || status == 404)) {
                        tell(api + " answered a read of " + key + " with " + status + ", without a quorum");
                    }
                } catch (IOException e) {
                    // no answer, as it has to be
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private synchronized void tell(String line) {
        answered.add(line);
    }

    /** From now on whatever is answered is not looked at: the quorum may come back. */
    synchronized List<String> end() {
        over = true;
        return List.copyOf(answered);
    }

    /** Waits until nobody asks any more. */
    @Override
    public void close() throws InterruptedException {
        over = true;
        for (Thread reader : readers) {
            reader.join();
        }
    }
}
