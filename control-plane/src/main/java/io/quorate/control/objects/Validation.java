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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What is wrong with an object that has all its defaults, in kubernetes' words; so far as clients are likely to meet it. */
final class Validation {
    private static final int MAX_ANNOTATION_BYTES = 256 * 1024;

    /** Its jobs add eleven characters. */
    private static final int MAX_CRON_JOB_NAME = 52;

    private static final List<String> ACCESS_MODES =
            List.of("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod");

    private static final List<String> PROTOCOLS = List.of("SCTP", "TCP", "UDP");

    private final ResourceType type;
    private final ObjectNode object;
    private final Faults faults = new Faults();

    private Validation(ResourceType type, ObjectNode object) {
        this.type = type;
        this.object = object;
    }

    static List<Cause> faults(ResourceType type, ObjectNode object) {
        Validation validation = new Validation(type, object);
        validation.metadata();
        validation.ofKind();
        return validation.faults.all();
    }

    private void ofKind() {
        switch (type.kind()) {
            case "Pod" -> {
                PodValidation.check(faults, object.path("spec"), "spec", Set.of());
                supported("spec.restartPolicy", List.of("Always", "OnFailure", "Never"));
            }
            case "Deployment" -> {
                workload("deployment");
                strategy(object.path("spec").path("strategy"));
            }
            case "ReplicaSet" -> workload("deployment"); // sic
            case "StatefulSet" -> {
                statefulSet(object.path("spec"));
                workload("statefulset");
            }
            case "DaemonSet" -> {
                workload("daemonset");
                daemonSet(object.path("spec").path("updateStrategy"));
            }
            case "Job" -> job();
            case "CronJob" -> cronJob();
            case "PersistentVolumeClaim" -> storage("spec.accessModes", "spec.resources.requests.storage");
            case "PersistentVolume" -> storage("spec.accessModes", "spec.capacity.storage");
            case "StorageClass" -> {
                faults.present(object.path("provisioner"), "provisioner");
                supported("reclaimPolicy", List.of("Delete", "Retain"));
                supported("volumeBindingMode", List.of("Immediate", "WaitForFirstConsumer"));
            }
            case "HorizontalPodAutoscaler" -> {
                JsonNode most = Json.at(object, "spec.maxReplicas");
                if (most.asInt() < 1) {
                    faults.invalid("spec.maxReplicas", most, "must be greater than 0");
                }
            }
            case "ReplicationController" ->
                faults.add(Cause.forbidden("spec", "this cluster runs no replication controllers; use a Deployment"));
            case "Service" -> service();
            case "ConfigMap" -> data();
            case "Secret" -> {
                faults.dataKeys(object.path("data"), "data");
                secret();
            }
            case "Node" -> taints();
            case "PodDisruptionBudget" -> budget(object.path("spec"));
            case "Lease" -> {
                JsonNode duration = Json.at(object, "spec.leaseDurationSeconds");
                if (duration.isNumber() && duration.asLong() <= 0) {
                    faults.invalid("spec.leaseDurationSeconds", duration, "must be greater than 0");
                }
                notNegative("spec.leaseTransitions");
            }
            case "Event" -> event();
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
            faults.named("metadata.name", name, type.names().fault(name));
        }
        faults.labels(metadata.path("labels"), "metadata.labels");
        int bytes = 0;
        for (Map.Entry<String, String> each :
                Json.texts(metadata.path("annotations")).entrySet()) {
            bytes += each.getKey().length() + each.getValue().length();
            faults.named(
                    "metadata.annotations",
                    each.getKey(),
                    ObjectNames.faultOfKey(each.getKey().toLowerCase(java.util.Locale.ROOT)));
        }
        if (bytes > MAX_ANNOTATION_BYTES) {
            faults.add(new Cause(
                    "FieldValueTooLong",
                    "Too long: may not be more than " + MAX_ANNOTATION_BYTES + " bytes",
                    "metadata.annotations"));
        }
        for (JsonNode each : metadata.path("finalizers")) {
            faults.named("metadata.finalizers", each.asText(), ObjectNames.faultOfKey(each.asText()));
        }
        int at = 0;
        for (JsonNode each : metadata.path("ownerReferences")) {
            for (String field : List.of("apiVersion", "kind", "name", "uid")) {
                if (each.path(field).asText().isEmpty()) {
                    faults.add(Cause.invalid(
                            "metadata.ownerReferences[" + at + "]." + field,
                            "\"\"",
                            field.equals("apiVersion") ? "version must not be empty" : "must not be empty"));
                }
            }
            at++;
        }
    }

    /** @param word that an empty selector is called by */
    private void workload(String word) {
        notNegative("spec.replicas");
        JsonNode selector = Json.at(object, "spec.selector");
        JsonNode labels = Json.at(object, "spec.template.metadata.labels");
        boolean daemons = word.equals("daemonset");
        boolean sound = true;
        if (selector.isMissingNode()) {
            if (!daemons) {
                faults.required("spec.selector");
            }
        } else {
            sound = faults.selector(selector, "spec.selector");
            if (selector.path("matchLabels").isEmpty()
                    && selector.path("matchExpressions").isEmpty()) {
                faults.invalid("spec.selector", selector, "empty selector is invalid for " + word);
            }
        }
        if (!sound) {
            if (!daemons) {
                faults.invalid("spec.selector", selector, "invalid label selector");
            }
        } else if (selector.isMissingNode() || !LabelSelector.of(selector).matches(Json.texts(labels))) {
            mismatch(labels);
        }
        template();
        supported("spec.template.spec.restartPolicy", List.of("Always"));
        if (!Json.at(object, "spec.template.spec.activeDeadlineSeconds").isMissingNode()) {
            faults.add(Cause.forbidden(
                    "spec.template.spec.activeDeadlineSeconds",
                    "activeDeadlineSeconds in " + (word.equals("deployment") ? "ReplicaSet" : type.kind())
                            + " is not Supported"));
        }
        notNegative("spec.minReadySeconds");
        notNegative("spec.revisionHistoryLimit");
    }

    private void mismatch(JsonNode labels) {
        faults.invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`");
    }

    private void template() {
        faults.labels(Json.at(object, "spec.template.metadata.labels"), "spec.template.labels");
        Set<String> claimed = Json.at(object, "spec.volumeClaimTemplates")
                .valueStream()
                .map(each -> Json.at(each, "metadata.name").asText())
                .collect(Collectors.toSet());
        PodValidation.check(faults, Json.at(object, "spec.template.spec"), "spec.template.spec", claimed);
    }

    private void strategy(JsonNode strategy) {
        JsonNode rolling = strategy.path("rollingUpdate");
        String here = "spec.strategy";
        switch (strategy.path("type").asText()) {
            case "Recreate" -> {
                if (!rolling.isMissingNode()) {
                    faults.add(Cause.forbidden(
                            here + ".rollingUpdate", "may not be specified when strategy `type` is 'Recreate'"));
                }
            }
            case "RollingUpdate" -> {
                JsonNode unavailable = rolling.path("maxUnavailable");
                JsonNode surge = rolling.path("maxSurge");
                faults.countOrPercent(unavailable, here + ".rollingUpdate.maxUnavailable");
                faults.countOrPercent(surge, here + ".rollingUpdate.maxSurge");
                if (Faults.isNothing(unavailable) && Faults.isNothing(surge)) {
                    faults.invalid(
                            here + ".rollingUpdate.maxUnavailable", unavailable, "may not be 0 when `maxSurge` is 0");
                }
                faults.atMostAll(unavailable, here + ".rollingUpdate.maxUnavailable");
            }
            default -> unsupported(here, strategy, List.of("Recreate", "RollingUpdate"));
        }
        notNegative("spec.progressDeadlineSeconds");
        JsonNode deadline = Json.at(object, "spec.progressDeadlineSeconds");
        if (deadline.isNumber()
                && deadline.asLong() >= 0
                && deadline.asLong() <= Json.at(object, "spec.minReadySeconds").asLong()) {
            faults.invalid("spec.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds");
        }
    }

    /** A strategy that is none is shown whole, as kubernetes has it within. */
    private void unsupported(String path, JsonNode strategy, List<String> words) {
        ObjectNode shown =
                Json.object().put("Type", strategy.path("type").asText()).putNull("RollingUpdate");
        faults.add(Cause.unsupported(path, shown.toString(), words));
    }

    private void daemonSet(JsonNode strategy) {
        String here = "spec.updateStrategy";
        switch (strategy.path("type").asText()) {
            case "OnDelete" -> {
                // nothing belongs to it
            }
            case "RollingUpdate" -> {
                JsonNode unavailable = strategy.path("rollingUpdate").path("maxUnavailable");
                JsonNode surge = strategy.path("rollingUpdate").path("maxSurge");
                faults.countOrPercent(unavailable, here + ".rollingUpdate.maxUnavailable");
                faults.countOrPercent(surge, here + ".rollingUpdate.maxSurge");
                boolean isUnavailable = !Faults.isNothing(unavailable);
                boolean surges = !Faults.isNothing(surge);
                if (isUnavailable && surges) {
                    faults.invalid(
                            here + ".rollingUpdate.maxSurge", surge, "may not be set when maxUnavailable is non-zero");
                } else if (!isUnavailable && !surges) {
                    faults.add(
                            Cause.required(here + ".rollingUpdate.maxUnavailable", "cannot be 0 when maxSurge is 0"));
                }
                faults.atMostAll(unavailable, here + ".rollingUpdate.maxUnavailable");
                faults.atMostAll(surge, here + ".rollingUpdate.maxSurge");
            }
            default -> unsupported(here, strategy, List.of("OnDelete", "RollingUpdate"));
        }
    }

    private void statefulSet(JsonNode spec) {
        JsonNode policy = spec.path("podManagementPolicy");
        if (!List.of("OrderedReady", "Parallel").contains(policy.asText())) {
            faults.invalid("spec.podManagementPolicy", policy, "must be 'OrderedReady' or 'Parallel'");
        }
        JsonNode strategy = spec.path("updateStrategy");
        switch (strategy.path("type").asText()) {
            case "RollingUpdate" -> notNegative("spec.updateStrategy.rollingUpdate.partition");
            case "OnDelete" -> {
                if (strategy.has("rollingUpdate")) {
                    faults.invalid(
                            "spec.updateStrategy.rollingUpdate",
                            strategy.get("rollingUpdate"),
                            "only allowed for updateStrategy 'RollingUpdate'");
                }
            }
            default -> faults.invalid("spec.updateStrategy", strategy, "must be 'RollingUpdate' or 'OnDelete'");
        }
    }

    private void job() {
        for (String each : List.of(
                "parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished")) {
            notNegative("spec." + each);
        }
        JsonNode mode = Json.at(object, "spec.completionMode");
        faults.oneOf(mode, "spec.completionMode", List.of("Indexed", "NonIndexed"));
        if (mode.asText().equals("Indexed")
                && Json.at(object, "spec.completions").isMissingNode()) {
            faults.add(Cause.required("spec.completions", "when completion mode is Indexed"));
        }
        JsonNode selector = Json.at(object, "spec.selector");
        JsonNode labels = Json.at(object, "spec.template.metadata.labels");
        faults.selector(selector, "spec.selector");
        if (!selector.isMissingNode() && !LabelSelector.of(selector).matches(Json.texts(labels))) {
            mismatch(labels);
        }
        boolean generated = selector.path("matchLabels").has("batch.kubernetes.io/controller-uid")
                || selector.path("matchLabels").has("controller-uid");
        if (!generated && !Json.at(object, "spec.manualSelector").asBoolean()) {
            faults.invalid("spec.selector", selector, "`selector` not auto-generated");
        }
        template();
        List<String> policies = List.of("OnFailure", "Never");
        JsonNode policy = Json.at(object, "spec.template.spec.restartPolicy");
        if (policy.asText("Always").equals("Always")) {
            faults.add(Cause.required("spec.template.spec.restartPolicy", "valid values: \"OnFailure\", \"Never\""));
        } else {
            faults.oneOf(policy, "spec.template.spec.restartPolicy", policies);
        }
    }

    private void cronJob() {
        String schedule = Json.at(object, "spec.schedule").asText();
        if (schedule.isEmpty()) {
            faults.required("spec.schedule");
        } else {
            try {
                CronSchedule.parse(schedule);
            } catch (IllegalArgumentException e) {
                faults.named("spec.schedule", schedule, Optional.of(String.valueOf(e.getMessage())));
            }
        }
        String zone = Json.at(object, "spec.timeZone").asText();
        if (!zone.isEmpty() && CronSchedule.zone(zone).isEmpty()) {
            faults.named("spec.timeZone", zone, Optional.of("unknown time zone " + zone));
        }
        supported("spec.concurrencyPolicy", List.of("Allow", "Forbid", "Replace"));
        notNegative("spec.startingDeadlineSeconds");
        notNegative("spec.successfulJobsHistoryLimit");
        notNegative("spec.failedJobsHistoryLimit");
        String name = Json.at(object, "metadata.name").asText();
        if (name.length() > MAX_CRON_JOB_NAME) {
            faults.named(
                    "metadata.name", name, Optional.of("must be no more than " + MAX_CRON_JOB_NAME + " characters"));
        }
        String template = "spec.jobTemplate.spec.template.spec";
        PodValidation.check(faults, Json.at(object, template), template, Set.of());
        supported(template + ".restartPolicy", List.of("OnFailure", "Never"));
    }

    private void storage(String modes, String size) {
        if (Json.at(object, modes).isEmpty()) {
            faults.add(Cause.required(modes, "at least 1 access mode is required"));
        }
        int at = 0;
        for (JsonNode each : Json.at(object, modes)) {
            faults.oneOf(each, modes + "[" + at + "]", ACCESS_MODES);
            at++;
        }
        JsonNode amount = Json.at(object, size);
        if (amount.isMissingNode()) {
            faults.required(size);
        } else if (Quantity.whole(amount).orElse(0L) <= 0) {
            faults.invalid(size, amount, "must be greater than zero");
        }
    }

    private void service() {
        JsonNode spec = object.path("spec");
        JsonNode ports = spec.path("ports");
        boolean headless = spec.path("clusterIP").asText().equals("None");
        String kind = spec.path("type").asText();
        boolean external = kind.equals("ExternalName");
        if (ports.isEmpty() && !headless && !external) {
            faults.required("spec.ports");
        }
        if (external) {
            String target = spec.path("externalName").asText();
            if (target.isEmpty()) {
                faults.required("spec.externalName");
            } else {
                faults.named("spec.externalName", target, ObjectNames.SUBDOMAIN.fault(target));
            }
        }
        int at = 0;
        Set<String> names = new HashSet<>();
        Set<String> taken = new HashSet<>();
        for (JsonNode each : ports) {
            String here = "spec.ports[" + at++ + "]";
            String name = each.path("name").asText();
            if (name.isEmpty()) {
                if (ports.size() > 1) {
                    faults.required(here + ".name");
                }
            } else {
                faults.named(here + ".name", name, ObjectNames.LABEL.fault(name));
                faults.once(names, name, here + ".name");
            }
            faults.port(each.path("port"), here + ".port");
            faults.oneOf(each.path("protocol"), here + ".protocol", PROTOCOLS);
            faults.portOrName(each.path("targetPort"), here + ".targetPort");
            String protocol = each.path("protocol").asText();
            if (!taken.add(protocol + each.path("port").asInt())) {
                faults.add(Cause.duplicate(
                        here,
                        "{\"Name\":\"\",\"Protocol\":\"" + protocol + "\",\"AppProtocol\":null,\"Port\":"
                                + each.path("port").asInt() + ",\"TargetPort\":0,\"NodePort\":0}"));
            }
            nodePort(each.path("nodePort"), here + ".nodePort", kind);
        }
        faults.labels(spec.path("selector"), "spec.selector");
        supported("spec.sessionAffinity", List.of("ClientIP", "None"));
        supported("spec.type", List.of("ClusterIP", "ExternalName", "LoadBalancer", "NodePort"));
    }

    private void nodePort(JsonNode port, String path, String kind) {
        if (port.asInt() == 0) {
            return;
        }
        if (kind.equals("ClusterIP")) {
            faults.add(Cause.forbidden(path, "may not be used when `type` is 'ClusterIP'"));
        } else if (port.asInt() < 30_000 || port.asInt() > 32_767) {
            faults.invalid(
                    path, port, "provided port is not in the valid range. The range of valid ports is 30000-32767");
        }
    }

    private void data() {
        faults.dataKeys(object.path("data"), "data");
        faults.dataKeys(object.path("binaryData"), "binaryData");
        for (Map.Entry<String, JsonNode> each : object.path("binaryData").properties()) {
            if (object.path("data").has(each.getKey())) {
                faults.named(
                        "data[" + each.getKey() + "]",
                        each.getKey(),
                        java.util.Optional.of("duplicate of key present in binaryData"));
            }
        }
    }

    /** Types of secrets that are known have the keys that whoever reads them looks for. */
    private void secret() {
        JsonNode data = object.path("data");
        switch (object.path("type").asText()) {
            case "kubernetes.io/dockercfg" -> faults.requiredKeys(data, List.of(".dockercfg"));
            case "kubernetes.io/dockerconfigjson" -> faults.requiredKeys(data, List.of(".dockerconfigjson"));
            case "kubernetes.io/basic-auth" -> {
                if (!data.has("username") && !data.has("password")) {
                    faults.requiredKeys(data, List.of("username", "password"));
                }
            }
            case "kubernetes.io/ssh-auth" -> faults.requiredKeys(data, List.of("ssh-privatekey"));
            case "kubernetes.io/tls" -> faults.requiredKeys(data, List.of("tls.crt", "tls.key"));
            case "kubernetes.io/service-account-token" -> {
                String account = "kubernetes.io/service-account.name";
                if (object.path("metadata")
                        .path("annotations")
                        .path(account)
                        .asText()
                        .isEmpty()) {
                    faults.required("metadata.annotations[" + account + "]");
                }
            }
            default -> {
                // whatever its author likes
            }
        }
    }

    private void budget(JsonNode spec) {
        JsonNode available = spec.path("minAvailable");
        JsonNode unavailable = spec.path("maxUnavailable");
        if (!available.isMissingNode() && !unavailable.isMissingNode()) {
            faults.invalid("spec", spec, "minAvailable and maxUnavailable cannot be both set");
        }
        faults.countOrPercent(available, "spec.minAvailable");
        faults.atMostAll(available, "spec.minAvailable");
        faults.countOrPercent(unavailable, "spec.maxUnavailable");
        faults.atMostAll(unavailable, "spec.maxUnavailable");
        faults.selector(spec.path("selector"), "spec.selector");
        faults.oneOf(
                spec.path("unhealthyPodEvictionPolicy"),
                "spec.unhealthyPodEvictionPolicy",
                List.of("AlwaysAllow", "IfHealthyBudget"));
    }

    private void event() {
        String about = Json.at(object, "involvedObject.namespace").asText();
        String home = Json.at(object, "metadata.namespace").asText();
        if (!about.equals(home) && !(about.isEmpty() && home.equals("default"))) {
            faults.add(
                    Cause.invalid("involvedObject.namespace", Faults.quoted(about), "does not match event.namespace"));
        }
    }

    private void taints() {
        int at = 0;
        for (JsonNode each : Json.at(object, "spec.taints")) {
            String here = "spec.taints[" + at++ + "]";
            String key = each.path("key").asText();
            faults.named(here + ".key", key, ObjectNames.faultOfKey(key));
            String effect = each.path("effect").asText();
            List<String> effects = List.of("NoSchedule", "PreferNoSchedule", "NoExecute");
            if (!effects.contains(effect)) {
                faults.add(Cause.unsupported(here + ".effect", Faults.quoted(effect), effects));
            }
        }
    }

    private void notNegative(String path) {
        faults.notNegative(Json.at(object, path), path);
    }

    private void supported(String path, List<String> words) {
        faults.oneOf(Json.at(object, path), path, words);
    }
}
