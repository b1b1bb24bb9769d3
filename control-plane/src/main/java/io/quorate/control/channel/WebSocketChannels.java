package io.quorate.control.channel;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The channels of {@code v4.channel.k8s.io} and {@code v5.channel.k8s.io}: the first byte of each message is its channel. The fifth version can end one:
 * channel 255 names it.
 */
public final class WebSocketChannels implements Multiplex {
    public static final String V4 = "v4.channel.k8s.io";
    public static final String V5 = "v5.channel.k8s.io";

    /** More than any client sends in one. */
    public static final int MAX_MESSAGE_BYTES = 1 << 20;

    private static final int CLOSE = 255;

    private final DataInputStream in;
    private final OutputStream out;
    private final Deque<Frame> first;
    private final boolean ports;

    private WebSocketChannels(InputStream in, OutputStream out, List<Frame> first, boolean ports) {
        this.in = new DataInputStream(in);
        this.out = out;
        this.first = new ArrayDeque<>(first);
        this.ports = ports;
    }

    /**
     * Those of a command.
     *
     * @param in messages, each after its length in four bytes
     * @param out takes one message with each write
     */
    public static WebSocketChannels ofCommand(InputStream in, OutputStream out) {
        List<String> types = ExecSession.TYPES;
        return new WebSocketChannels(
                in,
                out,
                types.stream()
                        .<Frame>map(type -> new Frame.Opened(types.indexOf(type), Map.of(STREAM_TYPE, type)))
                        .toList(),
                false);
    }

    /** Those of ports: two for each, of which the first message in either direction is the port's number. */
    public static WebSocketChannels ofPorts(InputStream in, OutputStream out, List<Integer> ports) throws IOException {
        WebSocketChannels channels = new WebSocketChannels(in, out, List.of(), true);
        for (int i = 0; i < ports.size(); i++) {
            int port = ports.get(i);
            for (String type : List.of(ForwardSession.DATA, ForwardSession.ERROR)) {
                int channel = 2 * i + (type.equals(ForwardSession.DATA) ? 0 : 1);
                byte[] number = {(byte) port, (byte) (port >> 8)};
                channels.write(channel, number, number.length);
                channels.first.add(new Frame.Opened(
                        channel,
                        Map.of(
                                STREAM_TYPE,
                                type,
                                ForwardSession.PORT,
                                Integer.toString(port),
                                ForwardSession.REQUEST,
                                Integer.toString(i))));
            }
        }
        return channels;
    }

    @Override
    public Optional<Frame> read() throws IOException {
        Frame known = first.poll();
        if (known != null) {
            return Optional.of(known);
        }
        while (true) {
            int length;
            try {
                length = in.readInt();
            } catch (EOFException e) {
                return Optional.empty();
            }
            if (length < 1) {
                continue;
            }
            if (length > MAX_MESSAGE_BYTES) {
                throw new IOException("a message of " + length + " bytes is too long");
            }
            byte[] message = new byte[length];
            in.readFully(message);
            int channel = message[0] & 0xff;
            byte[] bytes = Arrays.copyOfRange(message, 1, length);
            if (channel == CLOSE && !ports) {
                return Optional.of(new Frame.Ended(bytes.length == 0 ? CLOSE : bytes[0] & 0xff));
            }
            return Optional.of(new Frame.Data(channel, bytes));
        }
    }

    @Override
    public synchronized void write(int stream, byte[] bytes, int length) throws IOException {
        byte[] message = new byte[length + 1];
        message[0] = (byte) stream;
        System.arraycopy(bytes, 0, message, 1, length);
        out.write(message);
        out.flush();
    }

    /** The client learns it from the end of the connection. */
    @Override
    public void end(int stream) {
        // there is no word for it
    }

    /** Web sockets have their own. */
    @Override
    public void ping() {
        // nothing to say
    }

    @Override
    public void close() throws IOException {
        out.close();
        in.close();
    }
}
