package io.quorate.chaos.pods;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quorate.chaos.load.Api;
import io.quorate.chaos.load.HttpConnection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Asks the kubernetes API through whichever node answers. Each request may be repeated. Any thread; blocks. */
public final class ObjectClient {
    static final ObjectMapper JSON = new ObjectMapper();

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int TIMEOUT_MILLIS = 10_000;
    private static final long PAUSE_MILLIS = 50;

    private static final String CONTENT_TYPE = "Content-Type: ";

    private final List<Api> apis = new ArrayList<>();

    /** @param apis one of each node; the first that answers is asked from then on */
    public ObjectClient(List<Api> apis) {
        this.apis.addAll(apis);
    }

    /** What is there. */
    public JsonNode get(String path) throws InterruptedException {
        return ask("GET", path, "", "", 200);
    }

    /** It is there afterwards, whoever created it. */
    public void create(String path, String object) throws InterruptedException {
        ask("POST", path, CONTENT_TYPE + "application/json\r\n", object, 201, 409);
    }

    /** A merge patch. */
    public JsonNode patch(String path, String patch) throws InterruptedException {
        return ask("PATCH", path, CONTENT_TYPE + "application/merge-patch+json\r\n", patch, 200);
    }

    /** It is to go, or gone. */
    public void delete(String path) throws InterruptedException {
        ask("DELETE", path, "", "", 200, 202, 404);
    }

    private JsonNode ask(String method, String path, String headers, String body, Integer... good)
            throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        String last = "";
        while (System.nanoTime() - end < 0) {
            for (Api api : order()) {
                try (HttpConnection connection = new HttpConnection(api, TIMEOUT_MILLIS)) {
                    HttpConnection.Answer answer =
                            connection.send(method, path, headers, body.getBytes(StandardCharsets.UTF_8));
                    if (List.of(good).contains(answer.status())) {
                        prefer(api);
                        return JSON.readTree(answer.body());
                    }
                    last = answer.status() + " " + answer.text();
                    if (answer.status() < 500) {
                        throw new IllegalStateException(method + " " + path + ": " + last);
                    }
                } catch (IOException e) {
                    last = String.valueOf(e);
                }
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
        throw new IllegalStateException(method + " " + path + ": nobody answers: " + last);
    }

    private synchronized List<Api> order() {
        return List.copyOf(apis);
    }

    private synchronized void prefer(Api api) {
        Collections.swap(apis, 0, apis.indexOf(api));
    }
}
