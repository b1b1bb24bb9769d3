package io.quorate.control.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PodLogsTest {
    private static final Duration LOOKS = Duration.ofMillis(50);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ActorSystem system = ActorSystem.create("logs");
    private final AtomicBoolean lost = new AtomicBoolean();

    @AfterEach
    void stop() {
        system.terminate();
    }

    private Source<ByteString, NotUsed> read(Source<ByteString, NotUsed> lines) {
        return PodLogs.untilLost(lines, lost::get, "n2", LOOKS);
    }

    @Test
    void a_followed_log_of_a_node_that_is_not_heard_of_any_more_is_cut_off() {
        Source<ByteString, NotUsed> silent = Source.single(ByteString.fromString("first\n"))
                .concat(Source.<ByteString>maybe().mapMaterializedValue(never -> NotUsed.getInstance()));
        assertThat(read(silent)
                        .map(line -> {
                            lost.set(true);
                            return line;
                        })
                        .runWith(Sink.ignore(), system))
                .failsWithin(PATIENCE)
                .withThrowableThat()
                .withMessageContaining("n2 is not heard of any more");
    }

    @Test
    void a_log_of_a_node_that_is_heard_of_ends_where_it_ends() {
        assertThat(read(Source.from(List.of("a", "b")).map(ByteString::fromString))
                        .runWith(Sink.seq(), system))
                .succeedsWithin(PATIENCE)
                .asString()
                .isNotEmpty();
        lost.set(true);
        assertThat(read(Source.<ByteString>empty()).runWith(Sink.seq(), system)).succeedsWithin(PATIENCE);
    }
}
