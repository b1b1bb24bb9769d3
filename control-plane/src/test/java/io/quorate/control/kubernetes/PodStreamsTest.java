package io.quorate.control.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.control.resource.Refused;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodStreamsTest {
    private static ApiRequest request(Map<String, String> headers) {
        return new ApiRequest("GET", "/", "command=a%20b&x=1&command=c", headers, new byte[0], "", "", "", true, "");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            exec        | websocket | v5.channel.k8s.io,v4.channel.k8s.io                 | v5.channel.k8s.io
            exec        | websocket | v4.channel.k8s.io, channel.k8s.io                   | v4.channel.k8s.io
            exec        | SPDY/3.1  | v4.channel.k8s.io,v3.channel.k8s.io,channel.k8s.io  | SPDY/3.1+v4.channel.k8s.io
            portforward | SPDY/3.1  | portforward.k8s.io                                  | SPDY/3.1+portforward.k8s.io
            portforward | websocket | SPDY/3.1+portforward.k8s.io                         | SPDY/3.1+portforward.k8s.io
            portforward | websocket | v4.channel.k8s.io                                   | v4.channel.k8s.io
            """)
    void of_what_a_client_offers_the_newest_is_spoken(String what, String upgrade, String offered, String spoken) {
        String header = upgrade.equals("websocket") ? "sec-websocket-protocol" : "x-stream-protocol-version";
        assertThat(PodStreams.protocol(request(Map.of("upgrade", upgrade, header, offered)), what))
                .isEqualTo(spoken);
    }

    @Test
    void what_is_not_spoken_is_told_with_what_is() {
        assertThatThrownBy(() -> PodStreams.protocol(
                        request(Map.of("upgrade", "SPDY/3.1", "x-stream-protocol-version", "channel.k8s.io")), "exec"))
                .isInstanceOfSatisfying(
                        Refused.class,
                        no -> assertThat(no.failure().message())
                                .contains("unable to negotiate protocol", "v4.channel.k8s.io"));
        assertThatThrownBy(() -> PodStreams.protocol(request(Map.of()), "exec"))
                .isInstanceOfSatisfying(
                        Refused.class, no -> assertThat(no.failure().message()).isEqualTo("Upgrade request required"));
    }

    @Test
    void a_parameter_may_come_more_than_once() {
        assertThat(request(Map.of()).all("command")).containsExactly("a b", "c");
    }
}
