package io.quorate.control.upstream;

import io.quorate.control.resource.HighestRandomWeight;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The nodes that a node without a copy may ask, and in which order. Nodes choose by {@link HighestRandomWeight}, so that they are spread over those that
 * there are, and few choose anew where one goes; who leads is asked last, for it has enough to do, and who did not answer lately after the others. Any
 * thread; reads and writes one small file.
 */
public final class Upstreams {
    private static final Logger LOG = LoggerFactory.getLogger(Upstreams.class);

    /** Who did not answer is asked as the others again after so long. */
    static final long FORGIVEN_MILLIS = 10_000;

    /** @param api {@code host:port} */
    public record Upstream(String api, boolean leads) {}

    private final String self;
    private final Supplier<List<Upstream>> known;
    private final ProviderFile file;
    private final Duration refresh;
    private final LongSupplier clock;
    private final Map<String, Long> failed = new HashMap<>();
    private List<String> written = List.of();
    private long lookedMillis = Long.MIN_VALUE;
    private String told = "";

    /**
     * @param self this node's name
     * @param known those that the cluster has, as this node knows it
     * @param file where they are kept for the next start, and for people
     * @param refresh how often it is brought up to date; zero for never: then it says alone who is asked
     * @param clock milliseconds
     */
    public Upstreams(String self, Supplier<List<Upstream>> known, Path file, Duration refresh, LongSupplier clock) {
        this.self = self;
        this.known = known;
        this.file = new ProviderFile(file);
        this.refresh = refresh;
        this.clock = clock;
    }

    /** In which order they are tried; empty where nobody is known. */
    public synchronized List<String> order() {
        long now = clock.getAsLong();
        List<Upstream> all = refresh.isZero() ? List.of() : known.get();
        boolean due = lookedMillis == Long.MIN_VALUE
                || now - lookedMillis >= refresh.toMillis()
                || written.isEmpty() && !all.isEmpty();
        if (due) {
            lookedMillis = now;
            exchange(all.stream().map(Upstream::api).sorted().toList());
        }
        List<Upstream> asked = all.isEmpty()
                ? written.stream().map(api -> new Upstream(api, false)).toList()
                : all;
        failed.values().removeIf(at -> now - at >= FORGIVEN_MILLIS);
        return order(self, asked, failed);
    }

    static List<String> order(String self, List<Upstream> all, Map<String, Long> failed) {
        List<Upstream> order = new ArrayList<>(all);
        order.sort(Comparator.comparing((Upstream each) -> failed.getOrDefault(each.api(), Long.MIN_VALUE))
                .thenComparing(Upstream::leads)
                .thenComparing(Comparator.comparingLong((Upstream each) -> HighestRandomWeight.of(self, each.api()))
                        .reversed()));
        return order.stream().map(Upstream::api).toList();
    }

    private void exchange(List<String> now) {
        try {
            if (now.isEmpty()) {
                written = file.read();
            } else if (!now.equals(written)) {
                file.write(now);
                written = now;
            }
            told = "";
        } catch (IOException e) {
            String why = String.valueOf(e.getMessage());
            if (!why.equals(told)) {
                LOG.warn("provider.yaml cannot be used, and this node goes on with {}: {}", written, why);
                told = why;
            }
        }
    }

    /** One did not answer. */
    public synchronized void failed(String api) {
        failed.put(api, clock.getAsLong());
    }

    public synchronized void answered(String api) {
        failed.remove(api);
    }
}
