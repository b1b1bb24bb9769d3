package io.quorate.chaos.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quorate.chaos.load.Api;
import io.quorate.chaos.load.HttpConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Looks at nodes again and again, until what they say of themselves holds. Its connections are kept: a handshake for each look would be most
 * of the load on small machines. For one thread.
 */
public final class StatusWatch implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int TIMEOUT_MILLIS = 5000;
    private static final String STATUS = "/v1/status";
    private static final int OK = 200;
    private static final int NOT_READY = 503;

    private final Supplier<List<Api>> apis;
    private final Map<Api, HttpConnection> connections = new HashMap<>();

    /** @param apis one of each node */
    public StatusWatch(List<Api> apis) {
        this(() -> apis);
    }

    StatusWatch(Supplier<List<Api>> apis) {
        this.apis = apis;
    }

    /** Looks once, at all of them: the first look after that costs no handshake. */
    public void open() {
        apis.get().forEach(this::status);
    }

    /** Looks once: the name of the first that says that it leads; nothing where none does. */
    public Optional<String> leader() {
        for (Api api : apis.get()) {
            Optional<String> name = status(api)
                    .filter(ClusterView::leads)
                    .map(status -> status.path("name").asText());
            if (name.isPresent()) {
                return name;
            }
        }
        return Optional.empty();
    }

    /** Waits until one of them says that it leads. */
    public Api awaitLeader(Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            for (Api api : apis.get()) {
                if (status(api).filter(ClusterView::leads).isPresent()) {
                    return api;
                }
            }
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException("nobody leads after " + patience.toSeconds() + " s" + seen());
            }
            Thread.sleep(20); // asked from outside: there is no event to wait for
        }
    }

    /** Waits until every node answers, and all of them see the same. */
    public void await(String what, Duration patience, Predicate<JsonNode> holds) throws InterruptedException {
        awaitEach(what, patience, api -> status(api).filter(holds).isPresent());
    }

    /** Waits until every node says that nobody leads, and that it is not ready. */
    public void awaitLeaderless(Duration patience) throws InterruptedException {
        awaitEach(
                "that nobody leads",
                patience,
                api -> status(api)
                                .filter(status ->
                                        status.path("leader").asText("-").isEmpty())
                                .isPresent()
                        && get(api, "/readyz")
                                .filter(answer -> answer.status() == NOT_READY)
                                .isPresent());
    }

    private void awaitEach(String what, Duration patience, Predicate<Api> holds) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            boolean all = true;
            for (Api api : apis.get()) {
                all &= holds.test(api);
            }
            if (all) {
                return;
            }
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException(what + " does not hold after " + patience.toSeconds() + " s:" + seen());
            }
            Thread.sleep(20); // the status is asked for from outside: there is no event to wait for
        }
    }

    private String seen() {
        StringBuilder seen = new StringBuilder();
        for (Api api : apis.get()) {
            seen.append("\n  ")
                    .append(api)
                    .append(": ")
                    .append(status(api).map(Object::toString).orElse("silent"));
        }
        return seen.toString();
    }

    private Optional<JsonNode> status(Api api) {
        return get(api, STATUS).filter(answer -> answer.status() == OK).flatMap(answer -> {
            try {
                return Optional.of(JSON.readTree(answer.body()));
            } catch (IOException e) {
                return Optional.empty();
            }
        });
    }

    private Optional<HttpConnection.Answer> get(Api api, String path) {
        HttpConnection connection = connections.computeIfAbsent(api, each -> new HttpConnection(each, TIMEOUT_MILLIS));
        try {
            return Optional.of(connection.send("GET", path, "", new byte[0]));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        connections.values().forEach(HttpConnection::close);
    }
}
