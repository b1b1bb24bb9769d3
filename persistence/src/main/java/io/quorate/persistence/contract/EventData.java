package io.quorate.persistence.contract;

import java.util.List;

/**
 * One event as it is appended.
 *
 * @param payload the event
 * @param tags for {@code eventsByTag}; often empty
 * @param metadata opaque to the journal: the plugin keeps the adapter manifest and replication metadata here; often empty
 */
@SuppressWarnings("ArrayRecordComponent") // compared by content nowhere but in tests
public record EventData(Payload payload, List<String> tags, byte[] metadata) {
    private static final byte[] NONE = {};

    public EventData {
        tags = List.copyOf(tags);
    }

    /** An event without tags and metadata. */
    public static EventData of(int serializerId, String manifest, byte[] bytes) {
        return new EventData(new Payload(serializerId, manifest, bytes), List.of(), NONE);
    }
}
