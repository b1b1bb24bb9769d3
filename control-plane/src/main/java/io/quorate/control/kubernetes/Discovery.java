package io.quorate.control.kubernetes;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import io.quorate.control.resource.Subresource;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** What is served, for clients that ask before they do anything. Pure. */
final class Discovery {
    /** Kubernetes' release whose API this is modelled after. */
    static final String MAJOR = "1";

    static final String MINOR = "33";

    private static final String GROUP = "apidiscovery.k8s.io";

    /**
     * Under which kubectl looks for types that clients define, when it meets a kind that it does not know. There are none; were that not found, it
     * would tell of that, and not of the kind.
     */
    private static final List<String> CUSTOM_TYPES = List.of("apiextensions.k8s.io/v1", "apiextensions.k8s.io/v1beta1");

    private Discovery() {}

    static ObjectNode version(String release) {
        return Json.object()
                .put("major", MAJOR)
                .put("minor", MINOR)
                .put("gitVersion", "v" + MAJOR + "." + MINOR + ".0+quorate-" + release)
                .put("gitCommit", "")
                .put("gitTreeState", "clean")
                .put("buildDate", "2026-01-01T00:00:00Z")
                .put("goVersion", "")
                .put("compiler", "")
                .put("platform", "linux/amd64");
    }

    /**
     * Answers of paths that are no resources; empty where it is none of them.
     *
     * @param metrics whether {@link Metrics} are served
     */
    static Optional<ApiAnswer> of(String given, String accept, String address, boolean metrics) {
        String path = given.endsWith("/") ? given.substring(0, given.length() - 1) : given;
        if (path.equals("/api") || path.equals("/apis")) {
            boolean core = path.equals("/api");
            Optional<String> form = aggregated(accept);
            return Optional.of(
                    form.isPresent()
                            ? new ApiAnswer.Whole(
                                    200,
                                    "application/json;g=" + GROUP + ";v=" + form.get() + ";as=APIGroupDiscoveryList",
                                    Json.bytes(groups(form.get(), core, metrics)),
                                    List.of())
                            : ApiAnswer.json(core ? versions(address) : groups(metrics)));
        }
        Optional<ApiAnswer> custom = CUSTOM_TYPES.stream()
                .filter(version -> path.equals("/apis/" + version + "/customresourcedefinitions"))
                .findFirst()
                .map(version -> {
                    ObjectNode list = Json.object()
                            .put("kind", "CustomResourceDefinitionList")
                            .put("apiVersion", version);
                    list.putObject("metadata").put("resourceVersion", "1");
                    list.putArray("items");
                    return ApiAnswer.json(list);
                });
        if (custom.isPresent()) {
            return custom;
        }
        String[] parts = path.substring(1).split("/");
        if (parts.length == 2 && parts[0].equals("api") && parts[1].equals("v1")) {
            return Optional.of(ApiAnswer.json(resources("")));
        }
        boolean known = parts.length > 1
                && parts[0].equals("apis")
                && groupNames(metrics).contains(parts[1]);
        if (known && parts.length == 2) {
            ObjectNode group = group(parts[1]);
            return Optional.of(ApiAnswer.json(Json.object()
                    .put("kind", "APIGroup")
                    .put("apiVersion", "v1")
                    .setAll(group)));
        }
        return known && parts.length == 3 && parts[2].equals(versionOf(parts[1]))
                ? Optional.of(ApiAnswer.json(resources(parts[1])))
                : Optional.empty();
    }

    /** The version of the aggregated form that the client would rather have. */
    private static Optional<String> aggregated(String accept) {
        for (String each : accept.split(",")) {
            String form = each.replace(" ", "");
            if (form.contains("as=APIGroupDiscoveryList") && form.contains("g=" + GROUP)) {
                if (form.contains(";v=v2;") || form.endsWith(";v=v2")) {
                    return Optional.of("v2");
                }
                if (form.contains(";v=v2beta1")) {
                    return Optional.of("v2beta1");
                }
            }
        }
        return Optional.empty();
    }

    private static ObjectNode versions(String address) {
        ObjectNode versions = Json.object().put("kind", "APIVersions");
        versions.putArray("versions").add("v1");
        versions.putArray("serverAddressByClientCIDRs")
                .addObject()
                .put("clientCIDR", "0.0.0.0/0")
                .put("serverAddress", address);
        return versions;
    }

    private static ObjectNode groups(boolean metrics) {
        ObjectNode list = Json.object().put("kind", "APIGroupList").put("apiVersion", "v1");
        ArrayNode groups = list.putArray("groups");
        groupNames(metrics).forEach(name -> groups.add(group(name)));
        return list;
    }

    private static ObjectNode group(String name) {
        ObjectNode group = Json.object().put("name", name);
        ObjectNode version =
                Json.object().put("groupVersion", name + "/" + versionOf(name)).put("version", versionOf(name));
        group.putArray("versions").add(version);
        group.set("preferredVersion", version);
        return group;
    }

    private static ObjectNode resources(String group) {
        ObjectNode list = Json.object()
                .put("kind", "APIResourceList")
                .put("apiVersion", "v1")
                .put("groupVersion", group.isEmpty() ? "v1" : group + "/" + versionOf(group));
        ArrayNode resources = list.putArray("resources");
        for (ResourceType type : ResourceTypes.of(group)) {
            words(plain(resources.addObject(), type, ResourceType.VERBS), type);
            for (Subresource each : type.subresources()) {
                ObjectNode part = part(resources.addObject(), type, each.name());
                if (!each.group().equals(type.group())) {
                    part.put("group", each.group()).put("version", each.version());
                }
                part.put("kind", each.kind());
                each.verbs().forEach(part.putArray("verbs")::add);
            }
        }
        for (ResourceType type : Reviews.of(group)) {
            plain(resources.addObject(), type, Reviews.VERBS);
        }
        for (ResourceType type : Metrics.of(group)) {
            plain(resources.addObject(), type, Metrics.VERBS);
        }
        return list;
    }

    private static ObjectNode plain(ObjectNode one, ResourceType type, List<String> verbs) {
        one.put("name", type.plural())
                .put("singularName", type.singular())
                .put("namespaced", type.namespaced())
                .put("kind", type.kind());
        verbs.forEach(one.putArray("verbs")::add);
        return one;
    }

    private static String versionOf(String group) {
        return group.equals(Metrics.GROUP) ? Metrics.VERSION : "v1";
    }

    /** All but the core group, by name. */
    private static List<String> groupNames(boolean metrics) {
        TreeSet<String> names = new TreeSet<>(ResourceTypes.groups());
        names.addAll(Reviews.groups());
        if (metrics) {
            names.add(Metrics.GROUP);
        }
        return List.copyOf(names);
    }

    private static ObjectNode part(ObjectNode one, ResourceType type, String part) {
        return one.put("name", type.plural() + "/" + part)
                .put("singularName", "")
                .put("namespaced", type.namespaced());
    }

    private static void words(ObjectNode one, ResourceType type) {
        if (!type.shortNames().isEmpty()) {
            type.shortNames().forEach(one.putArray("shortNames")::add);
        }
        if (type.inAll()) {
            one.putArray("categories").add("all");
        }
    }

    private static ObjectNode groups(String form, boolean core, boolean metrics) {
        ObjectNode list = Json.object().put("kind", "APIGroupDiscoveryList").put("apiVersion", GROUP + "/" + form);
        list.putObject("metadata");
        ArrayNode items = list.putArray("items");
        for (String name : core ? List.of("") : groupNames(metrics)) {
            ObjectNode group = items.addObject();
            ObjectNode metadata = group.putObject("metadata");
            if (!core) {
                metadata.put("name", name);
            }
            metadata.putNull("creationTimestamp");
            ObjectNode version = group.putArray("versions")
                    .addObject()
                    .put("version", versionOf(name))
                    .put("freshness", "Current");
            ArrayNode resources = version.putArray("resources");
            ResourceTypes.of(name).forEach(type -> resource(resources.addObject(), type));
            Reviews.of(name).forEach(type -> served(resources.addObject(), type, Reviews.VERBS));
            Metrics.of(name).forEach(type -> served(resources.addObject(), type, Metrics.VERBS));
        }
        return list;
    }

    private static void resource(ObjectNode one, ResourceType type) {
        served(one, type, ResourceType.VERBS);
        words(one, type);
        ArrayNode parts = Json.array();
        for (Subresource each : type.subresources()) {
            ObjectNode part = parts.addObject().put("subresource", each.name());
            kind(part, each.group(), each.version(), each.kind());
            each.verbs().forEach(part.putArray("verbs")::add);
        }
        if (!parts.isEmpty()) {
            one.set("subresources", parts);
        }
    }

    private static void served(ObjectNode one, ResourceType type, List<String> verbs) {
        one.put("resource", type.plural());
        kind(one, type.group(), type.version(), type.kind());
        one.put("scope", type.namespaced() ? "Namespaced" : "Cluster").put("singularResource", type.singular());
        verbs.forEach(one.putArray("verbs")::add);
    }

    private static void kind(ObjectNode one, String group, String version, String kind) {
        one.putObject("responseKind")
                .put("group", group)
                .put("version", version)
                .put("kind", kind);
    }
}
