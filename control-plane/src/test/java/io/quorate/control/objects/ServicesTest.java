package io.quorate.control.objects;

import static io.quorate.control.resource.ResourceTypes.SERVICE;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.ObjectBook.Answer;
import io.quorate.control.patch.PatchKind;
import io.quorate.control.resource.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which addresses and ports a service has, as its type changes. */
class ServicesTest {
    private static final String PORTS = "'ports':[{'name':'a','port':80},{'name':'b','port':81}]";

    private final ObjectBook book = ObjectBook.founded();

    private static String service(String name, String spec) {
        return "{'metadata':{'name':'" + name + "'},'spec':{" + spec + "}}";
    }

    private Answer opened(String name, String type) {
        Answer answer = book.create(SERVICE, service(name, "'type':'" + type + "'," + PORTS));
        assertThat(nodePort(answer)).isBetween(30_000, 32_767);
        return answer;
    }

    private static int nodePort(Answer answer) {
        return answer.body().path("spec").path("ports").path(0).path("nodePort").asInt();
    }

    private static void assertClosed(Answer answer) {
        assertThat(answer.code()).as(answer.message()).isEqualTo(200);
        assertThat(Json.at(answer.body(), "spec.ports")).hasSize(2).noneMatch(port -> port.has("nodePort"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"NodePort", "LoadBalancer"})
    void one_that_is_to_be_seen_from_within_only_gives_its_node_ports_back(String type) {
        Answer before = opened("patched", type);
        Answer patched = book.patch(SERVICE, "patched", PatchKind.STRATEGIC, "{'spec':{'type':'ClusterIP'}}");
        assertClosed(patched);
        assertThat(patched.at("spec.clusterIP")).isEqualTo(before.at("spec.clusterIP"));

        opened("put", type);
        assertClosed(book.update(SERVICE, "put", service("put", "'type':'ClusterIP'," + PORTS)));

        ObjectNode whole = opened("read", type).body();
        Json.child(whole, "spec").put("type", "ClusterIP");
        assertClosed(book.update(SERVICE, "read", whole.toString()));

        opened("named", type);
        Answer external = book.patch(
                SERVICE, "named", PatchKind.MERGE, "{'spec':{'type':'ExternalName','externalName':'example.com'}}");
        assertClosed(external);
        assertThat(external.body().path("spec").has("clusterIP")).isFalse();
    }

    @Test
    void a_node_port_that_is_asked_for_with_a_type_that_has_none_is_refused() {
        opened("web", "NodePort");
        Answer refused = book.update(
                SERVICE, "web", service("web", "'type':'ClusterIP','ports':[{'name':'a','port':80,'nodePort':32001}]"));
        assertThat(refused.code()).isEqualTo(422);
        assertThat(refused.message())
                .contains("spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'");
    }

    @Test
    void one_that_stays_open_keeps_its_node_ports_and_one_that_is_not_keeps_nobody_from_them() {
        Answer before = opened("web", "NodePort");
        Answer balanced = book.update(SERVICE, "web", service("web", "'type':'LoadBalancer'," + PORTS));
        assertThat(nodePort(balanced)).isEqualTo(nodePort(before));
        book.patch(SERVICE, "web", PatchKind.MERGE, "{'spec':{'type':'ExternalName','externalName':'example.com'}}");
        JsonNode given = Json.at(before.body(), "spec.ports");
        Answer next = book.create(SERVICE, service("next", "'type':'NodePort','ports':" + given));
        assertThat(next.code()).as(next.message()).isEqualTo(201);
        assertThat(nodePort(next)).isEqualTo(nodePort(before));
    }
}
