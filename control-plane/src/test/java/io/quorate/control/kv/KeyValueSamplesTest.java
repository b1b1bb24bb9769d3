package io.quorate.control.kv;

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
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The stored form of the key-value store's events, named by their manifests, and the form of its commands between nodes. */
class KeyValueSamplesTest {
    private static final byte[] BLUE = "bläu".getBytes(StandardCharsets.UTF_8);

    private static final Map<String, KeyValueEvent> EVENTS = Map.of(
            "kv.put.v1", new KeyValueEvent.Put("cölour", BLUE, Origin.UNKNOWN),
            "kv.deleted.v1", new KeyValueEvent.Deleted("cölour", Origin.UNKNOWN));

    private static final Origin BILLING = new Origin("service billing", "invoice-7");

    private static final Map<String, KeyValueCommand> COMMANDS = Map.of(
            "command.kv-put.v1", new KeyValueCommand.Put("cölour", BLUE, 300),
            "command.kv-put-any.v1", new KeyValueCommand.Put("cölour", new byte[0], KeyValueCommand.ANY),
            "command.kv-put-absent.v1", new KeyValueCommand.Put("cölour", BLUE, KeyValueCommand.ABSENT),
            "command.kv-get.v1", new KeyValueCommand.Get("cölour"),
            "command.kv-delete.v1", new KeyValueCommand.Delete("cölour", KeyValueCommand.ANY));

    /** With who asks at the end: cut off there, they are those of before. */
    private static final Map<String, KeyValueCommand> ASKED = Map.of(
            "command.kv-put-by.v1", new KeyValueCommand.Put("cölour", BLUE, 300, BILLING),
            "command.kv-delete-by.v1", new KeyValueCommand.Delete("cölour", KeyValueCommand.ANY, BILLING));

    private final KeyValues rules = new KeyValues();

    static Stream<String> events() {
        return EVENTS.keySet().stream().sorted();
    }

    static Stream<String> commands() {
        return COMMANDS.keySet().stream().sorted();
    }

    static Stream<String> asked() {
        return ASKED.keySet().stream().sorted();
    }

    private static StoredEvent stored(String manifest, byte[] bytes) {
        return new StoredEvent(new Offset(17, 0), KeyValues.ID, 1, "w", 0, EventData.of(0, manifest, bytes));
    }

    @Test
    void every_event_and_every_command_has_a_sample() {
        assertThat(EVENTS.values()).extracting(Object::getClass).contains(KeyValueEvent.class.getPermittedSubclasses());
        assertThat(COMMANDS.values())
                .extracting(Object::getClass)
                .contains(KeyValueCommand.class.getPermittedSubclasses());
    }

    @ParameterizedTest
    @MethodSource("events")
    void an_event_that_was_stored_once_is_read_for_ever(String manifest) throws IOException {
        EventData today = rules.write(EVENTS.get(manifest));
        byte[] sample = Samples.read(manifest, today.payload().bytes());
        assertThat(rules.read(stored(manifest, sample)))
                .usingRecursiveComparison()
                .isEqualTo(EVENTS.get(manifest));
        assertThat(today.payload().manifest()).isEqualTo(manifest);
        assertThat(today.payload().bytes()).as("what is stored today").isEqualTo(sample);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void a_command_of_another_release_is_read(String name) throws IOException {
        KeyValueCommand command = COMMANDS.get(name);
        byte[] sample = Samples.read(name, KeyValueCommand.bytes(command));
        assertThat(rules.readCommand(sample)).usingRecursiveComparison().isEqualTo(command);
        assertThat(KeyValueCommand.bytes(command)).as("what is sent today").isEqualTo(sample);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void a_command_that_is_cut_off_is_refused(String name) {
        byte[] whole = KeyValueCommand.bytes(COMMANDS.get(name));
        for (int length = 0; length < whole.length; length++) {
            byte[] torn = Arrays.copyOf(whole, length);
            assertThatIllegalArgumentException().isThrownBy(() -> rules.readCommand(torn));
        }
    }

    @ParameterizedTest
    @MethodSource("asked")
    void who_asked_is_read_where_it_was_said_and_unknown_where_it_was_not(String name) throws IOException {
        KeyValueCommand command = ASKED.get(name);
        byte[] sample = Samples.read(name, KeyValueCommand.bytes(command));
        assertThat(rules.readCommand(sample)).usingRecursiveComparison().isEqualTo(command);
        assertThat(KeyValueCommand.bytes(command)).as("what is sent today").isEqualTo(sample);
        int before = sample.length - "service billing".length() - "invoice-7".length() - 2;
        assertThat(rules.readCommand(Arrays.copyOf(sample, before)).origin()).isEqualTo(Origin.UNKNOWN);
        for (int length = before + 1; length < sample.length; length++) {
            byte[] torn = Arrays.copyOf(sample, length);
            assertThatIllegalArgumentException().isThrownBy(() -> rules.readCommand(torn));
        }
    }

    @Test
    void who_asked_for_an_event_stands_beside_it_and_its_form_is_that_of_before() {
        EventData written = rules.write(new KeyValueEvent.Put("cölour", BLUE, BILLING));
        assertThat(written.payload().bytes())
                .isEqualTo(rules.write(EVENTS.get("kv.put.v1")).payload().bytes());
        assertThat(rules.read(new StoredEvent(new Offset(17, 0), KeyValues.ID, 1, "w", 0, written))
                        .origin())
                .isEqualTo(BILLING);
    }

    @Test
    void a_reply_is_read_as_it_was_sent() throws IOException {
        for (KeyValueReply.Status status : KeyValueReply.Status.values()) {
            KeyValueReply reply = new KeyValueReply(status, 300);
            String name = "reply.kv-" + status.name().toLowerCase(java.util.Locale.ROOT) + ".v1";
            byte[] sample = Samples.read(name, reply.bytes());
            assertThat(KeyValueReply.read(sample)).isEqualTo(reply);
            assertThat(reply.bytes()).isEqualTo(sample);
        }
    }

    @Test
    void an_event_of_a_newer_release_is_refused_in_words() {
        assertThatIllegalStateException()
                .isThrownBy(() -> rules.read(stored("kv.painted.v1", new byte[] {0})))
                .withMessageContaining("kv.painted.v1 at 17.0")
                .withMessageContaining("upgrade this node");
    }
}
