package io.quorate.control.channel;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * The server's side of SPDY/3.1 (its draft 3.1), as much as kubernetes' clients use: they open streams and never take any. Their windows are not looked at,
 * nor are ours by them; what holds a writer back is the connection.
 */
public final class SpdyConnection implements Multiplex {
    /** How a connection is asked for. */
    public static final String NAME = "SPDY/3.1";

    private static final int VERSION = 3;
    private static final int CONTROL = 0x80000000;
    private static final int SYN_STREAM = 1;
    private static final int SYN_REPLY = 2;
    private static final int RST_STREAM = 3;
    private static final int PING = 6;
    private static final int GOAWAY = 7;
    private static final int FIN = 1;
    private static final int LENGTH = 0xffffff;
    private static final int MAX_FRAME_BYTES = 1 << 20;
    private static final int SYN_STREAM_BYTES = 10;

    private final DataInputStream in;
    private final OutputStream out;
    private final SpdyHeaders headers = new SpdyHeaders();
    private int pings;
    private Optional<Frame> next = Optional.empty();

    public SpdyConnection(InputStream in, OutputStream out) {
        this.in = new DataInputStream(in);
        this.out = out;
    }

    @Override
    public Optional<Frame> read() throws IOException {
        Optional<Frame> known = next;
        next = Optional.empty();
        while (known.isEmpty()) {
            int first;
            try {
                first = in.readInt();
            } catch (EOFException e) {
                return Optional.empty();
            }
            int second = in.readInt();
            int length = second & LENGTH;
            if (length > MAX_FRAME_BYTES) {
                throw new IOException("a frame of " + length + " bytes is too long");
            }
            byte[] content = new byte[length];
            in.readFully(content);
            boolean last = (second >>> 24 & FIN) != 0;
            if ((first & CONTROL) == 0) {
                known = data(first, content, last);
            } else if ((first & 0xffff) == GOAWAY) {
                return Optional.empty();
            } else {
                known = control(first & 0xffff, ByteBuffer.wrap(content), last);
            }
        }
        return known;
    }

    private Optional<Frame> data(int stream, byte[] content, boolean last) {
        Optional<Frame> ended = last ? Optional.of(new Frame.Ended(stream)) : Optional.empty();
        if (content.length == 0) {
            return ended;
        }
        next = ended;
        return Optional.of(new Frame.Data(stream, content));
    }

    private Optional<Frame> control(int type, ByteBuffer content, boolean last) throws IOException {
        if (content.remaining() < Integer.BYTES) {
            return Optional.empty();
        }
        switch (type) {
            case SYN_STREAM -> {
                if (content.remaining() < SYN_STREAM_BYTES) {
                    throw new IOException("a stream is begun without its number");
                }
                int stream = content.getInt();
                byte[] block = Arrays.copyOfRange(content.array(), SYN_STREAM_BYTES, content.array().length);
                Map<String, String> read;
                synchronized (this) {
                    read = headers.read(block);
                    byte[] answer = headers.write(Map.of());
                    frame(
                            SYN_REPLY,
                            0,
                            ByteBuffer.allocate(Integer.BYTES + answer.length)
                                    .putInt(stream)
                                    .put(answer));
                }
                next = last ? Optional.of(new Frame.Ended(stream)) : Optional.empty();
                return Optional.of(new Frame.Opened(stream, read));
            }
            case RST_STREAM -> {
                return Optional.of(new Frame.Ended(content.getInt()));
            }
            case PING -> {
                int id = content.getInt();
                if ((id & 1) == 1) { // the client's; ours are even
                    synchronized (this) {
                        frame(PING, 0, ByteBuffer.allocate(Integer.BYTES).putInt(id));
                    }
                }
                return Optional.empty();
            }
            default -> {
                return Optional.empty(); // settings and windows
            }
        }
    }

    private void frame(int type, int flags, ByteBuffer content) throws IOException {
        byte[] bytes = content.array();
        send(CONTROL | VERSION << 16 | type, flags, bytes, bytes.length);
    }

    /** As one write: the other side may be one that takes messages. */
    private void send(int first, int flags, byte[] bytes, int length) throws IOException {
        out.write(ByteBuffer.allocate(2 * Integer.BYTES + length)
                .putInt(first)
                .putInt(flags << 24 | length)
                .put(bytes, 0, length)
                .array());
        out.flush();
    }

    @Override
    public synchronized void write(int stream, byte[] bytes, int length) throws IOException {
        send(stream, 0, bytes, length);
    }

    @Override
    public synchronized void end(int stream) throws IOException {
        send(stream, FIN, new byte[0], 0);
    }

    @Override
    public synchronized void ping() throws IOException {
        pings += 2;
        frame(PING, 0, ByteBuffer.allocate(Integer.BYTES).putInt(pings));
    }

    @Override
    public void close() throws IOException {
        try {
            out.close();
            in.close();
        } finally {
            synchronized (this) {
                headers.close();
            }
        }
    }
}
