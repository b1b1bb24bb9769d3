package io.quorate.control.kv;

/** What happened to a key. The journal keeps these for ever: {@code kv.put.v1}, {@code kv.deleted.v1}. */
public sealed interface KeyValueEvent {
    String key();

    /** @param value up to {@link KeyValueCommand#MAX_VALUE_BYTES} */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Put(String key, byte[] value) implements KeyValueEvent {}

    record Deleted(String key) implements KeyValueEvent {}
}
