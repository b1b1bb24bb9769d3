package io.quorate.persistence.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.quorate.persistence.contract.EventData;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.Outcome;
import io.quorate.persistence.events.EventStore;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.JournalMetrics;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.store.InMemoryStore;
import io.quorate.persistence.store.StorageException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RaftReplicaTest {
    /** Suspects a leader late: on a busy machine a shorter pause is no reason for an election in the middle of a test. */
    private static final RaftTiming CALM =
            new RaftTiming(Duration.ofMillis(50), Duration.ofMillis(1000), Duration.ofMillis(200));

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Map<MemberId, Member> members = new ConcurrentHashMap<>();
    private final List<Member> all = new ArrayList<>();

    private final class Member {
        final MemberId id;
        final InMemoryStore log;
        final InMemoryStore state;
        final EventStore events;
        final RaftThread thread;
        final RaftReplica replica;
        final CompletableFuture<Leadership> ready = new CompletableFuture<>();
        volatile CompletableFuture<MemberId> leaderSeen = new CompletableFuture<>();

        Member(MemberId id, List<MemberId> initial, InMemoryStore log, InMemoryStore state) {
            this.id = id;
            this.log = log;
            this.state = state;
            this.events = EventStore.open(state);
            this.thread = new RaftThread("raft-" + id.node(), (reason, cause) -> {
                throw new AssertionError(reason, cause);
            });
            this.replica = RaftReplica.create(
                    new RaftReplica.Settings("test", id, initial, CALM, Walls.ALL),
                    new RaftReplica.Ports(
                            log,
                            events,
                            thread,
                            new RaftTransport() {
                                @Override
                                public void send(MemberId target, byte[] frame) {
                                    Member member = members.get(target);
                                    if (member != null && members.containsKey(id)) {
                                        member.replica.deliver(frame);
                                    }
                                }

                                @Override
                                public boolean isReachable(MemberId target) {
                                    return members.containsKey(target);
                                }
                            },
                            (source, request) -> CompletableFuture.completedFuture(
                                    members.get(source).events.ask(request)),
                            System::nanoTime,
                            new Random(id.hashCode()),
                            (reason, cause) -> {
                                throw new AssertionError(reason, cause);
                            },
                            JournalMetrics.NONE));
            all.add(this);
        }

        Member start() {
            members.put(id, this);
            replica.onLeadership(l -> {
                if (l.ready()) {
                    ready.complete(l);
                }
                l.leader().ifPresent(leader -> leaderSeen.complete(leader));
            });
            replica.start();
            return this;
        }

        Outcome append(String pid, long seq, String text) throws Exception {
            return replica.submit(append_(pid, seq, text))
                    .toCompletableFuture()
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private static Operation append_(String pid, long seq, String text) {
        return new Operation.AppendEvents(
                pid,
                seq,
                "w",
                0,
                List.of(EventData.of(0, "text", text.getBytes(java.nio.charset.StandardCharsets.UTF_8))));
    }

    private static MemberId id(int n) {
        return new MemberId("n" + n, 1, "127.0.0.1" + n + ":19001");
    }

    @AfterEach
    void stop() {
        all.forEach(member -> member.thread.close());
    }

    private Member leaderOf(List<Member> group) throws Exception {
        return (Member) CompletableFuture.anyOf(
                        group.stream().map(m -> m.ready.thenApply(l -> m)).toArray(CompletableFuture[]::new))
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private List<Member> three() {
        List<MemberId> ids = List.of(id(1), id(2), id(3));
        List<Member> group = ids.stream()
                .map(i -> new Member(i, ids, new InMemoryStore(), new InMemoryStore()))
                .toList();
        group.forEach(Member::start);
        return group;
    }

    @Test
    void a_group_of_one_leads_itself() throws Exception {
        Member only = new Member(id(1), List.of(id(1)), new InMemoryStore(), new InMemoryStore()).start();
        leaderOf(List.of(only));
        assertThat(only.append("a", 1, "x")).isInstanceOf(Outcome.Applied.class);
        assertThat(only.append("a", 1, "other")).isInstanceOf(Outcome.Fenced.class);
    }

    @Test
    void three_members_replicate_and_every_replica_holds_the_same_bytes() throws Exception {
        List<Member> group = three();
        Member leader = leaderOf(group);
        for (int i = 1; i <= 3000; i++) {
            if (i % 500 == 0) {
                leader.append("a", i, "event " + i);
            } else {
                leader.replica.submit(append_("a", i, "event " + i));
            }
        }
        long index = leader.replica.barrier().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        for (Member member : group) {
            member.replica
                    .awaitApplied(index, PATIENCE)
                    .toCompletableFuture()
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(member.events.ask(new Query.HighestSequenceNr("a"))).isEqualTo(3000L);
        }
        List<byte[]> bytes = bytesOf(group.get(0));
        for (Member member : group) {
            assertThat(bytesOf(member)).usingRecursiveComparison().isEqualTo(bytes);
        }
    }

    private static List<byte[]> bytesOf(Member member) {
        List<byte[]> bytes = new ArrayList<>();
        long after = 0;
        while (true) {
            Query.Entries page = member.events.ask(new Query.EntriesAfter(after, 100_000));
            page.entries().forEach(e -> bytes.add(e.bytes()));
            if (page.upTo() >= page.appliedIndex()) {
                return bytes;
            }
            after = page.upTo();
        }
    }

    @Test
    void a_leader_that_dies_is_replaced_and_what_it_acknowledged_is_there() throws Exception {
        List<Member> group = three();
        Member leader = leaderOf(group);
        leader.append("a", 1, "acknowledged");
        members.remove(leader.id);
        leader.thread.close();
        List<Member> survivors = group.stream().filter(m -> m != leader).toList();
        Member next = leaderOf(survivors);
        assertThat(next.events.ask(new Query.HighestSequenceNr("a"))).isEqualTo(1L);
        assertThat(next.append("a", 2, "more")).isInstanceOf(Outcome.Applied.class);
        assertThat(next.append("a", 1, "acknowledged")).isInstanceOf(Outcome.Applied.class);
    }

    @Test
    void a_follower_refuses_to_decide_and_names_the_leader() throws Exception {
        List<Member> group = three();
        Member leader = leaderOf(group);
        Member follower = group.stream().filter(m -> m != leader).findFirst().orElseThrow();
        follower.leaderSeen.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(follower.replica.submit(append_("a", 1, "x")))
                .failsWithin(PATIENCE)
                .withThrowableThat()
                .havingCause()
                .isInstanceOfSatisfying(JournalException.class, e -> {
                    assertThat(e.kind()).isEqualTo(JournalException.Kind.NO_LEADER);
                    assertThat(e.getMessage()).contains(leader.id.node() + " leads");
                });
    }

    @Test
    void a_new_member_catches_up_by_the_journal_stream_learns_and_votes() throws Exception {
        List<Member> group = three();
        Member leader = leaderOf(group);
        for (int i = 1; i <= 5000; i++) {
            CompletableFuture<Outcome> done =
                    leader.replica.submit(append_("a", i, "event " + i)).toCompletableFuture();
            if (i % 10 == 0) {
                done.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
        }
        MemberId fourth = id(4);
        Member joiner =
                new Member(fourth, List.of(id(1), id(2), id(3)), new InMemoryStore(), new InMemoryStore()).start();
        leader.replica
                .change(fourth, MembershipChange.ADD_LEARNER)
                .toCompletableFuture()
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        leader.replica
                .change(fourth, MembershipChange.PROMOTE)
                .toCompletableFuture()
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        long index = leader.replica.barrier().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        joiner.replica.awaitApplied(index, PATIENCE).toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(joiner.events.ask(new Query.HighestSequenceNr("a"))).isEqualTo(5000L);
        assertThat(leader.replica
                        .report()
                        .toCompletableFuture()
                        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                        .voters())
                .hasSize(4);
        leader.replica
                .change(fourth, MembershipChange.REMOVE)
                .toCompletableFuture()
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(leader.replica
                        .report()
                        .toCompletableFuture()
                        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                        .voters())
                .hasSize(3);
    }

    @Test
    void a_promotion_that_is_given_up_holds_nothing_up() throws Exception {
        Member leader = leaderOf(three());
        MemberId dead = id(4);
        leader.replica
                .change(dead, MembershipChange.ADD_LEARNER)
                .toCompletableFuture()
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        CompletableFuture<Void> promotion =
                leader.replica.change(dead, MembershipChange.PROMOTE).toCompletableFuture();
        leader.replica.giveUpPromotion(dead);
        assertThat(promotion).failsWithin(PATIENCE).withThrowableThat().withMessageContaining("n4 is not heard of");
        leader.replica
                .change(dead, MembershipChange.REMOVE)
                .toCompletableFuture()
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(leader.append("a", 1, "x")).isInstanceOf(Outcome.Applied.class);
    }

    @Test
    void a_member_that_restarts_goes_on_from_its_log() throws Exception {
        InMemoryStore log = new InMemoryStore();
        InMemoryStore state = new InMemoryStore();
        Member first = new Member(id(1), List.of(id(1)), log, state).start();
        leaderOf(List.of(first));
        for (int i = 1; i <= 2500; i++) {
            first.append("a", i, "x");
        }
        first.replica.stop().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        first.thread.close();
        Member again = new Member(id(1), List.of(id(1)), log, state).start();
        leaderOf(List.of(again));
        assertThat(again.append("a", 2501, "x")).isInstanceOf(Outcome.Applied.class);
    }

    private Member again(Member was, MemberId id, List<MemberId> founders) {
        return new Member(id, founders, was.log, was.state);
    }

    private void crash(Member member) throws Exception {
        members.remove(member.id);
        member.replica.stop().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void a_survivor_founds_a_group_of_its_own_with_everything_that_it_had_and_others_join_it() throws Exception {
        List<Member> group = three();
        Member leader = leaderOf(group);
        for (int i = 1; i <= 50; i++) {
            assertThat(leader.append("a", i, "x" + i)).isInstanceOf(Outcome.Applied.class);
        }
        for (Member member : group) {
            member.replica
                    .awaitApplied(leader.events.appliedIndex(), PATIENCE)
                    .toCompletableFuture()
                    .get();
        }
        for (Member member : group) {
            crash(member);
        }
        Member survivor =
                group.stream().filter(member -> member != leader).findFirst().orElseThrow();
        long had = RaftLogReview.of(survivor.log).orElseThrow().lastIndex();
        MemberId renewed = new MemberId(survivor.id.node(), 2, survivor.id.address());
        LoneGroup.Beginning beginning = LoneGroup.found(survivor.log, EventStore.open(survivor.state), renewed);
        assertThat(beginning.index()).isEqualTo(had);
        // Cut off and done again: nothing changes.
        assertThat(LoneGroup.found(survivor.log, EventStore.open(survivor.state), renewed)
                        .index())
                .isEqualTo(had);
        RaftLogReview log = RaftLogReview.of(survivor.log).orElseThrow();
        assertThat(log.voters()).containsExactly(renewed);
        assertThat(log.self()).isEqualTo(renewed);

        Member alone = again(survivor, renewed, List.of(renewed)).start();
        assertThat(leaderOf(List.of(alone))).isSameAs(alone);
        assertThat(alone.append("a", 50, "other")).isInstanceOf(Outcome.Fenced.class);
        assertThat(alone.append("a", 51, "x51")).isInstanceOf(Outcome.Applied.class);
        Member joins = new Member(id(7), List.of(renewed), new InMemoryStore(), new InMemoryStore()).start();
        alone.replica
                .change(joins.id, MembershipChange.ADD_LEARNER)
                .toCompletableFuture()
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        alone.replica
                .change(joins.id, MembershipChange.PROMOTE)
                .toCompletableFuture()
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(alone.append("a", 52, "x52")).isInstanceOf(Outcome.Applied.class);
        joins.replica
                .awaitApplied(alone.events.appliedIndex(), PATIENCE)
                .toCompletableFuture()
                .get();
        assertThat(joins.events.ask(new Query.EntriesAfter(0, 1 << 20)).entries())
                .usingRecursiveComparison()
                .isEqualTo(alone.events.ask(new Query.EntriesAfter(0, 1 << 20)).entries());
        // It survives a restart, too: what it founded with is what its log says.
        crash(joins);
        crash(alone);
        Member back = again(alone, renewed, List.of(renewed)).start();
        again(joins, joins.id, List.of(renewed)).start();
        back.leaderSeen.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void a_log_that_was_copied_from_another_member_is_not_voted_with() throws Exception {
        Member only = new Member(id(1), List.of(id(1)), new InMemoryStore(), new InMemoryStore()).start();
        leaderOf(List.of(only));
        crash(only);
        assertThatExceptionOfType(StorageException.class)
                .isThrownBy(() -> again(only, id(2), List.of(id(1))))
                .withMessageContainingAll("backend/log is that of n1#1", "this node is n2#1");
    }

    @Test
    void a_standby_that_has_no_log_founds_a_group_too() throws Exception {
        List<Member> group = three();
        Member leader = leaderOf(group);
        assertThat(leader.append("a", 1, "x")).isInstanceOf(Outcome.Applied.class);
        InMemoryStore copy = new InMemoryStore();
        EventStore standby = EventStore.open(copy);
        standby.adopt(leader.events.ask(new Query.EntriesAfter(0, 1 << 20)));
        standby.flush();
        InMemoryStore log = new InMemoryStore();
        MemberId self = id(9);
        assertThat(LoneGroup.found(log, standby, self).index()).isEqualTo(standby.appliedIndex());
        Member alone = new Member(self, List.of(self), log, copy).start();
        leaderOf(List.of(alone));
        assertThat(alone.append("a", 2, "y")).isInstanceOf(Outcome.Applied.class);
    }

    @Test
    void leadership_is_handed_over_on_request() throws Exception {
        List<Member> group = three();
        Member leader = leaderOf(group);
        Member heir = group.stream().filter(m -> m != leader).findFirst().orElseThrow();
        leader.append("a", 1, "x");
        leader.replica.transferLeadership(heir.id).toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        heir.ready.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(heir.append("a", 2, "x")).isInstanceOf(Outcome.Applied.class);
    }
}
