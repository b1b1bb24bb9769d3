package io.quorate.control.channel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.control.channel.Multiplex.Frame;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WebSocketChannelsTest {
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();

    private static ByteArrayInputStream messages(byte[]... messages) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] each : messages) {
            all.writeBytes(ByteBuffer.allocate(4).putInt(each.length).array());
            all.writeBytes(each);
        }
        return new ByteArrayInputStream(all.toByteArray());
    }

    private static List<Frame> all(Multiplex channels) throws IOException {
        List<Frame> frames = new ArrayList<>();
        for (Optional<Frame> each = channels.read(); each.isPresent(); each = channels.read()) {
            frames.add(each.get());
        }
        return frames;
    }

    @Test
    void the_first_byte_of_a_message_is_its_channel_and_the_last_channel_ends_another() throws IOException {
        List<Frame> frames = all(WebSocketChannels.ofCommand(
                messages(new byte[] {0, 'h', 'i'}, new byte[] {}, new byte[] {(byte) 255, 0}), sent));
        assertThat(frames.subList(0, 5)).allMatch(Frame.Opened.class::isInstance);
        assertThat(((Frame.Data) frames.get(5)).bytes()).asString(UTF_8).isEqualTo("hi");
        assertThat(frames.get(6)).isEqualTo(new Frame.Ended(0));
        assertThat(frames).hasSize(7);
    }

    @Test
    void a_message_is_written_as_one() throws IOException {
        WebSocketChannels channels = WebSocketChannels.ofCommand(messages(), sent);
        channels.write(1, "out!".getBytes(UTF_8), 3);
        assertThat(sent.toByteArray()).containsExactly(1, 'o', 'u', 't');
    }

    @Test
    void each_port_has_two_channels_that_begin_with_its_number() throws IOException {
        List<Frame> frames = all(WebSocketChannels.ofPorts(messages(), sent, List.of(80, 8080)));
        assertThat(sent.toByteArray()).containsExactly(0, 80, 0, 1, 80, 0, 2, (byte) 0x90, 0x1f, 3, (byte) 0x90, 0x1f);
        assertThat(frames)
                .extracting(each -> ((Frame.Opened) each).headers().get("port"))
                .containsExactly("80", "80", "8080", "8080");
    }

    @Test
    void a_message_that_is_too_long_ends_it() {
        byte[] length = ByteBuffer.allocate(4).putInt(Integer.MAX_VALUE).array();
        WebSocketChannels channels = WebSocketChannels.ofCommand(new ByteArrayInputStream(length), sent);
        assertThatThrownBy(() -> all(channels)).isInstanceOf(IOException.class);
    }
}
