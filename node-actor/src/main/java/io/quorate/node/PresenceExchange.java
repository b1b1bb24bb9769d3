package io.quorate.node;

import io.quorate.node.contract.Assignment;
import io.quorate.node.contract.MembershipForm;
import io.quorate.node.contract.Presence;
import io.quorate.node.member.LeaderChannel;
import io.quorate.persistence.remote.RequestChannel;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Cancellable;
import org.jspecify.annotations.Nullable;

/**
 * Tells the leader about this node, again and again, and this node what it is. Voters answer the leader's log anyway, so they tell
 * about themselves rarely.
 */
final class PresenceExchange implements AutoCloseable {
    static final String ACTOR = "presence";

    private static final Duration PERIOD = Duration.ofSeconds(1);
    private static final Duration PERIOD_OF_VOTERS = Duration.ofSeconds(5);
    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    /** A silence longer than this is a gap, after which a node has to settle again. */
    static final Duration GAP = PERIOD_OF_VOTERS.multipliedBy(2);

    private final ActorSystem system;
    private final LeaderChannel.LeaderView leader;
    private final Supplier<Presence> self;
    private final BooleanSupplier votes;
    private final Consumer<Assignment> assigned;
    private final Supplier<CompletionStage<String>> whoLeads;
    private final RequestChannel channel;
    private volatile @Nullable String address;
    private @Nullable String resolvedAddress;
    private @Nullable ActorRef resolved;
    private @Nullable Cancellable next;
    private boolean closed;

    /**
     * @param self what this node tells
     * @param votes whether it is recorded as a voter
     * @param assigned told what it is
     * @param whoLeads asks others for the leader's address, which is empty where none leads; for a node that does not hear of one by itself
     */
    PresenceExchange(
            ActorSystem system,
            LeaderChannel.LeaderView leader,
            Supplier<Presence> self,
            BooleanSupplier votes,
            Consumer<Assignment> assigned,
            Supplier<CompletionStage<String>> whoLeads) {
        this.system = system;
        this.leader = leader;
        this.self = self;
        this.votes = votes;
        this.assigned = assigned;
        this.whoLeads = whoLeads;
        this.channel = new RequestChannel(system, this::target, TIMEOUT);
        leader.onChange(this::announce);
    }

    private synchronized @Nullable ActorRef target() {
        String now = address;
        if (now == null) {
            return null;
        }
        if (!now.equals(resolvedAddress)) {
            resolved = RequestChannel.resolve(system, now, "/user/" + ACTOR);
            resolvedAddress = now;
        }
        return resolved;
    }

    /** Tells now, and goes on as always from here. */
    void announce() {
        Presence presence = self.get();
        synchronized (this) {
            if (closed) {
                return;
            }
            if (next != null) {
                next.cancel();
            }
            next = system.scheduler()
                    .scheduleOnce(heardOf(presence) ? PERIOD_OF_VOTERS : PERIOD, this::announce, system.dispatcher());
        }
        if (leader.isHere()) {
            return;
        }
        String known = leader.address();
        if (known == null) {
            whoLeads.get().thenAccept(found -> {
                if (!found.isEmpty()) {
                    tell(found, presence);
                }
            });
        } else {
            tell(known, presence);
        }
    }

    /**
     * A voter that hears the leader is heard of by it. One that does not may have lost its place in the group while it was down, and must
     * learn that soon; one that is promoted is waited for, while it may have no time yet to answer the log.
     */
    private boolean heardOf(Presence presence) {
        return presence.inGroup() && votes.getAsBoolean() && (leader.isHere() || leader.address() != null);
    }

    /** Tells, once, one that may know better what this node is. */
    void announceTo(String to) {
        tell(to, self.get());
    }

    private void tell(String to, Presence presence) {
        address = to;
        channel.request(MembershipForm.bytes(presence)).whenComplete((answer, failure) -> {
            if (failure == null) {
                assigned.accept(MembershipForm.read(answer, Assignment.class));
            } else {
                leader.lookAgain();
            }
        });
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            if (next != null) {
                next.cancel();
            }
        }
        channel.close();
    }
}
