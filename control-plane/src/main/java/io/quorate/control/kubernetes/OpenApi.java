package io.quorate.control.kubernetes;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import java.util.List;
import java.util.Optional;

/**
 * So much of OpenAPI as {@code kubectl apply} asks for: which types take patches, and that the server checks fields. No schemas: {@code kubectl
 * explain} finds none. Pure.
 */
final class OpenApi {
    private static final String V2 = "/openapi/v2";
    private static final String V3 = "/openapi/v3";

    /** Not as the client writes it: an at sign in it is no media type to Go. */
    private static final String V2_PROTOBUF = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

    private OpenApi() {}

    static Optional<ApiAnswer> of(String path, String accept) {
        if (path.equals(V2)) {
            // A message without any field: clients then leave all checks to the server.
            return Optional.of(
                    accept.contains("protobuf")
                            ? new ApiAnswer.Whole(200, V2_PROTOBUF, new byte[0], List.of())
                            : ApiAnswer.json(document("swagger", "2.0")));
        }
        if (path.equals(V3)) {
            ObjectNode paths = Json.object();
            add(paths, "api/v1");
            ResourceTypes.groups().forEach(group -> add(paths, "apis/" + group + "/v1"));
            ObjectNode index = Json.object();
            index.set("paths", paths);
            return Optional.of(ApiAnswer.json(index));
        }
        if (path.equals(V3 + "/api/v1")) {
            return Optional.of(ApiAnswer.json(group("")));
        }
        return ResourceTypes.groups().stream()
                .filter(group -> path.equals(V3 + "/apis/" + group + "/v1"))
                .findFirst()
                .map(group -> ApiAnswer.json(group(group)));
    }

    private static void add(ObjectNode paths, String name) {
        paths.putObject(name).put("serverRelativeURL", V3 + "/" + name);
    }

    private static ObjectNode document(String name, String version) {
        ObjectNode document = Json.object().put(name, version);
        document.putObject("info")
                .put("title", "Quorate")
                .put("version", "v" + Discovery.MAJOR + "." + Discovery.MINOR);
        document.putObject("paths");
        return document;
    }

    private static ObjectNode group(String group) {
        ObjectNode document = document("openapi", "3.0.0");
        ObjectNode paths = Json.child(document, "paths");
        for (ResourceType type : ResourceTypes.of(group)) {
            String root = (group.isEmpty() ? "/api/v1" : "/apis/" + group + "/v1")
                    + (type.namespaced() ? "/namespaces/{namespace}" : "");
            ObjectNode patch =
                    paths.putObject(root + "/" + type.plural() + "/{name}").putObject("patch");
            ArrayNode parameters = patch.putArray("parameters");
            for (String name : List.of("dryRun", "fieldManager", "fieldValidation", "force")) {
                parameters.addObject().put("name", name).put("in", "query");
            }
            patch.putObject("x-kubernetes-group-version-kind")
                    .put("group", group)
                    .put("version", type.version())
                    .put("kind", type.kind());
            patch.putObject("responses");
        }
        document.putObject("components").putObject("schemas");
        return document;
    }
}
