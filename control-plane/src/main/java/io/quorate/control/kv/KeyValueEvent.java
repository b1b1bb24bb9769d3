package io.quorate.control.kv;

import io.quorate.persistence.contract.Origin;

/** What happened to a key. The journal keeps these for ever: {@code kv.put.v1}, {@code kv.deleted.v1}. */
public sealed interface KeyValueEvent {
    String key();

    /** Who asked for it; stands in the event's metadata. */
    Origin origin();

    /** @param value up to {@link KeyValueCommand#MAX_VALUE_BYTES} */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Put(String key, byte[] value, Origin origin) implements KeyValueEvent {}

    record Deleted(String key, Origin origin) implements KeyValueEvent {}
}
