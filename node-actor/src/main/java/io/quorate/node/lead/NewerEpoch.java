package io.quorate.node.lead;

import io.quorate.node.folder.Identity;
import io.quorate.persistence.contract.ClusterEpoch;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Learns that the cluster was recovered without this node, or with another's copy: when a node of a newer epoch asks anything, this one asks
 * it who leads there, and tells that one about itself; the answer is what it is. Any thread.
 */
public final class NewerEpoch {
    private static final Logger LOG = LoggerFactory.getLogger(NewerEpoch.class);

    /** A node of a newer epoch is asked at most so often what this one is now. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Timer timer;
    private final Supplier<Identity> self;
    private final Contacts contacts;
    private final PresenceExchange presence;
    private final BooleanSupplier closed;
    private final AtomicLong seenAt;

    /** @param closed whether nothing is to be asked any more */
    public NewerEpoch(
            Timer timer,
            Supplier<Identity> self,
            Contacts contacts,
            PresenceExchange presence,
            BooleanSupplier closed) {
        this.timer = timer;
        this.self = self;
        this.contacts = contacts;
        this.presence = presence;
        this.closed = closed;
        this.seenAt = new AtomicLong(timer.nanos() - PAUSE.toNanos());
    }

    /**
     * A node of a newer epoch has asked something.
     *
     * @param address {@code host:port} of its cluster port
     */
    public void seen(ClusterEpoch epoch, String address) {
        long before = seenAt.get();
        long now = timer.nanos();
        if (closed.getAsBoolean()
                || self.get().replica() == Identity.Replica.REMOVED
                || now - before < PAUSE.toNanos()
                || !seenAt.compareAndSet(before, now)) {
            return;
        }
        LOG.warn(
                "the cluster is in epoch {} now, this node in {}: it asks {} what it is there",
                epoch,
                self.get().epoch(),
                address);
        contacts.leaderKnownAt(address).thenAccept(leads -> {
            if (!leads.isEmpty()) {
                presence.announceTo(leads);
            }
        });
    }
}
