package io.quorate.control.channel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.control.channel.Multiplex.Frame;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The server's side, with frames as a client writes them. */
class SpdyConnectionTest {
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private final SpdyHeaders client = new SpdyHeaders();

    private static byte[] control(int type, int flags, byte[] content) {
        return ByteBuffer.allocate(8 + content.length)
                .putInt(0x80030000 | type)
                .putInt(flags << 24 | content.length)
                .put(content)
                .array();
    }

    private byte[] opens(int stream, Map<String, String> headers) {
        byte[] block = client.write(headers);
        return control(
                1,
                0,
                ByteBuffer.allocate(10 + block.length)
                        .putInt(stream)
                        .putInt(0)
                        .putShort((short) 0)
                        .put(block)
                        .array());
    }

    private static byte[] data(int stream, String text, boolean last) {
        byte[] bytes = text.getBytes(UTF_8);
        return ByteBuffer.allocate(8 + bytes.length)
                .putInt(stream)
                .putInt((last ? 1 << 24 : 0) | bytes.length)
                .put(bytes)
                .array();
    }

    private SpdyConnection connection(byte[]... frames) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        Arrays.stream(frames).forEach(all::writeBytes);
        return new SpdyConnection(new ByteArrayInputStream(all.toByteArray()), sent);
    }

    @Test
    void streams_are_opened_with_their_headers_and_answered() throws IOException {
        SpdyConnection connection = connection(
                opens(1, Map.of("StreamType", "error")),
                opens(3, Map.of("streamtype", "data", "port", "80")),
                data(3, "hello", true));
        assertThat(connection.read()).contains(new Frame.Opened(1, Map.of("streamtype", "error")));
        assertThat(connection.read()).contains(new Frame.Opened(3, Map.of("streamtype", "data", "port", "80")));
        assertThat(connection.read())
                .hasValueSatisfying(frame ->
                        assertThat(((Frame.Data) frame).bytes()).asString(UTF_8).isEqualTo("hello"));
        assertThat(connection.read()).contains(new Frame.Ended(3));
        assertThat(connection.read()).isEmpty();
        ByteBuffer answer = ByteBuffer.wrap(sent.toByteArray());
        assertThat(answer.getInt()).isEqualTo(0x80030002);
        int length = answer.getInt();
        assertThat(answer.getInt()).isEqualTo(1);
        byte[] block = new byte[length - 4];
        answer.get(block);
        assertThat(client.read(block)).isEmpty();
    }

    @Test
    void a_ping_is_answered_and_what_is_not_known_is_passed_over() throws IOException {
        byte[] ping = control(6, 0, new byte[] {0, 0, 0, 7});
        SpdyConnection connection =
                connection(control(4, 0, new byte[12]), control(9, 0, new byte[8]), ping, control(7, 0, new byte[8]));
        assertThat(connection.read()).isEmpty();
        assertThat(sent.toByteArray()).isEqualTo(ping);
    }

    @Test
    void what_is_written_is_one_frame_each() throws IOException {
        SpdyConnection connection = connection();
        connection.write(5, "abc".getBytes(UTF_8), 2);
        connection.end(5);
        assertThat(sent.toByteArray()).containsExactly(0, 0, 0, 5, 0, 0, 0, 2, 'a', 'b', 0, 0, 0, 5, 1, 0, 0, 0);
    }

    @Test
    void what_is_no_frame_ends_it() {
        assertThatThrownBy(
                        () -> connection("GET / HTTP/1.1\r\n".getBytes(UTF_8)).read())
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> connection(control(1, 0, new byte[20])).read()).isInstanceOf(IOException.class);
        assertThatThrownBy(
                        () -> connection(new byte[] {0, 0, 0, 1, 0, 0, 0, 9, 1}).read())
                .isInstanceOf(IOException.class);
    }

    @Test
    void headers_may_not_grow_without_end() {
        byte[] block = client.write(Map.of("a", "b".repeat(1 << 20)));
        assertThatThrownBy(() -> new SpdyHeaders().read(block)).hasMessageContaining("too long");
    }
}
