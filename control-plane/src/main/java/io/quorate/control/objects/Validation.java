package io.quorate.control.objects;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.resource.CronSchedule;
import io.quorate.control.resource.Failure.Cause;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.LabelSelector;
import io.quorate.control.resource.ObjectNames;
import io.quorate.control.resource.Quantity;
import io.quorate.control.resource.ResourceType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What is wrong with an object that has all its defaults, in kubernetes' words; so far as clients are likely to meet it. */
final class Validation {
    private static final int MAX_ANNOTATION_BYTES = 256 * 1024;

    /** Its jobs add eleven characters. */
    private static final int MAX_CRON_JOB_NAME = 52;

    private static final List<String> ACCESS_MODES =
            List.of("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod");

    private final ResourceType type;
    private final ObjectNode object;
    private final List<Cause> faults = new ArrayList<>();

    private Validation(ResourceType type, ObjectNode object) {
        this.type = type;
        this.object = object;
    }

    static List<Cause> faults(ResourceType type, ObjectNode object) {
        Validation validation = new Validation(type, object);
        validation.metadata();
        validation.ofKind();
        return List.copyOf(validation.faults);
    }

    private void ofKind() {
        switch (type.kind()) {
            case "Pod" -> podSpec(object.path("spec"), "spec");
            case "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet" -> workload();
            case "Job" -> {
                notNegative("spec.parallelism");
                notNegative("spec.completions");
                notNegative("spec.backoffLimit");
                if (Json.at(object, "spec.completionMode").asText().equals("Indexed")
                        && Json.at(object, "spec.completions").isMissingNode()) {
                    faults.add(Cause.required("spec.completions", "when completion mode is Indexed"));
                }
                podSpec(Json.at(object, "spec.template.spec"), "spec.template.spec");
                supported("spec.template.spec.restartPolicy", List.of("OnFailure", "Never"));
            }
            case "CronJob" -> cronJob();
            case "PersistentVolumeClaim" -> storage("spec.accessModes", "spec.resources.requests.storage");
            case "PersistentVolume" -> storage("spec.accessModes", "spec.capacity.storage");
            case "StorageClass" -> {
                if (object.path("provisioner").asText().isEmpty()) {
                    faults.add(Cause.required("provisioner", ""));
                }
                supported("reclaimPolicy", List.of("Delete", "Retain"));
                supported("volumeBindingMode", List.of("Immediate", "WaitForFirstConsumer"));
            }
            case "HorizontalPodAutoscaler" -> {
                if (Json.at(object, "spec.maxReplicas").asInt() < 1) {
                    faults.add(Cause.invalid(
                            "spec.maxReplicas",
                            Json.at(object, "spec.maxReplicas").asText("0"),
                            "must be greater than 0"));
                }
            }
            case "ReplicationController" ->
                faults.add(Cause.forbidden("spec", "this cluster runs no replication controllers; use a Deployment"));
            case "Service" -> service();
            case "ConfigMap", "Secret" -> {
                dataKeys("data");
                dataKeys("binaryData");
            }
            case "Node" -> taints();
            default -> {
                // its fields are of the right types, and more is not asked
            }
        }
    }

    private void metadata() {
        JsonNode metadata = object.path("metadata");
        String name = metadata.path("name").asText();
        if (name.isEmpty()) {
            faults.add(Cause.required("metadata.name", "name or generateName is required"));
        } else {
            type.names()
                    .fault(name)
                    .ifPresent(fault -> faults.add(Cause.invalid("metadata.name", quoted(name), fault)));
        }
        labels(metadata.path("labels"), "metadata.labels");
        int bytes = 0;
        for (Map.Entry<String, String> each :
                Json.texts(metadata.path("annotations")).entrySet()) {
            bytes += each.getKey().length() + each.getValue().length();
            ObjectNames.faultOfKey(each.getKey().toLowerCase(java.util.Locale.ROOT))
                    .ifPresent(
                            fault -> faults.add(Cause.invalid("metadata.annotations", quoted(each.getKey()), fault)));
        }
        if (bytes > MAX_ANNOTATION_BYTES) {
            faults.add(new Cause(
                    "FieldValueTooLong",
                    "Too long: may not be more than " + MAX_ANNOTATION_BYTES + " bytes",
                    "metadata.annotations"));
        }
        for (JsonNode each : metadata.path("finalizers")) {
            ObjectNames.faultOfKey(each.asText())
                    .ifPresent(fault -> faults.add(Cause.invalid("metadata.finalizers", quoted(each.asText()), fault)));
        }
        int at = 0;
        for (JsonNode each : metadata.path("ownerReferences")) {
            for (String field : List.of("apiVersion", "kind", "name", "uid")) {
                if (each.path(field).asText().isEmpty()) {
                    faults.add(Cause.required("metadata.ownerReferences[" + at + "]." + field, "must not be empty"));
                }
            }
            at++;
        }
    }

    private void labels(JsonNode labels, String path) {
        for (Map.Entry<String, String> each : Json.texts(labels).entrySet()) {
            ObjectNames.faultOfKey(each.getKey())
                    .ifPresent(fault -> faults.add(Cause.invalid(path, quoted(each.getKey()), fault)));
            ObjectNames.LABEL_VALUE
                    .fault(each.getValue())
                    .ifPresent(fault -> faults.add(Cause.invalid(path, quoted(each.getValue()), fault)));
        }
    }

    private void workload() {
        notNegative("spec.replicas");
        notNegative("spec.minReadySeconds");
        notNegative("spec.revisionHistoryLimit");
        JsonNode selector = Json.at(object, "spec.selector");
        JsonNode labels = Json.at(object, "spec.template.metadata.labels");
        if (selector.isMissingNode()) {
            faults.add(Cause.required("spec.selector", ""));
        } else if (selector.path("matchLabels").isEmpty()
                && selector.path("matchExpressions").isEmpty()) {
            faults.add(Cause.invalid(
                    "spec.selector", selector.toString(), "empty selector is invalid for " + type.singular()));
        }
        if (!selector.isMissingNode() && !LabelSelector.of(selector).matches(Json.texts(labels))) {
            faults.add(Cause.invalid(
                    "spec.template.metadata.labels",
                    labels.isMissingNode() ? "null" : labels.toString(),
                    "`selector` does not match template `labels`"));
        }
        labels(labels, "spec.template.metadata.labels");
        podSpec(Json.at(object, "spec.template.spec"), "spec.template.spec");
        supported("spec.template.spec.restartPolicy", List.of("Always"));
        if (type.kind().equals("Deployment")) {
            supported("spec.strategy.type", List.of("Recreate", "RollingUpdate"));
        }
    }

    private void cronJob() {
        String schedule = Json.at(object, "spec.schedule").asText();
        if (schedule.isEmpty()) {
            faults.add(Cause.required("spec.schedule", ""));
        } else {
            try {
                CronSchedule.parse(schedule);
            } catch (IllegalArgumentException e) {
                faults.add(Cause.invalid("spec.schedule", quoted(schedule), String.valueOf(e.getMessage())));
            }
        }
        String zone = Json.at(object, "spec.timeZone").asText();
        if (!zone.isEmpty() && CronSchedule.zone(zone).isEmpty()) {
            faults.add(Cause.invalid("spec.timeZone", quoted(zone), "unknown time zone " + zone));
        }
        supported("spec.concurrencyPolicy", List.of("Allow", "Forbid", "Replace"));
        notNegative("spec.startingDeadlineSeconds");
        notNegative("spec.successfulJobsHistoryLimit");
        notNegative("spec.failedJobsHistoryLimit");
        String name = Json.at(object, "metadata.name").asText();
        if (name.length() > MAX_CRON_JOB_NAME) {
            faults.add(Cause.invalid(
                    "metadata.name", quoted(name), "must be no more than " + MAX_CRON_JOB_NAME + " characters"));
        }
        String template = "spec.jobTemplate.spec.template.spec";
        podSpec(Json.at(object, template), template);
        supported(template + ".restartPolicy", List.of("OnFailure", "Never"));
    }

    private void storage(String modes, String size) {
        if (Json.at(object, modes).isEmpty()) {
            faults.add(Cause.required(modes, "at least 1 access mode is required"));
        }
        int at = 0;
        for (JsonNode each : Json.at(object, modes)) {
            if (!ACCESS_MODES.contains(each.asText())) {
                faults.add(Cause.unsupported(modes + "[" + at + "]", quoted(each.asText()), ACCESS_MODES));
            }
            at++;
        }
        JsonNode amount = Json.at(object, size);
        if (amount.isMissingNode()) {
            faults.add(Cause.required(size, ""));
        } else if (Quantity.whole(amount).orElse(0L) <= 0) {
            faults.add(Cause.invalid(size, quoted(amount.asText()), "must be greater than zero"));
        }
    }

    private void podSpec(JsonNode spec, String path) {
        JsonNode containers = spec.path("containers");
        if (containers.isEmpty()) {
            faults.add(Cause.required(path + ".containers", ""));
        }
        Set<String> names = new HashSet<>();
        containers(spec.path("initContainers"), path + ".initContainers", names);
        containers(containers, path + ".containers", names);
        if (path.equals("spec")) {
            supported("spec.restartPolicy", List.of("Always", "OnFailure", "Never"));
        }
        JsonNode grace = spec.path("terminationGracePeriodSeconds");
        if (grace.asLong() < 0) {
            faults.add(Cause.invalid(
                    path + ".terminationGracePeriodSeconds", grace.asText(), "must be greater than or equal to 0"));
        }
    }

    private void containers(JsonNode containers, String path, Set<String> names) {
        int at = 0;
        for (JsonNode each : containers) {
            String here = path + "[" + at++ + "]";
            String name = each.path("name").asText();
            if (name.isEmpty()) {
                faults.add(Cause.required(here + ".name", ""));
            } else if (!names.add(name)) {
                faults.add(Cause.duplicate(here + ".name", quoted(name)));
            } else {
                ObjectNames.LABEL
                        .fault(name)
                        .ifPresent(fault -> faults.add(Cause.invalid(here + ".name", quoted(name), fault)));
            }
            if (each.path("image").asText().isEmpty()) {
                faults.add(Cause.required(here + ".image", ""));
            }
            int portAt = 0;
            for (JsonNode port : each.path("ports")) {
                port(port.path("containerPort"), here + ".ports[" + portAt++ + "].containerPort");
            }
            int envAt = 0;
            for (JsonNode env : each.path("env")) {
                if (env.path("name").asText().isEmpty()) {
                    faults.add(Cause.required(here + ".env[" + envAt + "].name", ""));
                }
                envAt++;
            }
        }
    }

    private void service() {
        JsonNode spec = object.path("spec");
        supported("spec.type", List.of("ClusterIP", "ExternalName", "LoadBalancer", "NodePort"));
        supported("spec.sessionAffinity", List.of("ClientIP", "None"));
        JsonNode ports = spec.path("ports");
        boolean headless = spec.path("clusterIP").asText().equals("None");
        boolean external = spec.path("type").asText().equals("ExternalName");
        if (ports.isEmpty() && !headless && !external) {
            faults.add(Cause.required("spec.ports", ""));
        }
        int at = 0;
        Set<String> names = new HashSet<>();
        for (JsonNode each : ports) {
            String here = "spec.ports[" + at++ + "]";
            port(each.path("port"), here + ".port");
            String name = each.path("name").asText();
            if (name.isEmpty() && ports.size() > 1) {
                faults.add(Cause.required(here + ".name", ""));
            } else if (!name.isEmpty() && !names.add(name)) {
                faults.add(Cause.duplicate(here + ".name", quoted(name)));
            }
            int nodePort = each.path("nodePort").asInt();
            if (nodePort != 0 && (nodePort < 30_000 || nodePort > 32_767)) {
                faults.add(Cause.invalid(
                        here + ".nodePort",
                        Integer.toString(nodePort),
                        "provided port is not in the valid range. The range of valid ports is 30000-32767"));
            }
        }
        if (external && spec.path("externalName").asText().isEmpty()) {
            faults.add(Cause.required("spec.externalName", ""));
        }
    }

    private void taints() {
        int at = 0;
        for (JsonNode each : Json.at(object, "spec.taints")) {
            String here = "spec.taints[" + at++ + "]";
            ObjectNames.faultOfKey(each.path("key").asText())
                    .ifPresent(fault -> faults.add(
                            Cause.invalid(here + ".key", quoted(each.path("key").asText()), fault)));
            String effect = each.path("effect").asText();
            List<String> effects = List.of("NoSchedule", "PreferNoSchedule", "NoExecute");
            if (!effects.contains(effect)) {
                faults.add(Cause.unsupported(here + ".effect", quoted(effect), effects));
            }
        }
    }

    private void dataKeys(String field) {
        object.path(field)
                .properties()
                .forEach(each -> ObjectNames.DATA_KEY
                        .fault(each.getKey())
                        .ifPresent(fault -> faults.add(
                                Cause.invalid(field + "[" + each.getKey() + "]", quoted(each.getKey()), fault))));
    }

    private void notNegative(String path) {
        JsonNode value = Json.at(object, path);
        if (value.isNumber() && value.asLong() < 0) {
            faults.add(Cause.invalid(path, value.asText(), "must be greater than or equal to 0"));
        }
    }

    private void port(JsonNode value, String path) {
        if (value.asLong() < 1 || value.asLong() > 65_535) {
            faults.add(Cause.invalid(
                    path,
                    value.asText("0").isEmpty() ? "0" : value.asText("0"),
                    "must be between 1 and 65535, inclusive"));
        }
    }

    private void supported(String path, List<String> words) {
        JsonNode value = Json.at(object, path);
        if (value.isMissingNode()) {
            if (!path.startsWith("spec.template") || !words.contains("Always")) {
                faults.add(Cause.required(
                        path,
                        "valid values: "
                                + String.join(
                                        ", ",
                                        words.stream().map(Validation::quoted).toList())));
            }
        } else if (!words.contains(value.asText())) {
            faults.add(Cause.unsupported(path, quoted(value.asText()), words));
        }
    }

    private static String quoted(String text) {
        return "\"" + text + "\"";
    }
}
