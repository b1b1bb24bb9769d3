package io.quorate.persistence.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.persistence.contract.ByteReader;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JournalServiceTest {
    /** Tells what it is told to tell. */
    private static final class News implements UnaskedJournal {
        @Nullable
        LongConsumer listener;

        @Override
        public Subscription onApplied(LongConsumer toTell) {
            listener = toTell;
            return () -> {};
        }
    }

    private final News news = new News();

    private static long number(CompletableFuture<byte[]> answer) {
        assertThat(answer).isCompleted();
        return new ByteReader(answer.join()).varint();
    }

    private static CompletableFuture<byte[]> awaitMore(JournalService service, long after) {
        return service.apply(RemoteJournal.awaitMoreRequest(after)).toCompletableFuture();
    }

    @Test
    void news_that_is_overtaken_by_newer_news_takes_nothing_back() {
        try (JournalService service = new JournalService(news)) {
            news.listener.accept(9);
            news.listener.accept(7);
            assertThat(number(awaitMore(service, 8))).isEqualTo(9);
            CompletableFuture<byte[]> waits = awaitMore(service, 9);
            news.listener.accept(8);
            assertThat(waits).isNotDone();
            news.listener.accept(10);
            assertThat(number(waits)).isEqualTo(10);
        }
    }
}
