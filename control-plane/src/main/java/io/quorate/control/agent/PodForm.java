package io.quorate.control.agent;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.control.objects.Times;
import io.quorate.control.resource.Json;
import io.quorate.node.workload.ContainerWish;
import io.quorate.node.workload.PodWish;
import io.quorate.node.workload.Probe;
import io.quorate.node.workload.Walls;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** A pod object as what the runtime's rules decide upon. Pure. */
final class PodForm {
    private static final String CONTAINERS = "containers";
    private static final String INIT_CONTAINERS = "initContainers";
    private static final String SECURITY = "securityContext";
    private static final String PROFILE = "seccompProfile.type";
    private static final long GRACE_SECONDS = 30;

    private PodForm() {}

    /** Which port something listens on when it is up; empty where that is not known. */
    @FunctionalInterface
    interface KnownPorts {
        OptionalInt of(String image, List<String> command, List<String> args);
    }

    /** @param toldFromMillis before this it is not told to end */
    static PodWish wish(JsonNode pod, KnownPorts ports, long toldFromMillis) {
        JsonNode metadata = pod.path("metadata");
        JsonNode spec = pod.path("spec");
        return new PodWish(
                metadata.path("uid").asText(),
                metadata.path("namespace").asText(),
                metadata.path("name").asText(),
                switch (spec.path("restartPolicy").asText()) {
                    case "Never" -> PodWish.Restart.NEVER;
                    case "OnFailure" -> PodWish.Restart.ON_FAILURE;
                    default -> PodWish.Restart.ALWAYS;
                },
                spec.path("terminationGracePeriodSeconds").asLong(GRACE_SECONDS) * 1000,
                containers(spec.path(INIT_CONTAINERS), (image, command, args) -> OptionalInt.empty()),
                containers(spec.path(CONTAINERS), ports),
                endsAt(pod).stream()
                        .mapToObj(at -> new PodWish.Ending(at, toldFromMillis))
                        .findFirst());
    }

    /** When a pod that is to end is to have ended; empty where it is not to. */
    static OptionalLong endsAt(JsonNode pod) {
        String at = Json.at(pod, "metadata.deletionTimestamp").asText();
        return at.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(Times.millis(at).orElse(0L));
    }

    private static List<ContainerWish> containers(JsonNode list, KnownPorts ports) {
        List<ContainerWish> wishes = new ArrayList<>();
        for (JsonNode each : list) {
            Map<Probe.Kind, Probe> probes = new EnumMap<>(Probe.Kind.class);
            probe(each, "startupProbe").ifPresent(probe -> probes.put(Probe.Kind.STARTUP, probe));
            probe(each, "livenessProbe").ifPresent(probe -> probes.put(Probe.Kind.LIVENESS, probe));
            probe(each, "readinessProbe").ifPresent(probe -> probes.put(Probe.Kind.READINESS, probe));
            if (!probes.containsKey(Probe.Kind.STARTUP) && !probes.containsKey(Probe.Kind.READINESS)) {
                listens(each, ports).ifPresent(probe -> probes.put(Probe.Kind.STARTUP, probe));
            }
            wishes.add(new ContainerWish(
                    each.path("name").asText(),
                    each.path("image").asText(),
                    probes,
                    !Json.at(each, "lifecycle.preStop.exec.command").isEmpty()));
        }
        return wishes;
    }

    /** A program that is known to listen is not ready before it does, though nobody has said how to find out. */
    private static Optional<Probe> listens(JsonNode container, KnownPorts ports) {
        OptionalInt usual = ports.of(
                container.path("image").asText(), texts(container.path("command")), texts(container.path("args")));
        if (usual.isEmpty()) {
            return Optional.empty();
        }
        for (JsonNode each : container.path("env")) {
            if (each.path("name").asText().equals("PORT")) {
                int port = each.path("value").asInt();
                return port == 0 ? Optional.empty() : Optional.of(Probe.listens(port));
            }
        }
        return container.path("envFrom").isEmpty() ? Optional.of(Probe.listens(usual.getAsInt())) : Optional.empty();
    }

    private static Optional<Probe> probe(JsonNode container, String field) {
        JsonNode probe = container.path(field);
        return check(container, probe)
                .map(check -> new Probe(
                        check,
                        probe.path("initialDelaySeconds").asLong() * 1000,
                        Math.max(1, probe.path("periodSeconds").asLong(10)) * 1000,
                        Math.max(1, probe.path("timeoutSeconds").asLong(1)) * 1000,
                        Math.max(1, probe.path("successThreshold").asInt(1)),
                        Math.max(1, probe.path("failureThreshold").asInt(3)),
                        probe.has("terminationGracePeriodSeconds")
                                ? probe.path("terminationGracePeriodSeconds").asLong() * 1000
                                : -1));
    }

    private static Optional<Probe.Check> check(JsonNode container, JsonNode probe) {
        if (probe.has("exec")) {
            return Optional.of(new Probe.Check.Exec(texts(Json.at(probe, "exec.command"))));
        }
        if (probe.has("httpGet")) {
            JsonNode http = probe.path("httpGet");
            List<Probe.Header> headers = new ArrayList<>();
            http.path("httpHeaders")
                    .forEach(each -> headers.add(new Probe.Header(
                            each.path("name").asText(), each.path("value").asText())));
            return Optional.of(new Probe.Check.Http(
                    http.path("scheme").asText("HTTP"),
                    http.path("host").asText(),
                    port(container, http.path("port")),
                    http.path("path").asText("/"),
                    headers));
        }
        if (probe.has("tcpSocket")) {
            JsonNode tcp = probe.path("tcpSocket");
            return Optional.of(new Probe.Check.Tcp(tcp.path("host").asText(), port(container, tcp.path("port"))));
        }
        return Optional.empty();
    }

    /** A port's number; one that is named stands in the container. */
    private static int port(JsonNode container, JsonNode port) {
        if (port.isTextual()) {
            for (JsonNode each : container.path("ports")) {
                if (each.path("name").asText().equals(port.asText())) {
                    return each.path("containerPort").asInt();
                }
            }
        }
        return port.asInt();
    }

    /** What its container and the pod say of walls; what the container says comes first. */
    static Walls walls(JsonNode pod, JsonNode container) {
        JsonNode own = container.path(SECURITY);
        JsonNode all = Json.at(pod, "spec." + SECURITY);
        Set<String> readOnly = new HashSet<>();
        for (JsonNode mount : container.path("volumeMounts")) {
            if (mount.path("readOnly").asBoolean()) {
                readOnly.add(mount.path("mountPath").asText());
            }
        }
        String name = Json.at(pod, "metadata.name").asText();
        return new Walls(
                Json.at(pod, "spec.hostname").asText(name),
                number(own, all, "runAsUser"),
                number(own, all, "runAsGroup"),
                own.path("runAsNonRoot").asBoolean(all.path("runAsNonRoot").asBoolean()),
                own.path("readOnlyRootFilesystem").asBoolean(),
                readOnly,
                own.path("allowPrivilegeEscalation").asBoolean(),
                capabilities(Json.at(own, "capabilities.add")),
                capabilities(Json.at(own, "capabilities.drop")),
                Json.at(own, PROFILE).asText(Json.at(all, PROFILE).asText()).equals("Unconfined"),
                own.path("privileged").asBoolean());
    }

    private static OptionalLong number(JsonNode first, JsonNode second, String field) {
        JsonNode found = first.has(field) ? first.path(field) : second.path(field);
        return found.isNumber() ? OptionalLong.of(found.asLong()) : OptionalLong.empty();
    }

    private static Set<String> capabilities(JsonNode list) {
        Set<String> names = new HashSet<>();
        texts(list).forEach(each -> names.add(each.toUpperCase(Locale.ROOT).replaceFirst("^CAP_", "")));
        return names;
    }

    static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(each -> texts.add(each.asText()));
        return texts;
    }

    static Optional<JsonNode> container(JsonNode pod, String name) {
        for (String field : List.of(CONTAINERS, INIT_CONTAINERS)) {
            for (JsonNode each : Json.at(pod, "spec." + field)) {
                if (each.path("name").asText().equals(name)) {
                    return Optional.of(each);
                }
            }
        }
        return Optional.empty();
    }

    /** As events name a container. */
    static String fieldPath(JsonNode pod, String container) {
        for (JsonNode each : Json.at(pod, "spec." + INIT_CONTAINERS)) {
            if (each.path("name").asText().equals(container)) {
                return "spec.initContainers{" + container + "}";
            }
        }
        return "spec.containers{" + container + "}";
    }
}
