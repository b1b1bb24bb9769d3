package io.quorate.simulations.cluster;

import io.quorate.node.aggregate.Aggregate;
import io.quorate.node.contract.Asked;
import io.quorate.node.contract.Recorded;
import io.quorate.node.lead.Timer;
import io.quorate.node.membership.Membership;
import io.quorate.node.membership.MembershipState;
import io.quorate.persistence.contract.EventData;
import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.Outcome;
import io.quorate.persistence.events.EventStore;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.JournalException.Kind;
import io.quorate.persistence.journal.Page;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.journal.StoredEvent;
import io.quorate.persistence.raft.RaftReplica;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The shell of the membership aggregate on one node, as production's is an actor: follows the events of its own store, and on the leader
 * decides behind a barrier, one fenced append at a time. A refused or lost append throws away what was decided, and the shell reads again
 * before it decides anything more.
 */
final class HostedMembership {
    private static final int PAGE = 1000;
    private static final Duration AGAIN = Duration.ofMillis(100);

    /** Told of each committed state, and of each event that was decided here. */
    interface Listener {
        void committed(MembershipState state, long sequenceNr, boolean leading);

        void decided(Recorded event);
    }

    private record Command(byte[] bytes, CompletableFuture<byte[]> answer) {}

    private record Pending(CompletableFuture<byte[]> answer, Aggregate.Reply reply, int eventsBefore) {}

    private record Batch(long epoch, long firstNr, List<Recorded> events, List<Pending> pending) {}

    private final Membership rules;
    private final EventStore events;
    private final Timer timer;
    private final String life;
    private final Listener listener;
    private final ArrayDeque<Command> waiting = new ArrayDeque<>();
    private MembershipState committed;
    private long committedNr;
    private @Nullable RaftReplica replica;
    private @Nullable Batch inFlight;
    private boolean deciding;
    private long epoch;
    private int leaderships;

    /** @param life begin of the names that it writes under; another one in each life of a node */
    HostedMembership(Membership rules, EventStore events, Timer timer, String life, Listener listener) {
        this.rules = rules;
        this.events = events;
        this.timer = timer;
        this.life = life;
        this.listener = listener;
        this.committed = rules.empty();
    }

    MembershipState state() {
        return committed;
    }

    long sequenceNr() {
        return committedNr;
    }

    /** @param leader the local replica while it leads; else null */
    void leading(@Nullable RaftReplica leader) {
        if ((replica == null) == (leader == null)) {
            return;
        }
        replica = leader;
        if (leader != null) {
            leaderships++;
            startOver(leader);
        } else {
            deciding = false;
            epoch++;
            waiting.forEach(command -> command.answer()
                    .completeExceptionally(new JournalException(Kind.NO_LEADER, "this node does not lead")));
            waiting.clear();
            follow();
        }
    }

    private void startOver(RaftReplica leader) {
        deciding = false;
        epoch++;
        long mine = epoch;
        leader.barrier().whenComplete((index, failure) -> {
            if (mine != epoch || replica != leader) {
                return;
            }
            if (failure == null) {
                follow();
                deciding = true;
                listener.committed(committed, committedNr, true);
                decide();
            } else {
                timer.after(AGAIN, () -> {
                    if (mine == epoch && replica == leader) {
                        startOver(leader);
                    }
                });
            }
        });
    }

    /** Reads what the store has and is not known here. */
    void follow() {
        if (deciding || inFlight != null) {
            return; // who decides knows its own events
        }
        long before = committedNr;
        while (true) {
            Page<StoredEvent> page = events.ask(
                    new Query.EventsByPersistenceId(rules.persistenceId(), committedNr + 1, Long.MAX_VALUE, PAGE));
            if (page.items().isEmpty()) {
                break;
            }
            page.items().forEach(this::take);
        }
        if (committedNr > before) {
            listener.committed(committed, committedNr, false);
        }
    }

    private void take(StoredEvent event) {
        if (event.sequenceNr() == committedNr + 1) {
            committed = rules.evolve(committed, rules.read(event), event.sequenceNr());
            committedNr = event.sequenceNr();
        }
    }

    /** What the store has got just now. */
    void stored(List<StoredEvent> news) {
        if (deciding || inFlight != null) {
            return;
        }
        if (news.getFirst().sequenceNr() > committedNr + 1) {
            follow();
            return;
        }
        news.forEach(this::take);
        listener.committed(committed, committedNr, false);
    }

    CompletionStage<byte[]> command(byte[] bytes) {
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        if (replica == null) {
            answer.completeExceptionally(new JournalException(Kind.NO_LEADER, "this node does not lead"));
        } else {
            waiting.add(new Command(bytes, answer));
            decide();
        }
        return answer;
    }

    private void decide() {
        RaftReplica leader = replica;
        if (leader == null || !deciding || inFlight != null || waiting.isEmpty()) {
            return;
        }
        MembershipState decided = committed;
        long decidedNr = committedNr;
        List<Recorded> news = new ArrayList<>();
        List<EventData> data = new ArrayList<>();
        List<Pending> pending = new ArrayList<>();
        while (!waiting.isEmpty()) {
            Command command = waiting.poll();
            Asked asked = rules.readCommand(command.bytes());
            Aggregate.Decision<Recorded> decision = rules.decide(decided, asked);
            pending.add(new Pending(command.answer(), decision.reply(), news.size()));
            for (Recorded event : decision.events()) {
                news.add(event);
                data.add(rules.write(event));
                decidedNr++;
                decided = rules.evolve(decided, event, decidedNr);
            }
        }
        Batch batch = new Batch(epoch, committedNr + 1, news, pending);
        inFlight = batch;
        if (news.isEmpty()) {
            // An answer without events must still be true at this moment.
            leader.barrier().whenComplete((index, failure) -> appended(batch, null, failure));
        } else {
            leader.submit(new Operation.AppendEvents(
                            rules.persistenceId(), batch.firstNr(), life + "/" + leaderships, timer.wallMillis(), data))
                    .whenComplete((outcome, failure) -> appended(batch, outcome, failure));
        }
    }

    private void appended(Batch batch, @Nullable Outcome outcome, @Nullable Throwable failure) {
        if (inFlight != batch) {
            return;
        }
        inFlight = null;
        boolean stale = batch.events().isEmpty() && batch.epoch() != epoch;
        if (!stale && failure == null && !(outcome instanceof Outcome.Fenced)) {
            settle(batch);
            return;
        }
        JournalException reason = failure == null
                ? new JournalException(Kind.NO_LEADER, "another leader decides meanwhile")
                : JournalException.of(failure);
        Kind told = reason.certainlyNotStored() || batch.events().isEmpty() ? Kind.NO_LEADER : Kind.UNKNOWN;
        batch.pending()
                .forEach(each ->
                        each.answer().completeExceptionally(new JournalException(told, reason.getMessage(), reason)));
        RaftReplica leader = replica;
        if (leader != null) {
            startOver(leader);
        } else {
            follow();
        }
    }

    private void settle(Batch batch) {
        long nr = batch.firstNr();
        for (Recorded event : batch.events()) {
            committed = rules.evolve(committed, event, nr);
            committedNr = nr;
            nr++;
            listener.decided(event);
        }
        if (!batch.events().isEmpty()) {
            listener.committed(committed, committedNr, deciding);
        }
        batch.pending()
                .forEach(each -> each.answer().complete(each.reply().bytes(batch.firstNr() + each.eventsBefore())));
        if (deciding) {
            decide();
        } else {
            follow();
        }
    }
}
