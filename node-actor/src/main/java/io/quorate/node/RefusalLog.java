package io.quorate.node;

import io.quorate.node.contract.MembershipMessage;
import io.quorate.persistence.tls.Tls;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who was refused at this node's door: logged, and told to the cluster, which keeps it. Of each kind at most once a minute, with how many
 * there were: whoever knocks all day fills neither log nor journal. Any thread.
 */
final class RefusalLog implements Tls.Refusals {
    private static final Logger LOG = LoggerFactory.getLogger(RefusalLog.class);

    private static final Duration PERIOD = Duration.ofMinutes(1);

    private static final int MAX_MESSAGE = 300;

    /** Kinds are few and named in the code; should one be made of what a client sent, this holds. */
    private static final int MAX_KINDS = 50;

    private static final class Kind {
        private long toldAtNanos;
        private long count;
    }

    private final String node;
    private final Consumer<MembershipMessage.ReportRefusal> report;
    private final LongSupplier nanoClock;
    private final Map<String, Kind> kinds = new HashMap<>();

    RefusalLog(String node, Consumer<MembershipMessage.ReportRefusal> report, LongSupplier nanoClock) {
        this.node = node;
        this.report = report;
        this.nanoClock = nanoClock;
    }

    @Override
    public void refused(String kind, String message) {
        long count;
        synchronized (kinds) {
            long now = nanoClock.getAsLong();
            Kind known = kinds.get(kind);
            if (known == null) {
                if (kinds.size() >= MAX_KINDS) {
                    return;
                }
                known = new Kind();
                known.toldAtNanos = now - PERIOD.toNanos();
                kinds.put(kind, known);
            }
            known.count++;
            if (now - known.toldAtNanos < PERIOD.toNanos()) {
                return;
            }
            known.toldAtNanos = now;
            count = known.count;
            known.count = 0;
        }
        String bounded = message.length() > MAX_MESSAGE ? message.substring(0, MAX_MESSAGE) : message;
        LOG.warn("refused ({}, {} since it was last told): {}", kind, count, bounded);
        report.accept(new MembershipMessage.ReportRefusal(node, kind, bounded, count));
    }
}
