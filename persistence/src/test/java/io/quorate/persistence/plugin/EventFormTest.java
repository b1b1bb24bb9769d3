package io.quorate.persistence.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.typesafe.config.ConfigFactory;
import io.quorate.persistence.contract.EventData;
import io.quorate.persistence.contract.Payload;
import io.quorate.persistence.journal.Offset;
import io.quorate.persistence.journal.StoredEvent;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.journal.Tagged;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The stored forms of events' metadata and of snapshots. A sample is never changed: a new form is a new one beside it. */
class EventFormTest {
    /** Version, adapter's manifest {@code v7}, metadata {@code meta} by Pekko's serializer of strings (20). */
    private static final String METADATA_V1 = "01027637011400046d657461";

    /** Version, state {@code state}, metadata {@code meta}, both by Pekko's serializer of strings (20). */
    private static final String SNAPSHOT_V1 = "0114000573746174650114" + "00046d657461";

    private static ActorSystem system;
    private static EventForm form;

    @BeforeAll
    static void start() {
        system = ActorSystem.create("form", ConfigFactory.load());
        form = new EventForm((ExtendedActorSystem) system);
    }

    @AfterAll
    static void stop() {
        system.terminate();
    }

    private static StoredEvent stored(EventData event) {
        return new StoredEvent(new Offset(9, 0), "a", 3, "writer", 1_790_000_000_123L, event);
    }

    private static PersistentRepr event(Object payload) {
        return PersistentRepr.apply(payload, 3, "a", "v7", false, ActorRef.noSender(), "writer");
    }

    @Test
    void an_event_comes_back_with_everything_that_it_had() throws Exception {
        PersistentRepr event = event("fact").withTimestamp(1_790_000_000_123L).withMetadata("meta");
        EventData data = form.toStored(event);
        assertThat(HexFormat.of().formatHex(data.metadata())).isEqualTo(METADATA_V1);
        assertThat(form.fromStored(stored(data))).isEqualTo(event);
    }

    @Test
    void tags_are_taken_off_the_event_and_stored_in_order() throws Exception {
        EventData data = form.toStored(event(new Tagged("fact", Set.of("b", "a", "c"))));
        assertThat(data.tags()).isEqualTo(List.of("a", "b", "c"));
        assertThat(form.fromStored(stored(data)).payload()).isEqualTo("fact");
    }

    @Test
    void a_snapshot_comes_back_with_its_metadata() throws Exception {
        Payload stored = form.snapshotToStored("state", Optional.of("meta"));
        assertThat(HexFormat.of().formatHex(stored.bytes())).isEqualTo(SNAPSHOT_V1);
        assertThat(form.snapshotFromStored(stored, "it"))
                .isEqualTo(new EventForm.Snapshot("state", Optional.of("meta")));
    }

    @Test
    void a_form_of_a_newer_release_and_a_serializer_that_is_missing_are_named() {
        Payload text = new Payload(20, "", new byte[0]);
        assertThatIllegalStateException()
                .isThrownBy(() -> form.fromStored(stored(new EventData(text, List.of(), new byte[] {2}))))
                .withMessageContaining("event 3 of a")
                .withMessageContaining("newer release");
        assertThatIllegalStateException()
                .isThrownBy(() -> form.fromStored(stored(EventData.of(987_654, "gone", new byte[0]))))
                .withMessageContaining("serializer 987654")
                .withMessageContaining("gone");
    }
}
