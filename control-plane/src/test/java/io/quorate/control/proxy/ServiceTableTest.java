package io.quorate.control.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.control.objects.ObjectState;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServiceTableTest {
    private static final String HERE = "10.0.0.1";

    private final Services services = new Services();

    private Map<Listener, Backends> listeners() {
        return table(services.state()).listeners();
    }

    private static ServiceTable table(ObjectState state) {
        return ServiceTable.EMPTY.next(state, "k8s-1", HERE);
    }

    private static List<String> addresses(Backends backends) {
        return backends.all().stream().map(Backend::address).toList();
    }

    @Test
    void a_service_is_listened_on_at_its_address_and_answered_by_the_pods_that_are_ready() {
        services.service("web", "")
                .endpoints("web-1", "web", 8080, "127.64.1.5@k8s-1", "!127.64.2.5@k8s-2", "127.64.3.5@k8s-3");
        assertThat(listeners()).containsOnlyKeys(new Listener(services.clusterIp("web"), 80));
        assertThat(listeners().values().iterator().next().all())
                .containsExactly(new Backend("127.64.1.5", 8080, "k8s-1"), new Backend("127.64.3.5", 8080, "k8s-3"));
    }

    @Test
    void a_node_port_is_listened_on_at_the_address_of_the_node_as_well() {
        services.service("web", "'type':'NodePort',").endpoints("web-1", "web", 8080, "127.64.1.5@k8s-1");
        assertThat(listeners().keySet())
                .hasSize(2)
                .anyMatch(each -> each.address().equals(HERE) && each.port() >= 30_000);
    }

    @Test
    void a_service_that_nobody_answers_for_is_not_listened_on() {
        services.service("web", "").endpoints("web-1", "web", 8080, "!127.64.1.5@k8s-1");
        assertThat(listeners()).isEmpty();
    }

    @Test
    void where_no_pod_is_ready_those_that_end_and_still_answer_are_asked() {
        services.service("web", "").endpoints("web-1", "web", 8080, "-127.64.1.5@k8s-1", "!127.64.2.5@k8s-2");
        assertThat(addresses(listeners().values().iterator().next())).containsExactly("127.64.1.5");
    }

    @Test
    void a_service_that_wants_its_outside_traffic_kept_local_asks_only_pods_of_this_node() {
        services.service("web", "'type':'NodePort','externalTrafficPolicy':'Local',")
                .endpoints("web-1", "web", 8080, "127.64.1.5@k8s-1", "127.64.2.5@k8s-2");
        listeners()
                .forEach((listener, backends) -> assertThat(addresses(backends))
                        .hasSize(listener.address().equals(HERE) ? 1 : 2));
    }

    @Test
    void a_headless_service_is_not_carried() {
        services.service("web", "'clusterIP':'None',").endpoints("web-1", "web", 8080, "127.64.1.5@k8s-1");
        assertThat(listeners()).isEmpty();
    }

    @Test
    void a_table_that_follows_another_is_as_one_that_is_made_anew() {
        services.service("web", "").service("db", "").endpoints("web-1", "web", 8080, "127.64.1.5@k8s-1");
        ServiceTable before = table(services.state());
        services.endpoints("db-1", "db", 5432, "127.64.2.9@k8s-2").change("web-1", "web", 8080, "127.64.1.6@k8s-1");
        ServiceTable after = before.next(services.state(), "k8s-1", HERE);
        assertThat(after.listeners()).isEqualTo(listeners()).hasSize(2);
    }

    @Test
    void connections_are_spread_one_after_the_other() {
        Backends three = new Backends(
                IntStream.range(0, 3)
                        .mapToObj(i -> new Backend("127.64.1." + i, 80, "n"))
                        .toList(),
                false);
        assertThat(IntStream.range(0, 6)
                        .mapToObj(turn -> three.order(turn, "10.0.0.9").getFirst()))
                .containsExactlyElementsOf(IntStream.range(0, 6)
                        .mapToObj(turn -> three.all().get(turn % 3))
                        .toList());
        assertThat(three.order(4, "10.0.0.9")).containsExactlyInAnyOrderElementsOf(three.all());
    }

    @Test
    void a_sticky_client_keeps_its_pod_when_another_one_goes() {
        List<Backend> five = IntStream.range(0, 5)
                .mapToObj(i -> new Backend("127.64.1." + i, 80, "n"))
                .toList();
        Backends all = new Backends(five, true);
        for (int client = 0; client < 100; client++) {
            String address = "10.0.0." + client;
            Backend mine = all.order(client, address).getFirst();
            Backend other =
                    five.stream().filter(each -> !each.equals(mine)).findFirst().orElseThrow();
            Backends fewer = new Backends(
                    five.stream().filter(each -> !each.equals(other)).toList(), true);
            assertThat(fewer.order(7, address).getFirst()).isEqualTo(mine);
        }
        assertThat(IntStream.range(0, 100)
                        .mapToObj(i -> all.order(0, "10.0.0." + i).getFirst())
                        .distinct())
                .hasSize(5);
    }

    @ParameterizedTest
    @CsvSource({
        "127.64.1.0/24, 127.64.1.255, true",
        "127.64.1.0/24, 127.64.2.0, false",
        "127.64.1.0/24, 127.0.0.1, false",
        "127.64.1.0/24, localhost, false",
        "127.64.1.0/24, 127.64.1.0x10, false",
        "'', 127.64.1.1, false",
        "0.0.0.0/0, 127.64.1.1, false"
    })
    void only_what_is_in_the_range_of_a_node_is_of_its_pods(String range, String address, boolean in) {
        assertThat(PodRange.parse(range).map(is -> is.contains(address)).orElse(false))
                .isEqualTo(in);
    }
}
