package io.quorate.persistence.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.persistence.journal.JournalException;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RequestChannelTest {
    private static final int BYTES = 1 << 20;

    private final RemoteSystems systems = new RemoteSystems();

    @AfterEach
    void stop() throws Exception {
        systems.close();
    }

    private record Kept(WeakReference<byte[]> question, WeakReference<byte[]> answer) {}

    private static Kept exchange(RequestChannel channel, ReferenceQueue<byte[]> forgotten) throws Exception {
        byte[] question = new byte[BYTES];
        byte[] answer = channel.request(question)
                .toCompletableFuture()
                .get(RemoteSystems.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(answer).hasSize(BYTES);
        return new Kept(new WeakReference<>(question, forgotten), new WeakReference<>(answer, forgotten));
    }

    @Test
    void a_question_that_is_answered_and_its_answer_are_not_kept_until_the_timeout() throws Exception {
        String node = systems.serve("service", request -> CompletableFuture.completedFuture(new byte[BYTES]));
        ActorSystem system = systems.start();
        ActorRef service = RequestChannel.resolve(system, node, "/user/service");
        ReferenceQueue<byte[]> forgotten = new ReferenceQueue<>();
        try (RequestChannel channel = new RequestChannel(system, () -> service, Duration.ofHours(1))) {
            Kept kept = exchange(channel, forgotten);
            Set<Object> gone = new HashSet<>();
            for (int left = 200; gone.size() < 2 && left > 0; left--) {
                System.gc();
                Object next = forgotten.remove(100);
                if (next != null) {
                    gone.add(next);
                }
            }
            assertThat(gone).containsExactlyInAnyOrder(kept.question(), kept.answer());
        }
    }

    @Test
    void each_question_without_an_answer_is_unknown_when_its_time_is_over_whatever_else_is_answered() throws Exception {
        byte[] unheard = {1};
        String node = systems.serve(
                "service",
                request -> Arrays.equals(request, unheard)
                        ? new CompletableFuture<>()
                        : CompletableFuture.completedFuture(request));
        ActorSystem system = systems.start();
        ActorRef service = RequestChannel.resolve(system, node, "/user/service");
        try (RequestChannel channel = new RequestChannel(system, () -> service, Duration.ofSeconds(2))) {
            for (int round = 0; round < 2; round++) {
                CompletableFuture<byte[]> silent = channel.request(unheard).toCompletableFuture();
                CompletableFuture<byte[]> answered =
                        channel.request(new byte[] {2}).toCompletableFuture();
                assertThat(answered.get(RemoteSystems.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .containsExactly(2);
                assertThat(silent)
                        .failsWithin(RemoteSystems.PATIENCE)
                        .withThrowableThat()
                        .havingCause()
                        .asInstanceOf(InstanceOfAssertFactories.type(JournalException.class))
                        .extracting(JournalException::kind)
                        .isEqualTo(JournalException.Kind.UNKNOWN);
            }
        }
    }
}
