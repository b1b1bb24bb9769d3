package io.quorate.control.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What clients are told of all types, before they write any. */
class OpenApiTest {
    /** What kubectl asks for each time that it has no copy: no more than this. */
    private static final int MAX_BYTES = 1_000_000;

    private static ApiAnswer.Document document(String path, String accept) {
        ApiRequest request =
                new ApiRequest("GET", path, "", Map.of("accept", accept), new byte[0], "", "", "", true, "");
        return (ApiAnswer.Document) OpenApi.of(request).orElseThrow();
    }

    private static JsonNode json(String path) {
        return Json.read(document(path, "application/json").body());
    }

    private static JsonNode definition(String name) {
        return json("/openapi/v2").path("definitions").path(name);
    }

    @Test
    void every_type_has_a_definition_of_its_published_name_with_its_kind() {
        JsonNode definitions = json("/openapi/v2").path("definitions");
        for (ResourceType type : ResourceTypes.ALL) {
            assertThat(definitions)
                    .as(type.id())
                    .filteredOn(each -> each.path("x-kubernetes-group-version-kind")
                            .equals(Json.array()
                                    .add(Json.object()
                                            .put("group", type.group())
                                            .put("version", type.version())
                                            .put("kind", type.kind()))))
                    .hasSize(1);
        }
        assertThat(definitions.propertyStream().map(Map.Entry::getKey))
                .contains(
                        "io.k8s.api.apps.v1.Deployment",
                        "io.k8s.api.apps.v1.DeploymentList",
                        "io.k8s.api.core.v1.PodSpec",
                        "io.k8s.api.policy.v1.PodDisruptionBudget",
                        "io.k8s.api.coordination.v1.LeaseSpec",
                        "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta",
                        "io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector",
                        "io.k8s.apimachinery.pkg.api.resource.Quantity",
                        "io.k8s.apimachinery.pkg.util.intstr.IntOrString");
    }

    @Test
    void what_a_definition_refers_to_is_there() {
        closed(json("/openapi/v2"), "#/definitions/", "/definitions");
        assertThat(json("/openapi/v3").path("paths"))
                .hasSize(ResourceTypes.groups().size() + 1);
        for (JsonNode each : json("/openapi/v3").path("paths")) {
            String address = each.path("serverRelativeURL").asText();
            assertThat(address).matches("/openapi/v3/apis?/.*\\?hash=[0-9A-F]{64}");
            closed(json(address.split("\\?", 2)[0]), "#/components/schemas/", "/components/schemas");
        }
    }

    private static void closed(JsonNode document, String prefix, String home) {
        JsonNode definitions = document.at(home);
        assertThat(definitions).isNotEmpty();
        List<String> references = document.findValuesAsText("$ref");
        assertThat(references).isNotEmpty();
        for (String each : references) {
            assertThat(each).startsWith(prefix);
            assertThat(definitions.has(each.substring(prefix.length())))
                    .as(each)
                    .isTrue();
        }
    }

    @Test
    void a_patch_can_be_a_dry_run_and_have_its_fields_checked() {
        JsonNode patch = json("/openapi/v3/apis/apps/v1")
                .path("paths")
                .path("/apis/apps/v1/namespaces/{namespace}/deployments/{name}")
                .path("patch");
        assertThat(patch.path("parameters").findValuesAsText("name"))
                .contains("dryRun", "fieldManager", "fieldValidation", "force");
        assertThat(patch.at("/x-kubernetes-group-version-kind/kind").asText()).isEqualTo("Deployment");
        assertThat(patch.at("/requestBody/content").propertyStream().map(Map.Entry::getKey))
                .contains("application/strategic-merge-patch+json", "application/apply-patch+yaml");
    }

    @Test
    void lists_are_told_to_be_merged_as_patches_merge_them() {
        JsonNode containers = definition("io.k8s.api.core.v1.PodSpec").at("/properties/containers");
        assertThat(containers.path("x-kubernetes-patch-merge-key").asText()).isEqualTo("name");
        assertThat(containers.path("x-kubernetes-patch-strategy").asText()).isEqualTo("merge");
        assertThat(containers.path("x-kubernetes-list-type").asText()).isEqualTo("map");
        assertThat(definition("io.k8s.api.core.v1.PodSpec")
                        .at("/properties/volumes/x-kubernetes-patch-strategy")
                        .asText())
                .isEqualTo("merge,retainKeys");
        assertThat(definition("io.k8s.api.core.v1.Container")
                        .at("/properties/ports/x-kubernetes-patch-merge-key")
                        .asText())
                .isEqualTo("containerPort");
        JsonNode ports = definition("io.k8s.api.core.v1.ServiceSpec").at("/properties/ports");
        assertThat(ports.path("x-kubernetes-patch-merge-key").asText()).isEqualTo("port");
        assertThat(ports.path("x-kubernetes-list-map-keys")).hasSize(2);
        assertThat(definition("io.k8s.api.core.v1.EndpointSubset")
                        .at("/properties/ports")
                        .has("x-kubernetes-patch-merge-key"))
                .isFalse();
        assertThat(definition("io.k8s.api.discovery.v1.Endpoint")
                        .at("/properties/addresses/x-kubernetes-list-type")
                        .asText())
                .isEqualTo("atomic");
        assertThat(definition("io.k8s.api.apps.v1.DeploymentSpec")
                        .at("/properties/strategy/x-kubernetes-patch-strategy")
                        .asText())
                .isEqualTo("retainKeys");
    }

    @Test
    void a_document_is_made_once_and_small() {
        String form = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
        ApiAnswer.Document first = document("/openapi/v2", form);
        assertThat(document("/openapi/v2", form).body()).isSameAs(first.body());
        assertThat(first.body().length).isBetween(50_000, MAX_BYTES);
        assertThat(document("/openapi/v2", "application/json").body().length).isLessThan(MAX_BYTES);
        assertThat(document("/openapi/v3/api/v1", "application/json").body().length)
                .isLessThan(MAX_BYTES);
    }
}
