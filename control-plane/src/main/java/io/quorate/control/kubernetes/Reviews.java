package io.quorate.control.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.resource.Failure;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.Refused;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import io.quorate.control.schema.ProtobufBody;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What clients ask about themselves: who they are, and what they may do. Nothing of it is stored. Pure. */
final class Reviews {
    static final List<String> VERBS = List.of("create");

    private static final String AUTHORIZATION = "authorization.k8s.io";
    private static final String AUTHENTICATION = "authentication.k8s.io";

    private static final ResourceType ACCESS =
            type(AUTHORIZATION, "selfsubjectaccessreviews", "SelfSubjectAccessReview");
    private static final ResourceType RULES = type(AUTHORIZATION, "selfsubjectrulesreviews", "SelfSubjectRulesReview");
    private static final ResourceType SELF = type(AUTHENTICATION, "selfsubjectreviews", "SelfSubjectReview");

    private static final List<ResourceType> ALL = List.of(SELF, ACCESS, RULES);

    /** What a viewer may do, to everything but secrets. */
    private static final List<String> LOOKING = List.of("get", "list", "watch");

    private static final String VIEWERS = "viewers may get, list and watch everything but secrets";

    private Reviews() {}

    private static ResourceType type(String group, String plural, String kind) {
        return ResourceType.unstored(group, plural, kind);
    }

    static List<ResourceType> of(String group) {
        return ALL.stream().filter(type -> type.group().equals(group)).toList();
    }

    static Set<String> groups() {
        TreeSet<String> groups = new TreeSet<>();
        ALL.forEach(type -> groups.add(type.group()));
        return groups;
    }

    static boolean serves(String path) {
        return asked(path).isPresent();
    }

    private static Optional<ResourceType> asked(String path) {
        for (ResourceType each : ALL) {
            // kubectl 1.27 asks who it is in the version before
            if (path.equals("/apis/" + each.group() + "/v1/" + each.plural())
                    || each == SELF && path.equals("/apis/" + each.group() + "/v1beta1/" + each.plural())) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    /** Empty where it is none of them. */
    static Optional<ApiAnswer> answer(ApiRequest request) {
        return asked(request.path()).map(type -> {
            if (!request.method().equals("POST")) {
                throw new Refused(Failure.notAllowed());
            }
            ObjectNode review = body(request, type);
            review.put("kind", type.kind())
                    .put("apiVersion", type.group() + (request.path().contains("/v1beta1/") ? "/v1beta1" : "/v1"));
            Json.child(review, "metadata");
            review.set(ResourceType.STATUS, status(request, type, review.path("spec")));
            return ApiAnswer.json(201, Json.bytes(review));
        });
    }

    private static ObjectNode body(ApiRequest request, ResourceType type) {
        boolean protobuf =
                request.header("content-type").toLowerCase(Locale.ROOT).startsWith(ProtobufBody.MEDIA_TYPE);
        try {
            return protobuf
                    ? ProtobufBody.read(type, request.body())
                    : request.body().length == 0 ? Json.object() : Json.readObject(request.body());
        } catch (IllegalArgumentException e) {
            throw new Refused(Failure.badRequest("the body is no " + type.kind() + ": " + e.getMessage()));
        }
    }

    private static ObjectNode status(ApiRequest request, ResourceType type, JsonNode spec) {
        if (type == SELF) {
            return self(request);
        }
        return type == ACCESS ? access(request, spec) : rules(request);
    }

    private static ObjectNode self(ApiRequest request) {
        ObjectNode status = Json.object();
        ObjectNode user = status.putObject("userInfo").put("username", request.user());
        ArrayNode groups = user.putArray("groups").add(request.admin() ? "quorate:admins" : "quorate:viewers");
        ServiceAccountTokens.groups(request.user()).forEach(groups::add);
        groups.add("system:authenticated");
        return status;
    }

    private static ObjectNode access(ApiRequest request, JsonNode spec) {
        JsonNode resource = spec.path("resourceAttributes");
        JsonNode other = spec.path("nonResourceAttributes");
        if (resource.isObject() == other.isObject()) {
            throw new Refused(
                    Failure.unprocessable(
                            "SelfSubjectAccessReview.authorization.k8s.io \"\" is invalid: spec.resourceAttributes: Invalid value: exactly one of nonResourceAttributes or resourceAttributes must be specified"));
        }
        boolean secret = resource.path("resource").asText().equals(ResourceTypes.SECRET.plural())
                || resource.path("resource").asText().equals("*");
        boolean asks = resource.path("group").asText().startsWith("auth")
                && resource.path("resource").asText().startsWith("selfsubject");
        boolean connects = PodStreams.serves(resource.path("subresource").asText());
        boolean looks = resource.isObject()
                ? !connects && LOOKING.contains(resource.path("verb").asText()) && !secret
                : other.path("verb").asText().equals("get");
        boolean allowed = request.admin() || looks || asks;
        ObjectNode status = Json.object().put("allowed", allowed);
        return allowed ? status : status.put("reason", VIEWERS);
    }

    private static ObjectNode rules(ApiRequest request) {
        ObjectNode status = Json.object();
        ArrayNode rules = status.putArray("resourceRules");
        ArrayNode others = status.putArray("nonResourceRules");
        if (request.admin()) {
            rule(rules, List.of("*"), "*", List.of("*"));
            ObjectNode all = others.addObject();
            all.putArray("verbs").add("*");
            all.putArray("nonResourceURLs").add("*");
        } else {
            TreeSet<String> groups = new TreeSet<>();
            ResourceTypes.ALL.forEach(type -> groups.add(type.group()));
            for (String group : groups) {
                rule(
                        rules,
                        LOOKING,
                        group,
                        ResourceTypes.of(group).stream()
                                .filter(type -> type != ResourceTypes.SECRET)
                                .map(ResourceType::plural)
                                .toList());
            }
            for (String group : groups()) {
                rule(
                        rules,
                        VERBS,
                        group,
                        of(group).stream().map(ResourceType::plural).toList());
            }
            ObjectNode all = others.addObject();
            all.putArray("verbs").add("get");
            all.putArray("nonResourceURLs").add("*");
        }
        return status.put("incomplete", false);
    }

    private static void rule(ArrayNode rules, List<String> verbs, String group, List<String> resources) {
        ObjectNode rule = rules.addObject();
        verbs.forEach(rule.putArray("verbs")::add);
        rule.putArray("apiGroups").add(group);
        resources.forEach(rule.putArray("resources")::add);
    }
}
