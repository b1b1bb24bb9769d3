package io.quorate.persistence.contract;

/**
 * Serialized bytes and what is needed to read them again. The array is never changed after construction.
 *
 * @param serializerId Pekko serializer identifier; 0 for bytes that are read without Pekko
 * @param manifest name of the form; never a class name for this project's own events
 * @param bytes the serialized form
 */
@SuppressWarnings("ArrayRecordComponent") // compared by content nowhere but in tests
public record Payload(int serializerId, String manifest, byte[] bytes) {}
