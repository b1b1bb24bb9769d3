package io.quorate.control.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.quorate.control.Samples;
import io.quorate.persistence.contract.EventData;
import io.quorate.persistence.contract.Origin;
import io.quorate.persistence.journal.Offset;
import io.quorate.persistence.journal.StoredEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The stored form of the objects' events, named by their manifests: what is written once stays readable. */
class ObjectSamplesTest {
    private static final String OBJECT =
            "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"cölours\",\"namespace\":\"default\",\"uid\":\"u-1\","
                    + "\"resourceVersion\":\"17\",\"labels\":{\"app\":\"web\"}},\"data\":{\"sky\":\"blue\"},\"fromTomorrow\":[1,2]}";

    private static final StoredObject STORED = StoredObject.read("configmaps", OBJECT.getBytes(StandardCharsets.UTF_8));

    private static final Map<String, ObjectEvent> EVENTS = Map.of(
            "object.stored.v1", new ObjectEvent.Stored(STORED, 12, Origin.UNKNOWN),
            "object.deleted.v1", new ObjectEvent.Deleted(STORED, 16, Origin.UNKNOWN));

    private final ApiObjects rules = new ApiObjects();

    static Stream<String> events() {
        return EVENTS.keySet().stream().sorted();
    }

    private static StoredEvent stored(String manifest, byte[] bytes) {
        return new StoredEvent(new Offset(17, 0), ApiObjects.ID, 17, "w", 0, EventData.of(0, manifest, bytes));
    }

    @Test
    void every_event_has_a_sample() {
        assertThat(EVENTS.values()).extracting(Object::getClass).contains(ObjectEvent.class.getPermittedSubclasses());
    }

    @ParameterizedTest
    @MethodSource("events")
    void an_event_is_written_and_read_as_its_sample(String manifest) throws IOException {
        ObjectEvent event = EVENTS.get(manifest);
        EventData today = rules.write(event);
        assertThat(today.payload().manifest()).isEqualTo(manifest);
        byte[] sample = Samples.read(manifest, today.payload().bytes());
        assertThat(today.payload().bytes()).isEqualTo(sample);
        ObjectEvent read = rules.read(stored(manifest, sample));
        assertThat(read.getClass()).isEqualTo(event.getClass());
        assertThat(read.previous()).isEqualTo(event.previous());
        assertThat(read.object().key()).isEqualTo(STORED.key());
        assertThat(read.object().version()).isEqualTo(17);
        assertThat(read.object().labels()).isEqualTo(Map.of("app", "web"));
        assertThat(new String(read.object().json(), StandardCharsets.UTF_8))
                .as("fields that this release does not know are kept")
                .isEqualTo(OBJECT);
    }

    @ParameterizedTest
    @MethodSource("events")
    void what_a_later_release_adds_at_the_end_is_passed_over(String manifest) {
        byte[] bytes = rules.write(EVENTS.get(manifest)).payload().bytes();
        byte[] longer = java.util.Arrays.copyOf(bytes, bytes.length + 5);
        assertThat(rules.read(stored(manifest, longer)).object().key()).isEqualTo(STORED.key());
    }

    @Test
    void an_object_of_a_type_that_a_newer_release_has_is_kept_as_it_is() {
        byte[] bytes = rules.write(new ObjectEvent.Stored(
                        StoredObject.read("gadgets.example.com", OBJECT.getBytes(StandardCharsets.UTF_8)),
                        0,
                        Origin.UNKNOWN))
                .payload()
                .bytes();
        assertThat(rules.read(stored("object.stored.v1", bytes)).object().key().type())
                .isEqualTo("gadgets.example.com");
    }

    @Test
    void an_event_of_an_unknown_form_stops_the_node() {
        assertThatIllegalStateException()
                .isThrownBy(() -> rules.read(stored(
                        "object.stored.v2",
                        rules.write(EVENTS.get("object.stored.v1")).payload().bytes())))
                .withMessageContaining("upgrade this node");
    }

    @Test
    void bytes_that_are_no_command_are_refused_with_a_word() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> rules.readCommand(new byte[] {1, 2, 3}))
                .withMessageStartingWith("not a ObjectCommand");
    }
}
