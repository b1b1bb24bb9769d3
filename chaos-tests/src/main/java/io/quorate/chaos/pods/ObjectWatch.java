package io.quorate.chaos.pods;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.chaos.load.Api;
import io.quorate.chaos.load.StreamedAnswer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Follows objects from a version on. Where a watch ends, it is opened anew at the next node, from the last version that was told of. A thread of its
 * own; any may ask.
 */
public final class ObjectWatch implements AutoCloseable {
    /** A node says a blank each 30 s. */
    private static final int SILENT_MILLIS = 45_000;

    private static final long PAUSE_MILLIS = 20;
    private static final String METADATA = "metadata";

    /**
     * One change.
     *
     * @param type {@code ADDED}, {@code MODIFIED} or {@code DELETED}
     * @param nanos when it was told of here
     */
    public record Seen(String type, String name, long version, JsonNode object, long nanos) {
        /** What can be compared. */
        public String line() {
            return type + " " + name + " " + version;
        }
    }

    private final List<Api> apis;
    private final String path;
    private final Thread thread;
    private final List<Seen> seen = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private long version;
    private int opened;
    private volatile boolean closed;
    private volatile @Nullable StreamedAnswer answer;

    /**
     * @param apis asked one after another, the first one first
     * @param path of a list, perhaps with parameters
     * @param from what comes after this version
     */
    public ObjectWatch(List<Api> apis, String path, long from) {
        this.apis = List.copyOf(apis);
        this.path = path;
        this.version = from;
        this.thread = Thread.ofPlatform().daemon().name("watch " + path).start(this::run);
    }

    private void run() {
        for (int i = 0; !closed; i++) {
            try (StreamedAnswer now = StreamedAnswer.of(apis.get(i % apis.size()), from(), SILENT_MILLIS)) {
                answer = now;
                if (now.status() == 200) {
                    opened();
                    for (Optional<String> line = now.line(); line.isPresent() && !closed; line = now.line()) {
                        take(ObjectClient.JSON.readTree(line.get().strip()));
                    }
                }
            } catch (IOException e) {
                // The next one is asked.
            }
            try {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** The objects that there are after all that was told of, by name. */
    static Map<String, JsonNode> present(List<Seen> all) {
        Map<String, JsonNode> now = new LinkedHashMap<>();
        for (Seen each : all) {
            if (each.type().equals("DELETED")) {
                now.remove(each.name());
            } else {
                now.put(each.name(), each.object());
            }
        }
        return now;
    }

    /** What was told of the pods of an app. */
    static List<Seen> of(List<Seen> all, String app) {
        return all.stream()
                .filter(each -> each.object()
                        .path(METADATA)
                        .path("labels")
                        .path("app")
                        .asText()
                        .equals(app))
                .toList();
    }

    public static String uid(JsonNode object) {
        return object.path(METADATA).path("uid").asText();
    }

    /** Of an object, or of a list. */
    public static long version(JsonNode object) {
        return object.path(METADATA).path("resourceVersion").asLong();
    }

    private synchronized String from() {
        return path + (path.contains("?") ? "&" : "?") + "watch=1&resourceVersion=" + version;
    }

    private synchronized void opened() {
        opened++;
        notifyAll();
    }

    private synchronized void take(JsonNode event) {
        String type = event.path("type").asText();
        if (type.isEmpty()) {
            return; // a blank
        }
        long now = version(event.path("object"));
        if (type.equals("ERROR") || now <= version) {
            problems.add("after version " + version + " " + event);
        }
        version = Math.max(version, now);
        seen.add(new Seen(
                type,
                event.path("object").path(METADATA).path("name").asText(),
                now,
                event.path("object"),
                System.nanoTime()));
        notifyAll();
    }

    public synchronized List<Seen> seen() {
        return List.copyOf(seen);
    }

    /** What was told of twice, out of turn, or as an error. */
    public synchronized List<String> problems() {
        return List.copyOf(problems);
    }

    /** How often it was opened. */
    public synchronized int openings() {
        return opened;
    }

    /** Waits until it has been opened. */
    public synchronized void awaitOpen(Duration patience) throws InterruptedException {
        await("a watch of " + path, patience, all -> opened > 0 ? Optional.of(true) : Optional.empty());
    }

    /**
     * Waits for something in what was told of so far.
     *
     * @throws IllegalStateException when it does not come
     */
    public synchronized <T> T await(String what, Duration patience, Function<List<Seen>, Optional<T>> found)
            throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        for (Optional<T> now = found.apply(seen); ; now = found.apply(seen)) {
            if (now.isPresent()) {
                return now.get();
            }
            long left = end - System.nanoTime();
            if (left <= 0) {
                throw new IllegalStateException("not within " + patience.toSeconds() + " s: " + what);
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        StreamedAnswer open = answer;
        if (open != null) {
            open.close();
        }
    }
}
