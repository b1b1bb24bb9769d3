package io.quorate.control.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.ObjectBook;
import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.resource.Json;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PodEventsTest {
    private static final long NOW = 1_700_000_000_000L;

    private final ObjectBook book = ObjectBook.founded();
    private final PodEvents events = new PodEvents("n1");
    private final ObjectNode pod = Json.readObject(
            "{\"metadata\":{\"name\":\"web-1\",\"namespace\":\"default\",\"uid\":\"u\"}}".getBytes(UTF_8));

    private Optional<ObjectCommand> tell(long millis) {
        return events.tell(
                pod,
                "spec.containers{web}",
                "Warning",
                "Unhealthy",
                "Liveness probe failed: x",
                millis,
                book.request());
    }

    @Test
    void the_same_again_is_counted_and_written_ever_more_seldom() {
        Optional<ObjectCommand> first = tell(NOW);
        assertThat(first).hasValueSatisfying(command -> {
            assertThat(command).isInstanceOf(ObjectCommand.Create.class);
            assertThat(book.ask(command).code()).isEqualTo(201);
        });
        assertThat(tell(NOW + 1000)).hasValueSatisfying(command -> {
            assertThat(command).isInstanceOf(ObjectCommand.Patch.class);
            assertThat(book.ask(command).body().path("count").asInt()).isEqualTo(2);
        });
        assertThat(tell(NOW + 2000)).isPresent();
        assertThat(tell(NOW + 3000)).isEmpty();
        assertThat(tell(NOW + 2000 + 5 * 60_000)).hasValueSatisfying(command -> {
            ObjectNode event = book.ask(command).body();
            assertThat(event.path("count").asInt()).isEqualTo(5);
            assertThat(Json.at(event, "source.component").asText()).isEqualTo("kubelet");
            assertThat(Json.at(event, "involvedObject.fieldPath").asText()).isEqualTo("spec.containers{web}");
        });
    }
}
