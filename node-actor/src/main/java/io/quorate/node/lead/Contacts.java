package io.quorate.node.lead;

import io.quorate.node.folder.Identity;
import io.quorate.node.membership.MembershipState;
import io.quorate.node.presence.AddressBook;
import io.quorate.node.presence.Leads;
import io.quorate.persistence.contract.ByteReader;
import io.quorate.persistence.contract.ByteWriter;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.JournalException.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds the other nodes: asks at the addresses that are known who leads, says where this node is while it asks, and learns where the
 * others are. So a node that has moved is found before its move is decided, and where most have moved, one address that is right is
 * enough. Any thread.
 */
public final class Contacts {
    /** Contacts that are asked at once: one that is down costs the patience of a request. */
    private static final int ASKED_AT_ONCE = 3;

    /** Within it somebody who knows a newer leader has answered, if one was asked. */
    private static final Duration TIME_TO_KNOW_BETTER = Duration.ofMillis(300);

    private final Timer timer;
    private final int request;
    private final List<String> given;
    private final Supplier<Identity> self;
    private final Supplier<Leads> leads;
    private final Supplier<MembershipState> membership;
    private final BiFunction<String, byte[], CompletionStage<byte[]>> ask;
    private final AddressBook book;
    private final AtomicInteger asked = new AtomicInteger();

    /**
     * @param request what a request begins with; its answer is {@link #answer}
     * @param given addresses that the operator has named
     * @param leads who leads, as this node knows it
     * @param ask sends a request to an address
     * @param moved run when a member is found elsewhere than before
     */
    public Contacts(
            Timer timer,
            int request,
            List<String> given,
            Supplier<Identity> self,
            Supplier<Leads> leads,
            Supplier<MembershipState> membership,
            BiFunction<String, byte[], CompletionStage<byte[]>> ask,
            Runnable moved) {
        this.book = new AddressBook(moved);
        this.timer = timer;
        this.request = request;
        this.given = List.copyOf(given);
        this.self = self;
        this.leads = leads;
        this.membership = membership;
        this.ask = ask;
    }

    /** Where the members are. */
    public AddressBook book() {
        return book;
    }

    /** Where others may be reached: {@code host:port} of their cluster ports. */
    public List<String> addresses() {
        Identity now = self.get();
        Set<String> addresses = new LinkedHashSet<>(given);
        book.heard().forEach(member -> addresses.add(member.address()));
        now.contacts().stream().filter(address -> !book.isLeft(address)).forEach(addresses::add);
        addresses.remove(now.member().address());
        return List.copyOf(addresses);
    }

    /**
     * Who leads, from those that are asked; the next call asks others. A leader that is news comes back at once, and else the newest
     * word, when the others had time to know better.
     *
     * @param known what this node believes
     * @return the word, which may be that nobody leads; fails when nobody answers
     */
    public CompletionStage<Leads> whoLeads(Leads known) {
        List<String> contacts = addresses();
        if (contacts.isEmpty()) {
            return CompletableFuture.failedFuture(new JournalException(Kind.NO_LEADER, "nobody is known to ask"));
        }
        byte[] introduction = introduction();
        int from = asked.getAndIncrement();
        CompletableFuture<Leads> answer = new CompletableFuture<>();
        AtomicReference<@Nullable Leads> newest = new AtomicReference<>();
        AtomicInteger left = new AtomicInteger(Math.min(ASKED_AT_ONCE, contacts.size()));
        for (int i = left.get(); i > 0; i--) {
            ask.apply(contacts.get(Math.floorMod(from + i, contacts.size())), introduction)
                    .thenApply(this::learn)
                    .whenComplete((word, failure) -> {
                        Leads heard = failure == null
                                ? newest.updateAndGet(before -> before == null ? word : before.after(word))
                                : newest.get();
                        if (heard == null) {
                            if (left.decrementAndGet() == 0) {
                                answer.completeExceptionally(failure);
                            }
                            return;
                        }
                        boolean news = heard.isKnown() && !known.after(heard).equals(known);
                        if (news || left.decrementAndGet() == 0) {
                            answer.complete(heard);
                        } else {
                            Timer.Pending late = timer.after(TIME_TO_KNOW_BETTER, () -> answer.complete(heard));
                            answer.whenComplete((done, never) -> late.cancel());
                        }
                    });
        }
        return answer;
    }

    private byte[] introduction() {
        Identity now = self.get();
        return new ByteWriter(128)
                .u8(request)
                .text(now.clusterId())
                .text(now.member().toString())
                .toBytes();
    }

    /** Who leads, from one that is asked; nothing else of what it says is learned: it may be of another epoch. */
    public CompletionStage<String> leaderKnownAt(String address) {
        return ask.apply(address, introduction()).thenApply(answer -> new ByteReader(answer).text());
    }

    /** Learns where others are, and what one says of who leads. */
    private Leads learn(byte[] answer) {
        ByteReader in = new ByteReader(answer);
        String leader = in.text();
        if (in.hasMore()) { // an older release does not introduce itself
            MemberId speaker = MemberId.parse(in.text());
            List<MemberId> others = new ArrayList<>();
            for (int left = in.count(); left > 0; left--) {
                MemberId other = MemberId.parse(in.text());
                if (!other.node().equals(self.get().member().node())) {
                    others.add(other);
                }
            }
            book.answered(speaker, others);
        }
        return new Leads(leader, in.hasMore() ? in.varint() : 0);
    }

    /** Somebody has said who and where it is; a worker is nobody to ask, and there may be thousands of them. */
    public void heard(MemberId member) {
        MembershipState.Node node = membership.get().nodes().get(member.node());
        if (node != null && !node.isWorker()) {
            book.heard(member);
        }
    }

    /** Answers one who asks who leads, and may have said who it is. */
    public CompletionStage<byte[]> answer(ByteReader in) {
        Identity now = self.get();
        boolean introduced = in.hasMore(); // an older release does not
        if (introduced) {
            String cluster = in.text();
            MemberId member = MemberId.parse(in.text());
            if (!cluster.equals(now.clusterId())) {
                return CompletableFuture.failedFuture(
                        new IllegalArgumentException("this node belongs to another cluster"));
            }
            heard(member);
        }
        Leads word = leads.get();
        if (!word.isKnown() && !introduced) {
            return CompletableFuture.failedFuture(new JournalException(Kind.NO_LEADER, "nobody leads now"));
        }
        List<MemberId> heard = book.heard();
        ByteWriter out = new ByteWriter(256)
                .text(word.address())
                .text(now.member().toString())
                .varint(heard.size());
        heard.forEach(member -> out.text(member.toString()));
        return CompletableFuture.completedFuture(out.varint(word.term()).toBytes());
    }
}
