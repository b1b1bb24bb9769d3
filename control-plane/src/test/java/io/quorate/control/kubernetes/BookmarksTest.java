package io.quorate.control.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.openapi.models.CoreV1Event;
import io.kubernetes.client.openapi.models.V1ControllerRevision;
import io.kubernetes.client.openapi.models.V1EndpointSlice;
import io.kubernetes.client.openapi.models.V1Pod;
import io.quorate.control.resource.Json;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a watcher is told that sees nothing for a while. */
class BookmarksTest {
    private static final Map<String, Class<?>> MODELS = Map.of(
            "pods", V1Pod.class,
            "events", CoreV1Event.class,
            "endpointslices", V1EndpointSlice.class,
            "controllerrevisions", V1ControllerRevision.class);

    @ParameterizedTest
    @CsvSource({
        "/api/v1/pods, pods",
        "/api/v1/events, events",
        "/apis/discovery.k8s.io/v1/endpointslices, endpointslices",
        "/apis/apps/v1/controllerrevisions, controllerrevisions"
    })
    void a_bookmark_says_how_far_the_watch_is_and_strict_clients_can_read_it(String path, String plural) {
        ApiRequest request = new ApiRequest("GET", path, "", Map.of(), new byte[0], "", "", "", true, "");
        Selection selection = Selection.of(ApiPath.of(path).orElseThrow(), request);
        JsonNode event = Json.read(
                new WatchEvents(selection, Optional.empty()).bookmark(7).toArray());
        assertThat(event.path("type").asText()).isEqualTo("BOOKMARK");
        assertThat(event.at("/object/metadata/resourceVersion").asText()).isEqualTo("7");
        assertThat(JSON.getGson().fromJson(event.path("object").toString(), MODELS.get(plural)))
                .isNotNull();
    }
}
