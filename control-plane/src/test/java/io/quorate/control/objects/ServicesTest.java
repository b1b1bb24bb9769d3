package io.quorate.control.objects;

import static io.quorate.control.resource.ResourceTypes.SERVICE;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.ObjectBook.Answer;
import io.quorate.control.patch.PatchKind;
import io.quorate.control.resource.Json;
import java.util.List;
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

    private Answer addressed(String name, String address, boolean dryRun) {
        return book.create(
                SERVICE,
                service(name, "'clusterIP':'" + address + "'," + PORTS),
                book.request(dryRun, Request.FieldValidation.STRICT));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void an_address_that_somebody_asks_for_is_one_of_the_clusters_and_nobody_elses(boolean dryRun) {
        assertThat(addressed("first", "127.152.7.7", false).at("spec.clusterIP"))
                .isEqualTo("127.152.7.7");
        Answer taken = addressed("second", "127.152.7.7", dryRun);
        assertThat(taken.code()).isEqualTo(422);
        assertThat(taken.message())
                .isEqualTo("Service \"second\" is invalid: spec.clusterIPs: Invalid value: [\"127.152.7.7\"]: failed to"
                        + " allocate IP 127.152.7.7: provided IP is already allocated");
        for (String outside : List.of("10.96.0.10", "127.152.0.0", "127.152.255.255", "127.153.0.1", "::1")) {
            Answer refused = addressed("second", outside, dryRun);
            assertThat(refused.code()).as(outside).isEqualTo(422);
            assertThat(refused.message())
                    .isEqualTo("Service \"second\" is invalid: spec.clusterIPs: Invalid value: [\"" + outside
                            + "\"]: failed to allocate IP " + outside + ": the provided IP (" + outside
                            + ") is not in the valid range. The range of valid IPs is 127.152.0.0/16");
        }
        for (String wrong : List.of("abc", "127.152.1", "127.152.1.256", "127.152.01.1", "none", "127.152.1.1/16")) {
            Answer refused = addressed("second", wrong, dryRun);
            assertThat(refused.code()).as(wrong).isEqualTo(422);
            assertThat(refused.message())
                    .isEqualTo("Service \"second\" is invalid: spec.clusterIPs[0]: Invalid value: \"" + wrong
                            + "\": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
        }
        assertThat(addressed("second", "None", dryRun).at("spec.clusterIP")).isEqualTo("None");
    }

    @Test
    void a_service_keeps_its_own_address_and_its_name_may_become_one_that_is_free() {
        addressed("web", "127.152.7.7", false);
        Answer same = book.update(SERVICE, "web", service("web", "'clusterIP':'127.152.7.7'," + PORTS));
        assertThat(same.code()).as(same.message()).isEqualTo(200);
        book.create(SERVICE, service("named", "'type':'ExternalName','externalName':'example.com'"));
        Answer taken = book.update(SERVICE, "named", service("named", "'clusterIP':'127.152.7.7'," + PORTS));
        assertThat(taken.message()).contains("provided IP is already allocated");
        Answer free = book.update(SERVICE, "named", service("named", "'clusterIP':'127.152.7.8'," + PORTS));
        assertThat(free.at("spec.clusterIP")).isEqualTo("127.152.7.8");
    }

    @Test
    void an_address_that_was_stored_when_nobody_looked_stays() {
        ObjectNode before = book.create(SERVICE, service("old", PORTS)).body();
        Json.child(before, "spec").put("clusterIP", "10.96.0.10");
        book.state = ObjectState.of(book.state.version(), List.of(StoredObject.of(SERVICE, before)));
        Answer labelled = book.patch(SERVICE, "old", PatchKind.MERGE, "{'metadata':{'labels':{'a':'b'}}}");
        assertThat(labelled.code()).as(labelled.message()).isEqualTo(200);
        assertThat(labelled.at("spec.clusterIP")).isEqualTo("10.96.0.10");
    }
}
