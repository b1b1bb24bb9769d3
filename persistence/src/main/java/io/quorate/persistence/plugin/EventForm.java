package io.quorate.persistence.plugin;

import io.quorate.persistence.contract.ByteReader;
import io.quorate.persistence.contract.ByteWriter;
import io.quorate.persistence.contract.EventData;
import io.quorate.persistence.contract.Payload;
import io.quorate.persistence.journal.StoredEvent;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.journal.Tagged;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.Serialization$;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.Serializer;
import org.apache.pekko.serialization.Serializers;
import scala.jdk.javaapi.CollectionConverters;
import scala.jdk.javaapi.OptionConverters;

/**
 * Pekko's events and snapshots as the journal stores them, and back. Objects go through the serializers that the application
 * has configured.
 *
 * <p>{@code EventData.metadata}, version 1: {@code version adapterManifest hasMetadata (serializerId manifest bytes)?}; empty
 * where there is neither. A snapshot is a payload of serializer 0 and manifest {@value #SNAPSHOT}: {@code version
 * serializerId manifest bytes hasMetadata (serializerId manifest bytes)?}.
 */
final class EventForm {
    /** Manifest of an event that stands for a rejected one: it holds a sequence number and is never read out. */
    private static final String REJECTED = "quorate.rejected.v1";

    private static final String SNAPSHOT = "quorate.snapshot.v1";
    private static final int VERSION = 1;
    private static final byte[] EMPTY = {};

    private final ExtendedActorSystem system;
    private final Serialization serialization;

    EventForm(ExtendedActorSystem system) {
        this.system = system;
        this.serialization = SerializationExtension.get(system);
    }

    /** @throws Exception whatever a serializer throws: the event is to be rejected */
    EventData toStored(PersistentRepr event) throws Exception {
        Object payload = event.payload();
        List<String> tags = List.of();
        if (payload instanceof Tagged tagged) {
            Set<String> set = CollectionConverters.asJava(tagged.tags());
            tags = set.stream().sorted().toList();
            payload = tagged.payload();
        }
        return new EventData(serialize(payload), tags, metadata(event));
    }

    private byte[] metadata(PersistentRepr event) throws Exception {
        Optional<Object> metadata = OptionConverters.toJava(event.metadata());
        if (event.manifest().isEmpty() && metadata.isEmpty()) {
            return EMPTY;
        }
        ByteWriter out = new ByteWriter(64).u8(VERSION).text(event.manifest());
        writeOptional(out, metadata);
        return out.toBytes();
    }

    private void writeOptional(ByteWriter out, Optional<Object> metadata) throws Exception {
        out.u8(metadata.isPresent() ? 1 : 0);
        if (metadata.isPresent()) {
            write(out, serialize(metadata.get()));
        }
    }

    private static void write(ByteWriter out, Payload payload) {
        out.varint(payload.serializerId()).text(payload.manifest()).block(payload.bytes());
    }

    private static Payload read(ByteReader in) {
        return new Payload((int) in.varint(), in.text(), in.block());
    }

    /** Holds the place of a rejected event, so that the sequence numbers after it stay without a gap. */
    static EventData rejected() {
        return EventData.of(0, REJECTED, EMPTY);
    }

    static boolean isRejected(StoredEvent event) {
        Payload payload = event.event().payload();
        return payload.serializerId() == 0 && payload.manifest().equals(REJECTED);
    }

    /** @throws IllegalStateException naming event and serializer, when it cannot be read */
    PersistentRepr fromStored(StoredEvent stored) {
        String what = "event " + stored.sequenceNr() + " of " + stored.persistenceId();
        Object payload = deserialize(stored.event().payload(), what);
        String manifest = "";
        Optional<Object> metadata = Optional.empty();
        if (stored.event().metadata().length > 0) {
            ByteReader in = new ByteReader(stored.event().metadata());
            known(in.u8(), "the metadata of " + what);
            manifest = in.text();
            metadata = readOptional(in, "the metadata of " + what);
        }
        PersistentRepr event = PersistentRepr.apply(
                        payload,
                        stored.sequenceNr(),
                        stored.persistenceId(),
                        manifest,
                        false,
                        ActorRef.noSender(),
                        stored.writer())
                .withTimestamp(stored.timestampMillis());
        return metadata.isPresent() ? event.withMetadata(metadata.get()) : event;
    }

    private Optional<Object> readOptional(ByteReader in, String what) {
        return in.u8() == 0 ? Optional.empty() : Optional.of(deserialize(read(in), what));
    }

    private static void known(int version, String what) {
        if (version != VERSION) {
            throw new IllegalStateException(what + " has form " + version + ", known is " + VERSION
                    + ": a newer release wrote it, upgrade this application");
        }
    }

    /** @throws Exception whatever a serializer throws */
    Payload snapshotToStored(Object snapshot, Optional<Object> metadata) throws Exception {
        Payload payload = serialize(snapshot);
        ByteWriter out = new ByteWriter(payload.bytes().length + 64).u8(VERSION);
        write(out, payload);
        writeOptional(out, metadata);
        return new Payload(0, SNAPSHOT, out.toBytes());
    }

    record Snapshot(Object state, Optional<Object> metadata) {}

    /** @throws IllegalStateException naming the snapshot and its serializer, when it cannot be read */
    Snapshot snapshotFromStored(Payload stored, String what) {
        if (stored.serializerId() != 0 || !stored.manifest().equals(SNAPSHOT)) {
            throw new IllegalStateException(
                    what + " was not saved by this plugin: its manifest is '" + stored.manifest() + "'");
        }
        ByteReader in = new ByteReader(stored.bytes());
        known(in.u8(), what);
        Object state = deserialize(read(in), what);
        return new Snapshot(state, readOptional(in, "the metadata of " + what));
    }

    private Payload serialize(Object object) {
        return Serialization$.MODULE$.withTransportInformation(system, () -> {
            Serializer serializer = serialization.findSerializerFor(object);
            return new Payload(
                    serializer.identifier(), Serializers.manifestFor(serializer, object), serializer.toBinary(object));
        });
    }

    private Object deserialize(Payload payload, String what) {
        return Serialization$.MODULE$.withTransportInformation(
                system,
                () -> serialization
                        .deserialize(payload.bytes(), payload.serializerId(), payload.manifest())
                        .fold(failure -> unreadable(payload, what, failure), value -> value));
    }

    private static Object unreadable(Payload payload, String what, Throwable failure) {
        throw new IllegalStateException(
                what + " cannot be read (serializer " + payload.serializerId() + ", manifest '" + payload.manifest()
                        + "'): " + failure.getMessage() + ". Configure the serializer that wrote it",
                failure);
    }
}
