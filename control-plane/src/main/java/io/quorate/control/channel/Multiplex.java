package io.quorate.control.channel;

import java.io.Closeable;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/**
 * Several streams of bytes in one connection. One thread reads; any may write, one frame at a time, and waits while the other side does not take it.
 */
public interface Multiplex extends Closeable {
    /** The header that says what a stream is for. */
    String STREAM_TYPE = "streamtype";

    /** What comes from the other side. */
    sealed interface Frame {
        /** A stream is there; its headers' names in small letters. */
        record Opened(int stream, Map<String, String> headers) implements Frame {}

        @SuppressWarnings("ArrayRecordComponent") // never compared
        record Data(int stream, byte[] bytes) implements Frame {}

        /** Nothing more comes in it. */
        record Ended(int stream) implements Frame {}
    }

    /**
     * Waits for the next frame.
     *
     * @return empty at the end of the connection
     * @throws IOException where the connection is lost, or what comes is not of its form
     */
    Optional<Frame> read() throws IOException;

    void write(int stream, byte[] bytes, int length) throws IOException;

    /** Says that nothing more goes into it. */
    void end(int stream) throws IOException;

    /** What keeps an idle connection alive, where its form has something. */
    void ping() throws IOException;

    @Override
    void close() throws IOException;
}
