package io.quorate.control.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.control.objects.ObjectBook;
import io.quorate.control.objects.ObjectCommand;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ForwardingsTest {
    private final ObjectBook book = ObjectBook.founded();

    private void create(String type, String object) {
        assertThat(book.ask(new ObjectCommand.Create(
                                type, "default", object.replace('\'', '"').getBytes(UTF_8), book.request()))
                        .code())
                .isEqualTo(201);
    }

    private void service(String more) {
        create(
                "services",
                "{'metadata':{'name':'web'},'spec':{'clusterIP':'10.152.183.9','selector':{'app':'web'},'ports':[{'name':'http','port':80,'targetPort':8080"
                        + more + "}");
        create("endpointslices.discovery.k8s.io", """
                {'metadata':{'name':'web-1','labels':{'kubernetes.io/service-name':'web'}},'addressType':'IPv4',
                 'ports':[{'name':'http','port':8080},{'name':'other','port':1}],
                 'endpoints':[{'addresses':['127.64.2.1'],'conditions':{'ready':true},'nodeName':'n2'},
                  {'addresses':['127.64.1.1'],'nodeName':'n1'},
                  {'addresses':['127.64.1.2'],'conditions':{'ready':false},'nodeName':'n1'}]}""");
    }

    private Map<String, List<Backend>> backends(String node) {
        Map<String, List<Backend>> all = new HashMap<>();
        Forwardings.of(book.state(), node)
                .forEach((frontend, forwarding) ->
                        all.put(frontend.address() + ":" + frontend.port(), forwarding.backends()));
        return all;
    }

    private static final Backend ONE = new Backend("127.64.1.1", 8080, "n1");
    private static final Backend TWO = new Backend("127.64.2.1", 8080, "n2");

    @Test
    void a_service_goes_to_its_ready_pods_by_the_name_of_the_port() {
        service("}]}");
        assertThat(backends("n1")).isEqualTo(Map.of("10.152.183.9:80", List.of(ONE, TWO)));
    }

    @Test
    void a_node_port_is_one_more_way_in_and_may_stay_on_its_node() {
        service(",'nodePort':30080}],'type':'NodePort','externalTrafficPolicy':'Local'}");
        assertThat(backends("n2")).isEqualTo(Map.of("10.152.183.9:80", List.of(ONE, TWO), ":30080", List.of(TWO)));
        assertThat(backends("n3")).containsEntry(":30080", List.of());
    }

    @Test
    void connections_go_round() {
        Forwarding forwarding = new Forwarding(List.of(ONE, TWO), false);
        assertThat(forwarding.choose("c", 0)).hasValue(ONE);
        assertThat(forwarding.choose("c", 1)).hasValue(TWO);
        assertThat(forwarding.choose("c", -1)).hasValue(TWO);
        assertThat(new Forwarding(List.of(), false).choose("c", 0)).isEmpty();
    }

    @Test
    void a_client_that_is_to_stay_keeps_its_pod_when_another_goes() {
        Backend three = new Backend("127.64.3.1", 8080, "n3");
        Forwarding all = new Forwarding(List.of(ONE, TWO, three), true);
        Forwarding fewer = new Forwarding(List.of(ONE, TWO), true);
        int kept = 0;
        for (int i = 0; i < 300; i++) {
            String client = "10.0." + i / 100 + "." + i % 100;
            Backend first = all.choose(client, i).orElseThrow();
            assertThat(all.choose(client, i + 7)).hasValue(first);
            if (!first.equals(three)) {
                assertThat(fewer.choose(client, i)).hasValue(first);
                kept++;
            }
        }
        assertThat(kept).isBetween(120, 270);
    }
}
