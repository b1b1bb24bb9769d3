package io.quorate.control.kubernetes;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.patch.PatchKind;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import io.quorate.control.schema.Definitions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What there is as documents of OpenAPI, in versions 2 and 3: paths and the definitions of all types. {@code kubectl explain} shows them, {@code apply} and
 * {@code diff} make patches by them, and old clients check objects by them. Each is made when it is first asked for, and kept: together less than 2 MB. Any
 * thread.
 */
final class OpenApi {
    private static final String V2 = "/openapi/v2";
    private static final String V3 = "/openapi/v3";

    /** Not as the client writes it: an at sign in it is no media type to Go. */
    private static final String V2_PROTOBUF = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

    private static final String KIND = "x-kubernetes-group-version-kind";
    private static final String ACTION = "x-kubernetes-action";
    private static final String QUERY = "query";

    /** By path and form: a handful. */
    private static final Map<String, Kept> KEPT = new ConcurrentHashMap<>();

    private OpenApi() {}

    /** @param hash of its bytes, by which a client knows that it has it already */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Kept(String contentType, byte[] body, String hash) {
        static Kept of(String contentType, byte[] body) {
            try {
                byte[] digest = MessageDigest.getInstance("SHA-256").digest(body);
                return new Kept(
                        contentType, body, HexFormat.of().withUpperCase().formatHex(digest));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java has it", e);
            }
        }

        static Kept json(ObjectNode document) {
            return of(ApiAnswer.JSON, Json.bytes(document));
        }
    }

    /** Empty where no document is at that path. */
    static Optional<ApiAnswer> of(ApiRequest request) {
        String path = request.path();
        return kept(path, request.header("accept")).map(kept -> {
            String tag = "\"" + kept.hash() + "\"";
            boolean known = request.header("if-none-match").contains(tag);
            boolean forever = request.parameter("hash").equals(kept.hash());
            return new ApiAnswer.Document(kept.contentType(), kept.body(), tag, known, forever);
        });
    }

    private static Optional<Kept> kept(String path, String accept) {
        if (path.equals(V2)) {
            boolean protobuf = accept.contains("protobuf");
            return Optional.of(KEPT.computeIfAbsent(
                    protobuf ? V2_PROTOBUF : V2,
                    form -> protobuf ? Kept.of(V2_PROTOBUF, OpenApiProtobuf.of(v2())) : Kept.json(v2())));
        }
        if (path.equals(V3)) {
            return Optional.of(Kept.json(index()));
        }
        if (path.equals(V3 + "/api/v1")) {
            return Optional.of(group(""));
        }
        return ResourceTypes.groups().stream()
                .filter(group -> path.equals(V3 + root(group)))
                .findFirst()
                .map(OpenApi::group);
    }

    private static Kept group(String group) {
        return KEPT.computeIfAbsent(root(group), root -> Kept.json(v3(ResourceTypes.of(group))));
    }

    private static String root(String group) {
        return group.isEmpty() ? "/api/v1" : "/apis/" + group + "/v1";
    }

    /** The hash of each is in its address: clients that have it keep it. */
    private static ObjectNode index() {
        ObjectNode index = Json.object();
        ObjectNode paths = index.putObject("paths");
        add(paths, "");
        ResourceTypes.groups().forEach(group -> add(paths, group));
        return index;
    }

    private static void add(ObjectNode paths, String group) {
        String root = root(group);
        paths.putObject(root.substring(1))
                .put("serverRelativeURL", V3 + root + "?hash=" + group(group).hash());
    }

    private static ObjectNode document(String name, String version) {
        ObjectNode document = Json.object().put(name, version);
        document.putObject("info")
                .put("title", "Quorate")
                .put("version", "v" + Discovery.MAJOR + "." + Discovery.MINOR);
        return document;
    }

    private static ObjectNode v2() {
        ObjectNode document = document("swagger", "2.0");
        paths(document.putObject("paths"), ResourceTypes.ALL, false);
        document.set("definitions", Definitions.v2(ResourceTypes.ALL));
        return document;
    }

    private static ObjectNode v3(List<ResourceType> types) {
        ObjectNode document = document("openapi", "3.0.0");
        paths(document.putObject("paths"), types, true);
        document.putObject("components").set("schemas", Definitions.v3(types));
        return document;
    }

    private static void paths(ObjectNode paths, Collection<ResourceType> types, boolean v3) {
        for (ResourceType type : types) {
            String all = root(type.group()) + (type.namespaced() ? "/namespaces/{namespace}/" : "/") + type.plural();
            ObjectNode collection = paths.putObject(all);
            ObjectNode one = paths.putObject(all + "/{name}");
            parameters(collection, type, false, v3);
            parameters(one, type, true, v3);
            new Operation(collection, type, v3)
                    .is("get", "list", List.of("continue", "fieldSelector", "labelSelector", "limit", "watch"));
            new Operation(collection, type, v3).writes("post", "post", List.of());
            new Operation(one, type, v3).is("get", "get", List.of());
            new Operation(one, type, v3).writes("put", "put", List.of());
            new Operation(one, type, v3).writes("patch", "patch", List.of("force"));
            new Operation(one, type, v3)
                    .is("delete", "delete", List.of("dryRun", "gracePeriodSeconds", "propagationPolicy"));
        }
    }

    /** Those of the path. */
    private static void parameters(ObjectNode path, ResourceType type, boolean named, boolean v3) {
        ArrayNode parameters = path.putArray("parameters");
        if (named) {
            parameter(parameters, "name", "path", v3).put("required", true);
        }
        if (type.namespaced()) {
            parameter(parameters, "namespace", "path", v3).put("required", true);
        }
    }

    private static ObjectNode parameter(ArrayNode parameters, String name, String in, boolean v3) {
        ObjectNode parameter = parameters.addObject().put("name", name).put("in", in);
        if (v3) {
            parameter.putObject("schema").put("type", "string");
        } else {
            parameter.put("type", "string");
        }
        return parameter;
    }

    /** One method of one path. */
    private record Operation(ObjectNode path, ResourceType type, boolean v3) {

        ObjectNode is(String method, String action, List<String> query) {
            ObjectNode operation = path.putObject(method);
            ArrayNode parameters = operation.putArray("parameters");
            query.forEach(name -> parameter(parameters, name, QUERY, v3));
            operation.putObject("responses").putObject("200").put("description", "OK");
            operation.put(ACTION, action);
            Definitions.kind(operation.putObject(KIND), type, "");
            return operation;
        }

        void writes(String method, String action, List<String> query) {
            ObjectNode operation = is(method, action, List.of("dryRun", "fieldManager", "fieldValidation"));
            ArrayNode parameters = (ArrayNode) operation.get("parameters");
            query.forEach(name -> parameter(parameters, name, QUERY, v3));
            boolean patches = method.equals("patch");
            List<String> forms = patches
                    ? java.util.Arrays.stream(PatchKind.values())
                            .map(PatchKind::mediaType)
                            .toList()
                    : List.of(ApiAnswer.JSON);
            if (v3) {
                ObjectNode content = operation.putObject("requestBody").putObject("content");
                forms.forEach(form -> schema(content.putObject(form), patches, "#/components/schemas/"));
                return;
            }
            forms.forEach(operation.putArray("consumes")::add);
            ObjectNode body =
                    parameters.addObject().put("name", "body").put("in", "body").put("required", true);
            schema(body, patches, "#/definitions/");
        }

        private void schema(ObjectNode of, boolean anything, String prefix) {
            ObjectNode schema = of.putObject("schema");
            if (anything) {
                schema.put("type", "object");
            } else {
                schema.put("$ref", prefix + Definitions.name(type));
            }
        }
    }
}
