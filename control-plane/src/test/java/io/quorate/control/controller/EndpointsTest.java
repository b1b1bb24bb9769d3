package io.quorate.control.controller;

import static io.quorate.control.resource.ResourceTypes.ENDPOINTS;
import static io.quorate.control.resource.ResourceTypes.ENDPOINT_SLICE;
import static io.quorate.control.resource.ResourceTypes.POD;
import static io.quorate.control.resource.ResourceTypes.SERVICE;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.control.objects.StoredObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EndpointsTest {
    private static final String PORTS =
            "'ports':[{'name':'http','port':80,'targetPort':8080},{'name':'admin','port':81,'targetPort':'manage'}]";

    private final World world = new World(
            new EndpointLists(),
            new EndpointSlices(),
            new GarbageCollector(ENDPOINTS),
            new GarbageCollector(ENDPOINT_SLICE));

    @BeforeEach
    void node() {
        world.node("n1", "'topology.kubernetes.io/zone':'2'");
    }

    private void pod(String name, int manage) {
        world.create(
                POD,
                "{'metadata':{'name':'%s','labels':{'app':'web'}},'spec':{'nodeName':'n1','containers':[{'name':'c','image':'i','ports':[{'name':'manage','containerPort':%d}]}]}}"
                        .formatted(name, manage));
    }

    private void service(String more) {
        world.create(SERVICE, "{'metadata':{'name':'web'},'spec':{'selector':{'app':'web'}," + more + "}}");
    }

    private JsonNode subsets() {
        return world.get(ENDPOINTS, "web").path("subsets");
    }

    private List<JsonNode> endpoints() {
        List<JsonNode> list = new ArrayList<>();
        world.all(ENDPOINT_SLICE)
                .forEach(slice -> slice.tree().path("endpoints").forEach(list::add));
        return list;
    }

    private String address(String pod) {
        return world.stored(POD, pod).field("status.podIP");
    }

    @Test
    void the_addresses_of_a_services_pods_are_told_with_their_ports_as_ready_or_not() {
        pod("a", 9000);
        pod("b", 9000);
        service(PORTS);
        assertThat(subsets()).as("nobody has an address").isEmpty();
        world.run(world.stored(POD, "a"));
        world.run(world.stored(POD, "b"));
        world.unready(world.stored(POD, "b"));
        world.settle();
        JsonNode subset = subsets().path(0);
        assertThat(subset.at("/addresses/0/ip").asText()).isEqualTo(address("a"));
        assertThat(subset.at("/addresses/0/nodeName").asText()).isEqualTo("n1");
        assertThat(subset.at("/addresses/0/targetRef/name").asText()).isEqualTo("a");
        assertThat(subset.at("/notReadyAddresses/0/ip").asText()).isEqualTo(address("b"));
        assertThat(subset.path("ports").toString())
                .contains("{\"name\":\"http\",\"protocol\":\"TCP\",\"port\":8080}", "\"port\":9000");
        assertThat(endpoints())
                .extracting(each -> each.at("/conditions/ready").asBoolean())
                .containsExactly(true, false);
        JsonNode first = endpoints().getFirst();
        assertThat(first.path("zone").asText()).isEqualTo("2");
        StoredObject slice = world.all(ENDPOINT_SLICE).getFirst();
        assertThat(slice.labels()).containsEntry("kubernetes.io/service-name", "web");
        assertThat(slice.tree().path("addressType").asText()).isEqualTo("IPv4");
    }

    @Test
    void pods_whose_named_port_is_another_one_are_told_of_apart() {
        pod("a", 9000);
        pod("b", 9001);
        service(PORTS);
        world.runAll();
        assertThat(subsets()).hasSize(2);
        assertThat(world.all(ENDPOINT_SLICE)).hasSize(2);
    }

    @Test
    void a_pod_that_is_about_to_go_still_serves_and_takes_nothing_new() {
        pod("a", 9000);
        service(PORTS);
        world.runAll();
        world.delete(POD, "a");
        assertThat(subsets()).isEmpty();
        JsonNode conditions = endpoints().getFirst().path("conditions");
        assertThat(conditions.path("ready").asBoolean()).isFalse();
        assertThat(conditions.path("serving").asBoolean()).isTrue();
        assertThat(conditions.path("terminating").asBoolean()).isTrue();
        world.endAll();
        assertThat(endpoints()).isEmpty();
        assertThat(world.all(ENDPOINT_SLICE))
                .as("one slice says that there is nobody")
                .hasSize(1);
    }

    @Test
    void a_service_that_asks_for_it_tells_of_pods_that_are_not_ready() {
        pod("a", 9000);
        service("'clusterIP':'None','publishNotReadyAddresses':true," + PORTS);
        world.run(world.stored(POD, "a"));
        world.unready(world.stored(POD, "a"));
        world.settle();
        assertThat(subsets().at("/0/addresses")).hasSize(1);
        assertThat(endpoints().getFirst().at("/conditions/ready").asBoolean()).isTrue();
        assertThat(world.stored(ENDPOINTS, "web").labels()).containsKey("service.kubernetes.io/headless");
    }

    @Test
    void what_a_service_without_a_selector_stands_for_is_its_authors_affair() {
        world.create(SERVICE, "{'metadata':{'name':'web'},'spec':{'ports':[{'port':80}]}}");
        assertThat(world.has(ENDPOINTS, "web")).isFalse();
        assertThat(world.all(ENDPOINT_SLICE)).isEmpty();
    }

    @Test
    void they_go_with_the_service() {
        pod("a", 9000);
        service(PORTS);
        world.delete(SERVICE, "web");
        assertThat(world.has(ENDPOINTS, "web")).isFalse();
        assertThat(world.all(ENDPOINT_SLICE)).isEmpty();
    }

    @Test
    void many_endpoints_are_in_several_slices_and_stay_where_they_are() {
        service("'ports':[{'port':80}]");
        for (int i = 0; i < 250; i++) {
            pod("p" + i, 9000);
        }
        world.runAll();
        world.pass(1);
        assertThat(world.all(ENDPOINT_SLICE)).hasSize(3);
        assertThat(endpoints()).hasSize(250);
        List<String> before = slices();
        world.pass(1);
        world.delete(POD, "p7");
        world.endAll();
        world.pass(1);
        List<String> after = slices();
        int changed = 0;
        for (int i = 0; i < 3; i++) {
            changed += before.get(i).equals(after.get(i)) ? 0 : 1;
        }
        assertThat(changed).isEqualTo(1);
        assertThat(world.get(ENDPOINTS, "web").at("/subsets/0/addresses")).hasSize(249);
    }

    @Test
    void the_long_lists_of_a_service_with_many_pods_are_written_once_a_second() {
        service("'ports':[{'port':80}]");
        for (int i = 0; i < 150; i++) {
            pod("p" + i, 9000);
        }
        world.runAll();
        world.pass(1);
        for (int i = 0; i < 10; i++) {
            world.unready(world.stored(POD, "p" + i));
            world.settle();
        }
        assertThat(world.get(ENDPOINTS, "web").at("/subsets/0/notReadyAddresses"))
                .as("the first one is told at once")
                .hasSize(1);
        world.pass(1);
        assertThat(world.get(ENDPOINTS, "web").at("/subsets/0/notReadyAddresses"))
                .hasSize(10);
        assertThat(endpoints().stream()
                        .filter(each -> !each.at("/conditions/ready").asBoolean()))
                .hasSize(10);
    }

    private List<String> slices() {
        return world.all(ENDPOINT_SLICE).stream()
                .map(slice -> {
                    Set<String> uids = new TreeSet<>();
                    slice.tree()
                            .path("endpoints")
                            .forEach(each -> uids.add(each.at("/targetRef/uid").asText()));
                    return uids.toString();
                })
                .toList();
    }
}
