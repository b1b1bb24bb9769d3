package io.quorate.node.lead;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.presence.Leads;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class KnownLeaderTest {
    private final List<CompletableFuture<String>> asked = new ArrayList<>();

    private final KnownLeader leader = new KnownLeader(
            () -> null,
            KnownLeaderTest::notWanted,
            new Contacts(
                    new StillTimer(),
                    0,
                    List.of(),
                    KnownLeaderTest::notWanted,
                    () -> Leads.NOBODY,
                    KnownLeaderTest::notWanted,
                    (address, request) -> notWanted(),
                    () -> {}),
            () -> false);

    private static <T> T notWanted() {
        throw new AssertionError("nobody is asked who leads");
    }

    private CompletionStage<String> ask() {
        asked.add(new CompletableFuture<>());
        return asked.getLast();
    }

    private CompletableFuture<String> answer() {
        return leader.askedAgainOnChange(this::ask).toCompletableFuture();
    }

    @Test
    void what_a_leader_that_is_gone_was_asked_is_asked_again_as_soon_as_another_leads() {
        CompletableFuture<String> answer = answer();
        leader.changed();
        leader.changed();
        assertThat(asked).hasSize(3);
        assertThat(answer).isNotDone();

        asked.getLast().complete("by the next one");

        assertThat(answer).isCompletedWithValue("by the next one");
    }

    @Test
    void what_was_answered_is_not_asked_again() {
        CompletableFuture<String> answer = answer();
        asked.getFirst().complete("at once");
        leader.changed();

        assertThat(answer).isCompletedWithValue("at once");
        assertThat(asked).hasSize(1);
    }

    @Test
    void a_failure_is_an_answer() {
        CompletableFuture<String> answer = answer();
        asked.getFirst().completeExceptionally(new IllegalStateException("nobody leads now"));

        assertThat(answer).isCompletedExceptionally();
        assertThat(asked).hasSize(1);
    }
}
