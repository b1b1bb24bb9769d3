package io.quorate.node.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.quorate.node.release.Channel.Risk;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelTest {
    @ParameterizedTest
    @CsvSource({
        "'', latest/stable",
        "edge, latest/edge",
        "1.23, 1.23/stable",
        "1.23/candidate, 1.23/candidate",
        "latest/beta, latest/beta"
    })
    void what_is_left_out_of_a_channel_is_latest_and_stable(String text, String channel) {
        assertThat(Channel.parse(text)).hasToString(channel);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.23/", "/stable", "1.23/stabel", "a/b/c", "../x", "1.23/stable/hotfix", "-"})
    void anything_else_is_refused_and_named(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Channel.parse(text));
    }

    private static Channels of(Set<Risk> open) {
        Map<Channel, ReleaseVersion> map = new HashMap<>();
        open.forEach(risk -> map.put(new Channel("1.23", risk), version(risk)));
        return new Channels(1, map);
    }

    private static ReleaseVersion version(Risk risk) {
        return ReleaseVersion.parse("1.23." + risk.ordinal());
    }

    @Property
    void a_channel_follows_the_next_safer_one_that_is_open(@ForAll Set<Risk> open, @ForAll Risk asked) {
        Optional<Risk> expected =
                open.stream().filter(risk -> risk.compareTo(asked) <= 0).max(Risk::compareTo);
        assertThat(of(open).follow(new Channel("1.23", asked)).map(Channels.Followed::version))
                .isEqualTo(expected.map(ChannelTest::version));
        assertThat(of(open).follow(new Channel("1.24", asked)))
                .as("another track")
                .isEmpty();
    }

    @Property
    void channels_are_read_as_they_were_written(@ForAll Set<Risk> open) {
        Channels channels = of(open);
        assertThat(Channels.read(channels.bytes())).isEqualTo(channels);
    }

    @Test
    void each_change_has_a_later_serial() {
        Channel stable = Channel.parse("");
        Channels published = Channels.NONE.with(stable, ReleaseVersion.parse("1.0.0"));
        assertThat(published.serial()).isEqualTo(1);
        assertThat(published.without(stable).serial()).isEqualTo(2);
    }
}
