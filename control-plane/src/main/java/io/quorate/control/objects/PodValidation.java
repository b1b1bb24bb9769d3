package io.quorate.control.objects;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.control.resource.Failure.Cause;
import io.quorate.control.resource.ObjectNames;
import io.quorate.control.resource.Quantity;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What is wrong with the spec of a pod, or of those that a template makes. */
final class PodValidation {
    private static final List<String> PROTOCOLS = List.of("SCTP", "TCP", "UDP");
    private static final List<String> HANDLERS = List.of("exec", "httpGet", "tcpSocket", "grpc");

    /** A process cannot have more. */
    private static final int LONGEST_DEADLINE_SECONDS = Integer.MAX_VALUE;

    private final Faults faults;
    private final Set<String> containerNames = new HashSet<>();
    private final Set<String> volumes = new HashSet<>();

    /** @param claimed volumes that pods have beside those in their spec */
    private PodValidation(Faults faults, Set<String> claimed) {
        this.faults = faults;
        this.volumes.addAll(claimed);
    }

    static void check(Faults faults, JsonNode spec, String path, Set<String> claimed) {
        new PodValidation(faults, claimed).spec(spec, path);
    }

    private void spec(JsonNode spec, String path) {
        volumes(spec.path("volumes"), path + ".volumes");
        JsonNode containers = spec.path("containers");
        if (containers.isEmpty()) {
            faults.required(path + ".containers");
        }
        containers(containers, path + ".containers");
        containers(spec.path("initContainers"), path + ".initContainers");
        faults.oneOf(
                spec.path("dnsPolicy"),
                path + ".dnsPolicy",
                List.of("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"));
        faults.labels(spec.path("nodeSelector"), path + ".nodeSelector");
        JsonNode deadline = spec.path("activeDeadlineSeconds");
        if (deadline.isNumber() && (deadline.asLong() < 1 || deadline.asLong() > LONGEST_DEADLINE_SECONDS)) {
            faults.invalid(
                    path + ".activeDeadlineSeconds",
                    deadline,
                    "must be between 1 and " + LONGEST_DEADLINE_SECONDS + ", inclusive");
        }
        faults.notNegative(spec.path("terminationGracePeriodSeconds"), path + ".terminationGracePeriodSeconds");
        String node = spec.path("nodeName").asText();
        if (!node.isEmpty()) {
            faults.named(path + ".nodeName", node, ObjectNames.SUBDOMAIN.fault(node));
        }
        tolerations(spec.path("tolerations"), path + ".tolerations");
    }

    private void volumes(JsonNode all, String path) {
        int at = 0;
        for (JsonNode each : all) {
            String here = path + "[" + at++ + "]";
            name(each, here, volumes);
            if (each.size() > 2) {
                String second = each.propertyStream()
                        .map(Map.Entry::getKey)
                        .filter(field -> !field.equals("name"))
                        .skip(1)
                        .findFirst()
                        .orElse("");
                faults.add(Cause.forbidden(here + "." + second, "may not specify more than 1 volume type"));
            }
        }
    }

    private void name(JsonNode of, String path, Set<String> names) {
        String name = of.path("name").asText();
        if (name.isEmpty()) {
            faults.required(path + ".name");
            return;
        }
        faults.named(path + ".name", name, ObjectNames.LABEL.fault(name));
        faults.once(names, name, path + ".name");
    }

    private void containers(JsonNode all, String path) {
        int at = 0;
        for (JsonNode each : all) {
            container(each, path + "[" + at++ + "]");
        }
    }

    private void container(JsonNode container, String path) {
        name(container, path, containerNames);
        String image = container.path("image").asText();
        if (image.isEmpty()) {
            faults.required(path + ".image");
        } else if (!image.equals(image.strip())) {
            faults.invalid(path + ".image", container.path("image"), "must not have leading or trailing whitespace");
        }
        for (String probe : List.of("livenessProbe", "readinessProbe", "startupProbe")) {
            if (container.has(probe)) {
                probe(container.path(probe), path + "." + probe, !probe.equals("readinessProbe"));
            }
        }
        ports(container.path("ports"), path + ".ports");
        int at = 0;
        for (JsonNode each : container.path("env")) {
            environment(each, path + ".env[" + at++ + "]");
        }
        mounts(container.path("volumeMounts"), path + ".volumeMounts");
        faults.oneOf(
                container.path("imagePullPolicy"),
                path + ".imagePullPolicy",
                List.of("Always", "IfNotPresent", "Never"));
        resources(container.path("resources"), path + ".resources");
    }

    private void ports(JsonNode all, String path) {
        Set<String> names = new HashSet<>();
        int at = 0;
        for (JsonNode each : all) {
            String here = path + "[" + at++ + "]";
            String name = each.path("name").asText();
            if (!name.isEmpty()) {
                faults.portName(name, here + ".name");
                faults.once(names, name, here + ".name");
            }
            if (each.path("containerPort").asInt() == 0) {
                faults.required(here + ".containerPort");
            } else {
                faults.port(each.path("containerPort"), here + ".containerPort");
            }
            if (each.path("hostPort").asInt() != 0) {
                faults.port(each.path("hostPort"), here + ".hostPort");
            }
            faults.oneOf(each.path("protocol"), here + ".protocol", PROTOCOLS);
        }
    }

    private void environment(JsonNode variable, String path) {
        String name = variable.path("name").asText();
        if (name.isEmpty()) {
            faults.required(path + ".name");
        } else if (!name.matches("[ -<>-~]+")) {
            faults.named(
                    path + ".name",
                    name,
                    Optional.of(
                            "a valid environment variable name must consist only of printable ASCII characters other than '='"));
        }
        if (variable.has("valueFrom")) {
            if (!variable.path("value").asText().isEmpty()) {
                faults.add(
                        Cause.invalid(path + ".valueFrom", "\"\"", "may not be specified when `value` is not empty"));
            }
            int sources = variable.path("valueFrom").size();
            if (sources == 0) {
                faults.add(Cause.invalid(
                        path + ".valueFrom",
                        "\"\"",
                        "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`"));
            } else if (sources > 1) {
                faults.add(Cause.invalid(
                        path + ".valueFrom", "\"\"", "may not have more than one field specified at a time"));
            }
        }
    }

    private void mounts(JsonNode all, String path) {
        Set<String> paths = new HashSet<>();
        int at = 0;
        for (JsonNode each : all) {
            String here = path + "[" + at++ + "]";
            String name = each.path("name").asText();
            if (name.isEmpty()) {
                faults.required(here + ".name");
            } else if (!volumes.contains(name)) {
                faults.add(new Cause("FieldValueNotFound", "Not found: " + Faults.quoted(name), here + ".name"));
            }
            String mountPath = each.path("mountPath").asText();
            if (mountPath.isEmpty()) {
                faults.required(here + ".mountPath");
            } else if (!paths.add(mountPath)) {
                faults.invalid(here + ".mountPath", each.path("mountPath"), "must be unique");
            }
        }
    }

    private void probe(JsonNode probe, String path, boolean once) {
        List<String> handlers = HANDLERS.stream().filter(probe::has).toList();
        if (handlers.isEmpty()) {
            faults.add(Cause.required(path, "must specify a handler type"));
        } else if (handlers.size() > 1) {
            faults.add(Cause.forbidden(path + "." + handlers.get(1), "may not specify more than 1 handler type"));
        }
        for (String handler : List.of("httpGet", "tcpSocket")) {
            if (probe.has(handler)) {
                faults.portOrName(probe.path(handler).path("port"), path + "." + handler + ".port");
            }
        }
        faults.oneOf(probe.path("httpGet").path("scheme"), path + ".httpGet.scheme", List.of("HTTP", "HTTPS"));
        if (probe.has("exec") && probe.path("exec").path("command").isEmpty()) {
            faults.required(path + ".exec.command");
        }
        for (String field : List.of(
                "initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold")) {
            faults.notNegative(probe.path(field), path + "." + field);
        }
        if (once && probe.path("successThreshold").asInt(1) != 1) {
            faults.invalid(path + ".successThreshold", probe.path("successThreshold"), "must be 1");
        }
    }

    private void resources(JsonNode resources, String path) {
        for (String side : List.of("limits", "requests")) {
            for (Map.Entry<String, JsonNode> each : resources.path(side).properties()) {
                if (Quantity.thousandths(each.getValue()).orElse(0L) < 0) {
                    faults.add(Cause.invalid(
                            path + "." + side + "[" + each.getKey() + "]",
                            Faults.quoted(each.getValue().asText()),
                            Faults.NOT_NEGATIVE));
                }
            }
        }
        for (Map.Entry<String, JsonNode> each : resources.path("requests").properties()) {
            JsonNode limit = resources.path("limits").path(each.getKey());
            if (!limit.isMissingNode()
                    && Quantity.thousandths(each.getValue()).orElse(0L)
                            > Quantity.thousandths(limit).orElse(0L)) {
                faults.add(Cause.invalid(
                        path + ".requests",
                        Faults.quoted(each.getValue().asText()),
                        "must be less than or equal to " + each.getKey() + " limit of " + limit.asText()));
            }
        }
    }

    private void tolerations(JsonNode all, String path) {
        int at = 0;
        for (JsonNode each : all) {
            String here = path + "[" + at++ + "]";
            String key = each.path("key").asText();
            String operator = each.path("operator").asText("Equal");
            if (!key.isEmpty()) {
                faults.named(here + ".key", key, ObjectNames.faultOfKey(key));
            } else if (!operator.equals("Exists")) {
                faults.add(Cause.invalid(
                        here + ".operator",
                        Faults.quoted(each.path("operator").asText()),
                        "operator must be Exists when `key` is empty, which means \"match all values and all keys\""));
            }
            if (each.has("tolerationSeconds") && !each.path("effect").asText().equals("NoExecute")) {
                faults.add(Cause.invalid(
                        here + ".effect",
                        Faults.quoted(each.path("effect").asText()),
                        "effect must be 'NoExecute' when `tolerationSeconds` is set"));
            }
            if (operator.equals("Exists") && !each.path("value").asText().isEmpty()) {
                faults.invalid(here + ".operator", each, "value must be empty when `operator` is 'Exists'");
            } else if (!List.of("", "Equal", "Exists").contains(operator)) {
                faults.oneOf(each.path("operator"), here + ".operator", List.of("Equal", "Exists"));
            }
            if (!each.path("effect").asText().isEmpty()) {
                faults.oneOf(
                        each.path("effect"), here + ".effect", List.of("NoSchedule", "PreferNoSchedule", "NoExecute"));
            }
        }
    }
}
