package io.quorate.control.objects;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceType;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** What an object has where its author said nothing, as kubernetes fills it in. An empty object counts as nothing said. */
final class Defaults {
    private static final String REPLICAS = "replicas";
    private static final String ROLLING = "RollingUpdate";
    private static final String UPDATE = "rollingUpdate";
    private static final String HISTORY = "revisionHistoryLimit";
    private static final String PROTOCOL = "protocol";

    /** How long pods stay bound to a node that is away, unless they say otherwise; kubernetes' own default. */
    private static final int PATIENCE_SECONDS = 300;

    private Defaults() {}

    /** Changes the object. What is of a wrong type stays: {@link Validation} tells. */
    static void fill(ResourceType type, ObjectNode object) {
        switch (type.kind()) {
            case "Pod" -> {
                podSpec(Json.child(object, "spec"));
                patience(Json.child(object, "spec"));
                ObjectNode status = Json.child(object, "status");
                text(status, "phase", "Pending");
                text(status, "qosClass", qualityOfService(object.path("spec")));
            }
            case "Deployment" -> deployment(Json.child(object, "spec"));
            case "ReplicaSet" -> {
                ObjectNode spec = Json.child(object, "spec");
                number(spec, REPLICAS, 1);
                template(spec);
            }
            case "StatefulSet" -> {
                ObjectNode spec = Json.child(object, "spec");
                number(spec, REPLICAS, 1);
                number(spec, HISTORY, 10);
                text(spec, "podManagementPolicy", "OrderedReady");
                ObjectNode update = Json.child(spec, "updateStrategy");
                text(update, "type", ROLLING);
                if (update.path("type").asText().equals(ROLLING)) {
                    number(Json.child(update, UPDATE), "partition", 0);
                }
                template(spec);
            }
            case "DaemonSet" -> {
                ObjectNode spec = Json.child(object, "spec");
                number(spec, HISTORY, 10);
                ObjectNode update = Json.child(spec, "updateStrategy");
                text(update, "type", ROLLING);
                if (update.path("type").asText().equals(ROLLING)) {
                    number(Json.child(update, UPDATE), "maxUnavailable", 1);
                    number(Json.child(update, UPDATE), "maxSurge", 0);
                }
                template(spec);
            }
            case "Job" -> job(object, Json.child(object, "spec"));
            case "CronJob" -> {
                ObjectNode spec = Json.child(object, "spec");
                text(spec, "concurrencyPolicy", "Allow");
                flag(spec, "suspend", false);
                number(spec, "successfulJobsHistoryLimit", 3);
                number(spec, "failedJobsHistoryLimit", 1);
            }
            case "PersistentVolume" -> {
                ObjectNode spec = Json.child(object, "spec");
                text(spec, "persistentVolumeReclaimPolicy", "Retain");
                text(spec, "volumeMode", "Filesystem");
            }
            case "PersistentVolumeClaim" -> text(Json.child(object, "spec"), "volumeMode", "Filesystem");
            case "StorageClass" -> {
                text(object, "reclaimPolicy", "Delete");
                text(object, "volumeBindingMode", "Immediate");
            }
            case "HorizontalPodAutoscaler" -> number(Json.child(object, "spec"), "minReplicas", 1);
            case "Service" -> service(object, Json.child(object, "spec"));
            case "Namespace" -> {
                ObjectNode spec = Json.child(object, "spec");
                if (!spec.has("finalizers")) {
                    spec.putArray("finalizers").add("kubernetes");
                }
                text(Json.child(object, "status"), "phase", "Active");
                ObjectNode metadata = Json.child(object, "metadata");
                text(
                        Json.child(metadata, "labels"),
                        "kubernetes.io/metadata.name",
                        metadata.path("name").asText());
            }
            case "Secret" -> secret(object);
            case "Node" -> Json.child(object, "spec");
            default -> {
                // nothing is filled in
            }
        }
    }

    private static void text(ObjectNode object, String field, String value) {
        if (!object.hasNonNull(field) || object.path(field).asText("-").isEmpty()) {
            object.put(field, value);
        }
    }

    private static void number(ObjectNode object, String field, int value) {
        if (!object.hasNonNull(field)) {
            object.put(field, value);
        }
    }

    private static void flag(ObjectNode object, String field, boolean value) {
        if (!object.hasNonNull(field)) {
            object.put(field, value);
        }
    }

    private static void deployment(ObjectNode spec) {
        number(spec, REPLICAS, 1);
        number(spec, HISTORY, 10);
        number(spec, "progressDeadlineSeconds", 600);
        ObjectNode strategy = Json.child(spec, "strategy");
        text(strategy, "type", ROLLING);
        if (strategy.path("type").asText().equals(ROLLING)) {
            ObjectNode rolling = Json.child(strategy, UPDATE);
            text(rolling, "maxUnavailable", "25%");
            text(rolling, "maxSurge", "25%");
        }
        template(spec);
    }

    private static void job(ObjectNode object, ObjectNode spec) {
        if (!spec.has("completions") && !spec.has("parallelism")) {
            number(spec, "completions", 1);
        }
        number(spec, "parallelism", 1);
        number(spec, "backoffLimit", 6);
        text(spec, "completionMode", "NonIndexed");
        flag(spec, "suspend", false);
        String uid = Json.at(object, "metadata.uid").asText();
        if (!spec.has("selector") && !uid.isEmpty()) {
            String name = Json.at(object, "metadata.name").asText();
            Json.child(Json.child(spec, "selector"), "matchLabels").put("batch.kubernetes.io/controller-uid", uid);
            ObjectNode labels = Json.child(Json.child(Json.child(spec, "template"), "metadata"), "labels");
            labels.put("batch.kubernetes.io/controller-uid", uid)
                    .put("batch.kubernetes.io/job-name", name)
                    .put("controller-uid", uid)
                    .put("job-name", name);
        }
        if (spec.get("template") instanceof ObjectNode template && template.get("spec") instanceof ObjectNode pod) {
            podSpec(pod, false);
        }
    }

    private static void template(ObjectNode spec) {
        if (spec.get("template") instanceof ObjectNode template && template.get("spec") instanceof ObjectNode pod) {
            podSpec(pod);
        }
    }

    /** As kubernetes' admission does: a pod leaves a node that is away, and not at once. */
    private static void patience(ObjectNode spec) {
        for (String key : List.of("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")) {
            boolean said = false;
            for (JsonNode each : spec.path("tolerations")) {
                String name = each.path("key").asText();
                String effect = each.path("effect").asText();
                said |= (name.isEmpty() || name.equals(key)) && (effect.isEmpty() || effect.equals("NoExecute"));
            }
            if (!said) {
                ArrayNode all =
                        spec.get("tolerations") instanceof ArrayNode there ? there : spec.putArray("tolerations");
                all.addObject()
                        .put("key", key)
                        .put("operator", "Exists")
                        .put("effect", "NoExecute")
                        .put("tolerationSeconds", PATIENCE_SECONDS);
            }
        }
    }

    private static void podSpec(ObjectNode spec) {
        podSpec(spec, true);
    }

    private static void podSpec(ObjectNode spec, boolean restarts) {
        if (restarts) {
            text(spec, "restartPolicy", "Always");
        }
        text(spec, "dnsPolicy", "ClusterFirst");
        text(spec, "schedulerName", "default-scheduler");
        number(spec, "terminationGracePeriodSeconds", 30);
        Json.child(spec, "securityContext");
        for (JsonNode each : spec.path("volumes")) {
            if (each instanceof ObjectNode volume && volume.size() == 1 && volume.has("name")) {
                volume.putObject("emptyDir");
            }
        }
        for (String containers : List.of("initContainers", "containers")) {
            for (JsonNode each : spec.path(containers)) {
                if (each instanceof ObjectNode container) {
                    container(container);
                }
            }
        }
    }

    private static void container(ObjectNode container) {
        String image = container.path("image").asText();
        String last = image.substring(image.lastIndexOf('/') + 1);
        boolean moving = !last.contains("@") && (!last.contains(":") || last.endsWith(":latest"));
        text(container, "imagePullPolicy", moving ? "Always" : "IfNotPresent");
        text(container, "terminationMessagePath", "/dev/termination-log");
        text(container, "terminationMessagePolicy", "File");
        Json.child(container, "resources");
        for (JsonNode each : container.path("ports")) {
            if (each instanceof ObjectNode port) {
                text(port, PROTOCOL, "TCP");
            }
        }
        for (String name : List.of("livenessProbe", "readinessProbe", "startupProbe")) {
            if (container.get(name) instanceof ObjectNode probe) {
                number(probe, "timeoutSeconds", 1);
                number(probe, "periodSeconds", 10);
                number(probe, "successThreshold", 1);
                number(probe, "failureThreshold", 3);
                if (probe.get("httpGet") instanceof ObjectNode http) {
                    text(http, "path", "/");
                    text(http, "scheme", "HTTP");
                }
            }
        }
    }

    private static String qualityOfService(JsonNode spec) {
        boolean any = false;
        boolean all = true;
        for (JsonNode each : spec.path("containers")) {
            JsonNode resources = each.path("resources");
            any |= !resources.path("limits").isEmpty()
                    || !resources.path("requests").isEmpty();
            for (String resource : List.of("cpu", "memory")) {
                JsonNode limit = resources.path("limits").path(resource);
                JsonNode request = resources.path("requests").path(resource);
                all &= !limit.isMissingNode() && (request.isMissingNode() || request.equals(limit));
            }
        }
        return !any ? "BestEffort" : all ? "Guaranteed" : "Burstable";
    }

    private static void service(ObjectNode object, ObjectNode spec) {
        text(spec, "type", "ClusterIP");
        text(spec, "sessionAffinity", "None");
        String type = spec.path("type").asText();
        if (!type.equals("ExternalName")) {
            text(spec, "internalTrafficPolicy", "Cluster");
            text(spec, "ipFamilyPolicy", "SingleStack");
            if (!spec.has("ipFamilies")) {
                spec.putArray("ipFamilies").add("IPv4");
            }
        }
        if (type.equals("NodePort") || type.equals("LoadBalancer")) {
            text(spec, "externalTrafficPolicy", "Cluster");
        } else {
            spec.remove("externalTrafficPolicy");
        }
        for (JsonNode each : spec.path("ports")) {
            if (each instanceof ObjectNode port) {
                text(port, PROTOCOL, "TCP");
                JsonNode target = port.path("targetPort");
                if (target.isMissingNode() || target.isNull() || target.asText().equals("0")) {
                    port.set("targetPort", port.path("port"));
                }
            }
        }
        Json.child(Json.child(object, "status"), "loadBalancer");
    }

    private static void secret(ObjectNode object) {
        text(object, "type", "Opaque");
        if (object.get("stringData") instanceof ObjectNode plain) {
            ObjectNode data = Json.child(object, "data");
            for (Map.Entry<String, String> each : Json.texts(plain).entrySet()) {
                data.put(
                        each.getKey(),
                        Base64.getEncoder().encodeToString(each.getValue().getBytes(StandardCharsets.UTF_8)));
            }
            object.remove("stringData");
        }
        if (object.get("data") instanceof ArrayNode) {
            object.remove("data");
        }
    }
}
