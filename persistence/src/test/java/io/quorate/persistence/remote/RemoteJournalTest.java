package io.quorate.persistence.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.quorate.persistence.contract.ByteReader;
import io.quorate.persistence.journal.JournalCodec;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.Query;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.ActorSystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two nodes with a journal each, over real sockets. */
class RemoteJournalTest {
    /** Questions for a part of this one get no answer. */
    private static final long UNANSWERED = 99;

    /** Of an attempt, which is two seconds: who waits for that first is late. */
    private static final Duration LESS_THAN_A_TIMEOUT = Duration.ofMillis(1_500);

    private final RemoteSystems systems = new RemoteSystems();
    private volatile List<String> known = List.of();

    @AfterEach
    void stop() throws Exception {
        systems.close();
    }

    /** A node whose checkpoints have its number, and whose parts hold it. */
    private String node(byte number) throws Exception {
        return systems.serve("journal", new JournalService(new Numbered(number)));
    }

    private record Numbered(byte number) implements UnaskedJournal {
        @Override
        @SuppressWarnings("unchecked") // as the query says
        public <A> CompletionStage<A> ask(Query<A> query) {
            if (query instanceof Query.CheckpointPart part && part.checkpoint() == UNANSWERED) {
                return new CompletableFuture<>();
            }
            Object answer = switch (query) {
                case Query.TakeCheckpoint take ->
                    new Query.Checkpoint(number, List.of(new Query.CheckpointFile("000001.log", 1)));
                case Query.CheckpointPart part -> new Query.Part(new byte[] {number}, 7);
                case Query.DropCheckpoint drop -> drop.checkpoint() == number;
                default -> throw new AssertionError(query);
            };
            return CompletableFuture.completedFuture((A) answer);
        }
    }

    /**
     * The journal of a node that is told late of what is committed, all of it by one entity; a barrier tells it.
     *
     * @param leader whether one is known to it
     */
    private record Late(AtomicLong applied, long committed, boolean leader) implements UnaskedJournal {
        @Override
        public CompletionStage<Long> barrier() {
            if (!leader) {
                return CompletableFuture.failedFuture(
                        new JournalException(JournalException.Kind.NO_LEADER, "as the test wants it"));
            }
            applied.set(committed);
            return CompletableFuture.completedFuture(committed);
        }

        @Override
        @SuppressWarnings("unchecked") // as the query says
        public <A> CompletionStage<A> ask(Query<A> query) {
            return CompletableFuture.completedFuture((A) Long.valueOf(applied.get()));
        }
    }

    private static final Query<Long> HIGHEST = new Query.HighestSequenceNr("a");

    private String late(long applied, long committed, boolean leader) throws Exception {
        return systems.serve("journal", new JournalService(new Late(new AtomicLong(applied), committed, leader)));
    }

    /** Over a system that has shaken hands with these nodes; it asks whom {@link #known} names. */
    private RemoteJournal journal(String... met) throws Exception {
        ActorSystem system = systems.start();
        for (String address : met) {
            RemoteSystems.meet(system, address, "journal", new byte[0]);
        }
        return new RemoteJournal(system, () -> known);
    }

    private static <A> A get(CompletionStage<A> answer) throws Exception {
        return answer.toCompletableFuture().get(RemoteSystems.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void the_parts_of_a_checkpoint_come_from_where_it_was_taken_though_others_are_asked_first_by_then()
            throws Exception {
        String one = node((byte) 1);
        String two = node((byte) 2);
        known = List.of(two);
        try (RemoteJournal journal = journal(one, two)) {
            Query.Checkpoint checkpoint = get(journal.ask(new Query.TakeCheckpoint()));
            assertThat(checkpoint.id()).isEqualTo(2);
            known = List.of(one, two);
            assertThat(get(journal.ask(new Query.CheckpointPart(2, 0, 0, 1))).bytes())
                    .containsExactly(2);
            assertThat(get(journal.ask(new Query.DropCheckpoint(2)))).isTrue();
            assertThat(get(journal.ask(new Query.TakeCheckpoint())).id()).isEqualTo(1);
        }
    }

    @Test
    void a_checkpoint_that_was_asked_for_where_a_node_was_before_it_moved_is_taken_and_fetched_where_it_is_now()
            throws Exception {
        String now = node((byte) 1);
        String before = "127.0.0.1:" + RemoteSystems.freePort();
        known = List.of(before);
        try (RemoteJournal journal = journal(now)) {
            CompletionStage<Query.Checkpoint> taken = journal.ask(new Query.TakeCheckpoint());
            known = List.of(now);
            journal.moved();
            assertThat(get(taken).id()).isEqualTo(1);
            assertThat(get(journal.ask(new Query.CheckpointPart(1, 0, 0, 1))).bytes())
                    .containsExactly(1);
        }
    }

    @Test
    void
            what_waits_where_nobody_has_ever_answered_is_asked_again_as_soon_as_a_node_is_found_though_nobody_says_that_it_has_left()
                    throws Exception {
        String now = node((byte) 1);
        String before = "127.0.0.1:" + RemoteSystems.freePort();
        known = List.of(before);
        try (RemoteJournal journal = journal(now)) {
            CompletableFuture<Query.Checkpoint> taken =
                    journal.ask(new Query.TakeCheckpoint()).toCompletableFuture();
            known = List.of(now, before);
            journal.moved();
            assertThat(taken.get(LESS_THAN_A_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                            .id())
                    .isEqualTo(1);
        }
    }

    @Test
    void a_part_that_was_asked_for_where_a_node_was_before_it_moved_is_given_up_at_once() throws Exception {
        String before = node((byte) 1);
        String now = node((byte) 2);
        known = List.of(before);
        try (RemoteJournal journal = journal(before)) {
            get(journal.ask(new Query.TakeCheckpoint()));
            CompletionStage<Query.Part> part = journal.ask(new Query.CheckpointPart(UNANSWERED, 0, 0, 1));
            known = List.of(now);
            journal.moved();
            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(() -> get(part))
                    .withMessageContaining("the node that was asked was lost before it answered");
        }
    }

    @Test
    void what_a_barrier_at_one_node_has_seen_is_seen_at_another_one_that_was_behind() throws Exception {
        String ahead = late(100, 100, true);
        String behind = late(50, 100, true);
        known = List.of(ahead);
        try (RemoteJournal journal = journal(ahead, behind)) {
            assertThat(get(journal.barrier())).isEqualTo(100);
            known = List.of(behind);
            assertThat(get(journal.ask(HIGHEST))).isEqualTo(100);
        }
    }

    @Test
    void a_node_that_is_behind_a_barrier_and_cannot_make_one_is_passed_over() throws Exception {
        String ahead = late(100, 100, true);
        String behind = late(50, 100, false);
        known = List.of(ahead);
        try (RemoteJournal journal = journal(ahead, behind)) {
            get(journal.barrier());
            known = List.of(behind, ahead);
            assertThat(get(journal.ask(HIGHEST))).isEqualTo(100);
        }
    }

    @Test
    void what_a_barrier_has_seen_is_seen_through_a_node_without_a_copy_that_asks_another_one_itself() throws Exception {
        String ahead = late(100, 100, true);
        String behind = late(50, 100, true);
        known = List.of(ahead);
        try (RemoteJournal journal = journal(ahead);
                RemoteJournal copyless = new RemoteJournal(systems.start(), List.of(behind))) {
            String between = systems.serve("journal", new JournalService(copyless));
            get(journal.barrier());
            known = List.of(between);
            assertThat(get(journal.ask(HIGHEST))).isEqualTo(100);
        }
    }

    @Test
    void who_has_made_no_barrier_is_answered_by_whatever_is_there() throws Exception {
        String behind = late(50, 100, false);
        known = List.of(behind);
        try (RemoteJournal journal = journal(behind)) {
            assertThat(get(journal.ask(HIGHEST))).isEqualTo(50);
        }
    }

    @Test
    void a_question_of_an_earlier_release_ends_where_it_would_say_how_far_a_barrier_went() {
        byte[] earlier = RemoteJournal.askRequest(HIGHEST);
        byte[] now = RemoteJournal.askRequest(HIGHEST, 70_000);
        assertThat(Arrays.copyOf(now, earlier.length)).isEqualTo(earlier);
        ByteReader in = new ByteReader(now);
        assertThat(in.u8()).isEqualTo(JournalService.ASK);
        assertThat(JournalCodec.readQuery(in)).isEqualTo(HIGHEST);
        assertThat(in.varint()).isEqualTo(70_000);
        assertThat(in.hasMore()).isFalse();
    }
}
