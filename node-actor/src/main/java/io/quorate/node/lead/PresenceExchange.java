package io.quorate.node.lead;

import io.quorate.node.contract.Assignment;
import io.quorate.node.contract.MembershipForm;
import io.quorate.node.contract.Presence;
import io.quorate.node.member.LeaderChannel;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells the leader about this node, again and again, and this node what it is. Voters answer the leader's log anyway, so they tell
 * about themselves rarely.
 */
public final class PresenceExchange implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofSeconds(1);
    private static final Duration PERIOD_OF_VOTERS = Duration.ofSeconds(5);
    /** Others are asked who leads at most so often: what they say may be news, at which this node tells again. */
    private static final Duration PAUSE_OF_ASKING = Duration.ofMillis(100);

    /** A silence longer than this is a gap, after which a node has to settle again. */
    static final Duration GAP = PERIOD_OF_VOTERS.multipliedBy(2);

    /** Carries what is told. */
    public interface Channel extends AutoCloseable {
        /**
         * Tells one, once; completes with its answer, or fails before long.
         *
         * @param to {@code host:port} of its cluster port
         */
        CompletionStage<byte[]> tell(String to, byte[] presence);

        @Override
        void close();
    }

    private final Timer timer;
    private final LeaderChannel.LeaderView leader;
    private final Supplier<Presence> self;
    private final BooleanSupplier votes;
    private final Consumer<Assignment> assigned;
    private final Supplier<CompletionStage<String>> whoLeads;
    private final Channel channel;
    private Timer.@Nullable Pending next;
    private long lastAsked;
    private boolean closed;

    /**
     * @param self what this node tells
     * @param votes whether it is recorded as a voter
     * @param assigned told what it is
     * @param whoLeads asks others for the leader's address, which is empty where none leads; for a node that does not hear of one by itself
     */
    public PresenceExchange(
            Timer timer,
            Channel channel,
            LeaderChannel.LeaderView leader,
            Supplier<Presence> self,
            BooleanSupplier votes,
            Consumer<Assignment> assigned,
            Supplier<CompletionStage<String>> whoLeads) {
        this.timer = timer;
        this.leader = leader;
        this.self = self;
        this.votes = votes;
        this.assigned = assigned;
        this.whoLeads = whoLeads;
        this.channel = channel;
        this.lastAsked = timer.nanos() - PAUSE_OF_ASKING.toNanos();
        leader.onChange(this::announce);
    }

    /** Tells now, and goes on as always from here. */
    public void announce() {
        Presence presence = self.get();
        boolean leads = leader.isHere();
        String known = leader.address();
        boolean asks = false;
        synchronized (this) {
            if (closed) {
                return;
            }
            if (next != null) {
                next.cancel();
            }
            Duration period = heardOf(presence) ? PERIOD_OF_VOTERS : PERIOD;
            if (!leads && known == null) {
                asks = timer.nanos() - lastAsked >= PAUSE_OF_ASKING.toNanos();
                lastAsked = asks ? timer.nanos() : lastAsked;
                period = asks ? period : PAUSE_OF_ASKING;
            }
            next = timer.after(period, this::announce);
        }
        if (asks) {
            whoLeads.get().thenAccept(found -> {
                if (!found.isEmpty()) {
                    tell(found, presence);
                }
            });
        } else if (!leads && known != null) {
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
    public void announceTo(String to) {
        tell(to, self.get());
    }

    private void tell(String to, Presence presence) {
        channel.tell(to, MembershipForm.bytes(presence)).whenComplete((answer, failure) -> {
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
