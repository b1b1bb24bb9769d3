package io.quorate.control.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.ObjectBook;
import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import io.quorate.node.contract.ClusterReport;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeasesTest {
    private static final String NAMESPACE = "kube-node-lease";
    private static final long NOW = Instant.parse("2026-11-27T12:00:10Z").toEpochMilli();

    private final ObjectBook book = ObjectBook.founded();

    private void create(ResourceType type, String json) {
        book.ask(new ObjectCommand.Create(
                type.id(),
                type.namespaced() ? NAMESPACE : "",
                json.replace('\'', '"').getBytes(StandardCharsets.UTF_8),
                book.request()));
    }

    private static ClusterReport.Node member(String name, long lastContactMillis) {
        return new ClusterReport.Node(
                name,
                name + ":19001",
                name + ":16443",
                "worker",
                false,
                -1,
                lastContactMillis,
                true,
                1,
                0,
                "",
                "",
                0,
                0,
                "",
                0);
    }

    private static ClusterReport heard(ClusterReport.Node... nodes) {
        return new ClusterReport(1, 1, 3, 3, 1, 3, 3, 3000, List.of(nodes));
    }

    private ObjectNode shown(ClusterReport cluster, String name) {
        ObjectState state = Leases.shown(book.state(), cluster, NOW);
        return state.get(ObjectKey.of(ResourceTypes.LEASE, NAMESPACE, name))
                .map(StoredObject::tree)
                .orElse(Json.object());
    }

    @Test
    void a_node_has_renewed_its_lease_when_the_leader_heard_of_it() {
        create(ResourceTypes.NODE, "{'metadata':{'name':'w1'}}");
        ObjectNode lease = shown(heard(member("w1", 1500)), "w1");
        assertThat(Json.at(lease, "spec.renewTime").asText()).isEqualTo("2026-11-27T12:00:08.500000Z");
        assertThat(Json.at(lease, "spec.holderIdentity").asText()).isEqualTo("w1");
        assertThat(shown(heard(member("w1", -1)), "w1").path("spec").has("renewTime"))
                .as("nothing was heard of it")
                .isFalse();
        long version = book.state().version();
        assertThat(Leases.shown(book.state(), heard(member("w1", 0)), NOW).version())
                .as("nothing is written")
                .isEqualTo(version);
    }

    @Test
    void what_is_no_node_has_no_lease() {
        assertThat(shown(heard(member("w1", 0)), "w1")).isEmpty();
    }

    @Test
    void a_lease_that_a_client_has_written_is_shown_as_it_is() {
        create(ResourceTypes.NODE, "{'metadata':{'name':'w1'}}");
        create(ResourceTypes.LEASE, "{'metadata':{'name':'w1'},'spec':{'holderIdentity':'somebody'}}");
        assertThat(Json.at(shown(heard(member("w1", 0)), "w1"), "spec.holderIdentity")
                        .asText())
                .isEqualTo("somebody");
    }
}
