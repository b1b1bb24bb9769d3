package io.quorate.node.lead;

import io.quorate.node.folder.Identity;
import io.quorate.node.member.LeaderChannel;
import io.quorate.node.presence.Leads;
import io.quorate.persistence.raft.RaftReplica;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Who leads: known by the replica where there is one, asked of others where there is none. Any thread. */
public final class KnownLeader implements LeaderChannel.LeaderView {
    private final Supplier<@Nullable RaftReplica> local;
    private final Supplier<Identity> self;
    private final Contacts contacts;
    private final BooleanSupplier closed;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final AtomicBoolean looking = new AtomicBoolean();
    private final AtomicReference<Leads> told = new AtomicReference<>(Leads.NOBODY);
    private final AtomicReference<CompletableFuture<Void>> change = new AtomicReference<>(new CompletableFuture<>());

    /**
     * @param local null on a node that is not in the Raft group
     * @param closed whether nothing is to be asked any more
     */
    public KnownLeader(
            Supplier<@Nullable RaftReplica> local, Supplier<Identity> self, Contacts contacts, BooleanSupplier closed) {
        this.local = local;
        this.self = self;
        this.contacts = contacts;
        this.closed = closed;
    }

    @Override
    public @Nullable String address() {
        RaftReplica replica = local.get();
        if (replica == null) {
            Leads word = told.get();
            return word.isKnown() ? word.address() : null;
        }
        return replica.leadership()
                .leader()
                .filter(leads -> !leads.equals(self.get().member()))
                .map(contacts.book()::of)
                .orElse(null);
    }

    @Override
    public boolean isHere() {
        RaftReplica replica = local.get();
        return replica != null && replica.leadership().ready();
    }

    @Override
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    /** What this node can tell of who leads. */
    public Leads word() {
        RaftReplica replica = local.get();
        if (replica == null) {
            return told.get();
        }
        String address = isHere() ? self.get().member().address() : address();
        return new Leads(address == null ? "" : address, replica.leadership().term());
    }

    /** Somebody says who leads; where there is a replica it knows by itself. */
    public void hears(Leads word) {
        if (local.get() == null) {
            believe(before -> before.after(word));
        }
    }

    /**
     * Asks others who leads; a node without a replica has no other way to know, and goes by what it is told.
     *
     * @return {@code host:port} of the leader's cluster port; empty where none leads
     */
    public CompletionStage<String> find() {
        return contacts.whoLeads(word()).thenApply(word -> {
            hears(word);
            return word.address();
        });
    }

    private void believe(UnaryOperator<Leads> heard) {
        Leads before = told.getAndUpdate(heard);
        if (!told.get().address().equals(before.address())) {
            changed();
        }
    }

    /** Tells those who asked to be told. */
    public void changed() {
        listeners.forEach(Runnable::run);
        change.getAndSet(new CompletableFuture<>()).complete(null);
    }

    /** Asks, and asks again where another leads, or nobody, before there is an answer: a leader that is gone gives none. */
    public <T> CompletionStage<T> askedAgainOnChange(Supplier<CompletionStage<T>> question) {
        CompletableFuture<Void> changes = change.get();
        CompletableFuture<T> answer = question.get().toCompletableFuture();
        return CompletableFuture.anyOf(answer, changes)
                .handle((first, failure) -> answer.isDone() ? answer : askedAgainOnChange(question))
                .thenCompose(asked -> asked);
    }

    @Override
    public void lookAgain() {
        if (local.get() != null
                || closed.getAsBoolean()
                || contacts.addresses().isEmpty()
                || !looking.compareAndSet(false, true)) {
            return;
        }
        contacts.whoLeads(told.get()).whenComplete((word, failure) -> {
            looking.set(false);
            believe(before -> {
                Leads now = failure == null ? before.after(word) : before;
                return failure == null && word.isKnown() ? now : now.lost();
            });
        });
    }
}
