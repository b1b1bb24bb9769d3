package io.quorate.control.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.quorate.control.upstream.Upstreams.Upstream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UpstreamsTest {
    private static final List<Upstream> THREE = List.of(
            new Upstream("10.0.0.1:16443", true),
            new Upstream("10.0.0.2:16443", false),
            new Upstream("10.0.0.3:16443", false));

    @TempDir
    private Path folder;

    private long now = 1_000_000;
    private List<Upstream> known = THREE;

    private Upstreams upstreams(Duration refresh) {
        return new Upstreams("w1", () -> known, file(), refresh, () -> now);
    }

    private Path file() {
        return folder.resolve("provider.yaml");
    }

    @Test
    void workers_are_spread_over_the_nodes_that_do_not_lead() {
        Map<String, Integer> chosen = new HashMap<>();
        for (int i = 0; i < 1000; i++) {
            List<String> order = Upstreams.order("w" + i, THREE, Map.of());
            assertThat(order).hasSize(3).endsWith("10.0.0.1:16443");
            chosen.merge(order.getFirst(), 1, Integer::sum);
        }
        assertThat(chosen.values()).hasSize(2).allMatch(number -> number > 400);
    }

    @Test
    void who_did_not_answer_is_asked_last_for_ten_seconds() {
        Upstreams upstreams = upstreams(Duration.ofSeconds(30));
        String first = upstreams.order().getFirst();
        upstreams.failed(first);
        assertThat(upstreams.order()).endsWith(first);
        now += Upstreams.FORGIVEN_MILLIS;
        assertThat(upstreams.order()).startsWith(first);
    }

    @Test
    void the_file_has_the_form_of_microk8s_and_follows_the_cluster() throws IOException {
        Upstreams upstreams = upstreams(Duration.ofSeconds(30));
        upstreams.order();
        assertThat(file()).hasContent("""
                tcp:
                  routers:
                    Router-1:
                      rule: HostSNI(`*`)
                      service: kube-apiserver
                      tls:
                        passthrough: true
                  services:
                    kube-apiserver:
                      loadBalancer:
                        servers:
                        - address: 10.0.0.1:16443
                        - address: 10.0.0.2:16443
                        - address: 10.0.0.3:16443
                """);
        known = THREE.subList(0, 2);
        upstreams.order();
        assertThat(ProviderFile.addresses(Files.readAllBytes(file()))).hasSize(3);
        now += 30_000;
        upstreams.order();
        assertThat(ProviderFile.addresses(Files.readAllBytes(file())))
                .containsExactly("10.0.0.1:16443", "10.0.0.2:16443");
    }

    @Test
    void a_node_that_knows_nobody_asks_whom_the_file_names() throws IOException {
        upstreams(Duration.ofSeconds(30)).order();
        known = List.of();
        assertThat(upstreams(Duration.ofSeconds(30)).order()).hasSize(3);
        assertThat(Files.readString(file()))
                .as("an empty list is written never")
                .contains("10.0.0.1:16443");
    }

    @Test
    void without_refreshing_the_file_alone_says_who_is_asked_and_is_never_written() throws IOException {
        String text = ProviderFile.text(List.of("lb.example:443"));
        Files.writeString(file(), text);
        Upstreams upstreams = upstreams(Duration.ZERO);
        assertThat(upstreams.order()).containsExactly("lb.example:443");
        assertThat(file()).hasContent(text);
        Files.writeString(file(), ProviderFile.text(List.of("other.example:443")));
        assertThat(upstreams.order()).containsExactly("other.example:443");
    }

    @Test
    void a_file_that_cannot_be_used_takes_nobody_away() throws IOException {
        Files.writeString(file(), ProviderFile.text(List.of("lb.example:443")));
        Upstreams upstreams = upstreams(Duration.ZERO);
        upstreams.order();
        for (String wrong : List.of("", "tcp: {}", "tcp: [", ProviderFile.text(List.of("no port")))) {
            Files.writeString(file(), wrong);
            assertThat(upstreams.order()).as(wrong).containsExactly("lb.example:443");
            assertThatIOException().isThrownBy(() -> ProviderFile.addresses(wrong.getBytes(StandardCharsets.UTF_8)));
        }
    }
}
