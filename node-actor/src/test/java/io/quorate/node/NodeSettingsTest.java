package io.quorate.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeSettingsTest {
    private static NodeSettings with(String settings) {
        return NodeSettings.of(
                ConfigFactory.parseString(settings)
                        .withFallback(ConfigFactory.defaultReference())
                        .resolve(),
                Path.of("data"),
                "host-1");
    }

    @Test
    void without_settings_the_defaults_hold_and_the_node_has_the_hosts_name() {
        NodeSettings settings = with("");
        assertThat(settings.name()).isEqualTo("host-1");
        assertThat(settings.clusterAddress()).isEqualTo("127.0.0.1:19001");
        assertThat(settings.apiPort()).isEqualTo(16443);
        assertThat(settings.joinPort()).isEqualTo(25000);
        assertThat(settings.timing()).isEqualTo(io.quorate.persistence.raft.RaftTiming.DEFAULT);
        assertThat(settings.storeEngine()).isEqualTo("auto");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            quorate.node.name = "K8S_1"               | quorate.node.name              | K8S_1
            quorate.node.address = ""                 | quorate.node.address           | empty
            quorate.node.address = "a b"              | quorate.node.address           | a b
            quorate.node.cluster-port = 65536         | quorate.node.cluster-port      | 65536
            quorate.node.api-port = -1                | quorate.node.api-port          | -1
            quorate.node.join-port = 70000            | quorate.node.join-port         | 70000
            quorate.node.api-port = many              | quorate.node.api-port          | NUMBER
            quorate.node.join-port = null             | quorate.node.join-port         | null
            quorate.read-threads = 0                  | quorate.read-threads           | 1 or more
            quorate.raft.heartbeat-period = soon      | quorate.raft.heartbeat-period  | soon
            quorate.raft.heartbeat-period = 0 ms      | raft timing                    | heartbeat
            quorate.raft.heartbeat-timeout = 100 ms   | raft timing                    | multiple
            quorate.raft.heartbeat-timeout = 650 ms   | raft timing                    | multiple
            quorate.raft.election-timeout = 0 ms      | raft timing                    | election timeout
            """)
    void a_bad_value_is_one_line_that_names_the_key_and_the_value(String settings, String key, String value) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> with(settings))
                .satisfies(e ->
                        assertThat(e.getMessage()).contains(key).contains(value).doesNotContain("\n"));
    }
}
