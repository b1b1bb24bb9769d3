package io.quorate.persistence.remote;

/**
 * Bytes on their way between two nodes; what they mean is known to the actors at both ends. Never changed after construction.
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Frame(byte[] bytes) {}
