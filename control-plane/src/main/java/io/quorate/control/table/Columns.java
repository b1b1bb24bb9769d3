package io.quorate.control.table;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.LabelSelector;
import io.quorate.control.resource.ResourceType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.function.Function;

/** The columns of each type. */
final class Columns {
    private static final String NONE = "<none>";
    private static final String UNKNOWN = "<unknown>";
    private static final String ROLE = "node-role.kubernetes.io/";

    private Columns() {}

    static List<Column> of(ResourceType type) {
        return switch (type.kind()) {
            case "Node" -> node();
            case "Pod" -> pod();
            case "Service" ->
                List.of(
                        name(),
                        field("Type", "spec.type"),
                        Column.text(
                                "Cluster-IP",
                                object -> or(Json.at(object, "spec.clusterIP").asText(), NONE)),
                        Column.text("External-IP", Columns::externalAddress),
                        Column.text("Port(s)", Columns::ports),
                        Column.age(),
                        Column.text("Selector", object -> texts(Json.at(object, "spec.selector")))
                                .onlyWide());
            case "Deployment" ->
                workload(
                        Column.text(
                                "Ready",
                                object -> count(object, "status.readyReplicas") + "/" + count(object, "spec.replicas")),
                        number("Up-to-date", "status.updatedReplicas"),
                        number("Available", "status.availableReplicas"));
            case "ReplicaSet" ->
                workload(
                        number("Desired", "spec.replicas"),
                        number("Current", "status.replicas"),
                        number("Ready", "status.readyReplicas"));
            case "DaemonSet" ->
                workload(
                        number("Desired", "status.desiredNumberScheduled"),
                        number("Current", "status.currentNumberScheduled"),
                        number("Ready", "status.numberReady"),
                        number("Up-to-date", "status.updatedNumberScheduled"),
                        number("Available", "status.numberAvailable"),
                        Column.text(
                                "Node Selector", object -> texts(Json.at(object, "spec.template.spec.nodeSelector"))));
            case "StatefulSet" ->
                List.of(
                        name(),
                        Column.text(
                                "Ready",
                                object -> count(object, "status.readyReplicas") + "/" + count(object, "spec.replicas")),
                        Column.age(),
                        containers("name", "Containers"),
                        containers("image", "Images"));
            case "Job" ->
                workload(
                        Column.text("Status", Columns::jobStatus),
                        Column.text(
                                "Completions",
                                object -> count(object, "status.succeeded") + "/" + count(object, "spec.completions")));
            case "CronJob" ->
                List.of(
                        name(),
                        field("Schedule", "spec.schedule"),
                        Column.text(
                                "Timezone",
                                object -> or(Json.at(object, "spec.timeZone").asText(), NONE)),
                        Column.text(
                                "Suspend",
                                object ->
                                        capital(Json.at(object, "spec.suspend").asBoolean())),
                        Column.number("Active", object ->
                                (long) Json.at(object, "status.active").size()),
                        Column.since("Last Schedule", "status.lastScheduleTime"),
                        Column.age());
            case "Namespace" -> List.of(name(), field("Status", "status.phase"), Column.age());
            case "ConfigMap" ->
                List.of(
                        name(),
                        Column.number(
                                "Data",
                                object -> (long) object.path("data").size()
                                        + object.path("binaryData").size()),
                        Column.age());
            case "Secret" ->
                List.of(
                        name(),
                        field("Type", "type"),
                        Column.number(
                                "Data", object -> (long) object.path("data").size()),
                        Column.age());
            case "ServiceAccount" ->
                List.of(
                        name(),
                        Column.number("Secrets", object ->
                                (long) object.path("secrets").size()),
                        Column.age());
            case "Endpoints" -> List.of(name(), Column.text("Endpoints", Columns::endpoints), Column.age());
            case "EndpointSlice" ->
                List.of(
                        name(),
                        field("AddressType", "addressType"),
                        Column.text("Ports", object -> or(values(object.path("ports"), "port"), "<unset>")),
                        Column.text("Endpoints", Columns::sliceEndpoints),
                        Column.age());
            case "Lease" -> List.of(name(), field("Holder", "spec.holderIdentity"), Column.age());
            case "PodDisruptionBudget" ->
                List.of(
                        name(),
                        Column.text(
                                "Min Available",
                                object ->
                                        or(Json.at(object, "spec.minAvailable").asText(), "N/A")),
                        Column.text(
                                "Max Unavailable",
                                object -> or(
                                        Json.at(object, "spec.maxUnavailable").asText(), "N/A")),
                        number("Allowed Disruptions", "status.disruptionsAllowed"),
                        Column.age());
            case "PersistentVolume" ->
                List.of(
                        name(),
                        field("Capacity", "spec.capacity.storage"),
                        Column.text("Access Modes", object -> modes(Json.at(object, "spec.accessModes"))),
                        field("Reclaim Policy", "spec.persistentVolumeReclaimPolicy"),
                        Column.text("Status", Columns::volumeStatus),
                        Column.text("Claim", Columns::claim),
                        field("StorageClass", "spec.storageClassName"),
                        Column.text("VolumeAttributesClass", object -> "<unset>"),
                        field("Reason", "status.reason"),
                        Column.age(),
                        field("VolumeMode", "spec.volumeMode").onlyWide());
            case "PersistentVolumeClaim" ->
                List.of(
                        name(),
                        Column.text("Status", Columns::volumeStatus),
                        field("Volume", "spec.volumeName"),
                        field("Capacity", "status.capacity.storage"),
                        Column.text("Access Modes", object -> modes(Json.at(object, "status.accessModes"))),
                        field("StorageClass", "spec.storageClassName"),
                        Column.text("VolumeAttributesClass", object -> "<unset>"),
                        Column.age(),
                        field("VolumeMode", "spec.volumeMode").onlyWide());
            case "StorageClass" ->
                List.of(
                        Column.text("Name", Columns::storageClassName),
                        field("Provisioner", "provisioner"),
                        field("ReclaimPolicy", "reclaimPolicy"),
                        field("VolumeBindingMode", "volumeBindingMode"),
                        Column.text(
                                "AllowVolumeExpansion",
                                object -> Boolean.toString(
                                        object.path("allowVolumeExpansion").asBoolean())),
                        Column.age());
            case "HorizontalPodAutoscaler" ->
                List.of(
                        name(),
                        Column.text(
                                "Reference",
                                object -> Json.at(object, "spec.scaleTargetRef.kind")
                                                .asText()
                                        + "/"
                                        + Json.at(object, "spec.scaleTargetRef.name")
                                                .asText()),
                        Column.text("Targets", Columns::target),
                        number("MinPods", "spec.minReplicas"),
                        number("MaxPods", "spec.maxReplicas"),
                        number("Replicas", "status.currentReplicas"),
                        Column.age());
            case "ReplicationController" ->
                List.of(
                        name(),
                        number("Desired", "spec.replicas"),
                        number("Current", "status.replicas"),
                        number("Ready", "status.readyReplicas"),
                        Column.age());
            case "Event" -> event();
            case "ControllerRevision" ->
                List.of(
                        name(),
                        Column.text("Controller", Columns::controller),
                        Column.number(
                                "Revision", object -> object.path("revision").asLong()),
                        Column.age());
            default -> List.of(name(), field("Created At", "metadata.creationTimestamp"));
        };
    }

    private static List<Column> node() {
        return List.of(
                name(),
                Column.text("Status", Columns::nodeStatus),
                Column.text("Roles", Columns::roles),
                Column.age(),
                field("Version", "status.nodeInfo.kubeletVersion"),
                Column.text("Internal-IP", object -> address(object, "InternalIP"))
                        .onlyWide(),
                Column.text("External-IP", object -> address(object, "ExternalIP"))
                        .onlyWide(),
                Column.text("OS-Image", known("status.nodeInfo.osImage")).onlyWide(),
                Column.text("Kernel-Version", known("status.nodeInfo.kernelVersion"))
                        .onlyWide(),
                Column.text("Container-Runtime", known("status.nodeInfo.containerRuntimeVersion"))
                        .onlyWide());
    }

    private static List<Column> pod() {
        return List.of(
                name(),
                Column.text(
                        "Ready",
                        object -> ready(object) + "/"
                                + Json.at(object, "spec.containers").size()),
                Column.text("Status", Columns::podStatus),
                new Column("Restarts", false, false, Columns::restarts),
                Column.age(),
                Column.text("IP", object -> or(Json.at(object, "status.podIP").asText(), NONE))
                        .onlyWide(),
                Column.text(
                                "Node",
                                object -> or(Json.at(object, "spec.nodeName").asText(), NONE))
                        .onlyWide(),
                Column.text(
                                "Nominated Node",
                                object -> or(
                                        Json.at(object, "status.nominatedNodeName")
                                                .asText(),
                                        NONE))
                        .onlyWide(),
                Column.text("Readiness Gates", Columns::readinessGates).onlyWide());
    }

    private static List<Column> event() {
        return List.of(
                new Column("Last Seen", false, false, Columns::lastSeen),
                field("Type", "type"),
                field("Reason", "reason"),
                Column.text(
                        "Object",
                        object ->
                                Json.at(object, "involvedObject.kind").asText().toLowerCase(Locale.ROOT) + "/"
                                        + Json.at(object, "involvedObject.name").asText()),
                field("Subobject", "involvedObject.fieldPath").onlyWide(),
                Column.text("Source", Columns::source).onlyWide(),
                Column.text("Message", object -> object.path("message").asText().strip()),
                new Column("First Seen", true, false, Columns::firstSeen),
                Column.number(
                                "Count",
                                object -> Math.max(1, object.path("count").asLong()))
                        .onlyWide(),
                name().onlyWide());
    }

    private static List<Column> workload(Column... own) {
        List<Column> columns = new ArrayList<>();
        columns.add(name());
        columns.addAll(List.of(own));
        columns.add(Column.age());
        columns.add(containers("name", "Containers"));
        columns.add(containers("image", "Images"));
        columns.add(Column.text(
                        "Selector",
                        object -> LabelSelector.of(Json.at(object, "spec.selector"))
                                .toString())
                .onlyWide());
        return columns;
    }

    private static Column name() {
        return field("Name", "metadata.name");
    }

    private static Column field(String name, String path) {
        return Column.text(name, object -> Json.at(object, path).asText());
    }

    private static Column number(String name, String path) {
        return Column.number(name, object -> count(object, path));
    }

    private static Function<JsonNode, String> known(String path) {
        return object -> or(Json.at(object, path).asText(), UNKNOWN);
    }

    private static Column containers(String field, String name) {
        return Column.text(name, object -> values(Json.at(object, "spec.template.spec.containers"), field))
                .onlyWide();
    }

    private static long count(JsonNode object, String path) {
        return Json.at(object, path).asLong();
    }

    private static String or(String text, String otherwise) {
        return text.isEmpty() ? otherwise : text;
    }

    private static String capital(boolean value) {
        return value ? "True" : "False";
    }

    private static String values(JsonNode items, String field) {
        List<String> list = new ArrayList<>();
        items.forEach(each -> list.add(each.path(field).asText()));
        return String.join(",", list);
    }

    private static String texts(JsonNode map) {
        List<String> list = new ArrayList<>();
        map.properties()
                .forEach(each -> list.add(each.getKey() + "=" + each.getValue().asText()));
        list.sort(null);
        return list.isEmpty() ? NONE : String.join(",", list);
    }

    private static String nodeStatus(JsonNode node) {
        String word = "Unknown";
        for (JsonNode each : Json.at(node, "status.conditions")) {
            if (each.path("type").asText().equals("Ready")) {
                word = each.path("status").asText().equals("True") ? "Ready" : "NotReady";
            }
        }
        return Json.at(node, "spec.unschedulable").asBoolean() ? word + ",SchedulingDisabled" : word;
    }

    private static String roles(JsonNode node) {
        TreeSet<String> roles = new TreeSet<>();
        Json.at(node, "metadata.labels").properties().forEach(each -> {
            if (each.getKey().startsWith(ROLE)) {
                roles.add(each.getKey().substring(ROLE.length()));
            } else if (each.getKey().equals("kubernetes.io/role")) {
                roles.add(each.getValue().asText());
            }
        });
        roles.remove("");
        return roles.isEmpty() ? NONE : String.join(",", roles);
    }

    private static String address(JsonNode node, String type) {
        for (JsonNode each : Json.at(node, "status.addresses")) {
            if (each.path("type").asText().equals(type)) {
                return each.path("address").asText();
            }
        }
        return NONE;
    }

    private static long ready(JsonNode pod) {
        long ready = 0;
        for (JsonNode each : Json.at(pod, "status.containerStatuses")) {
            ready += each.path("ready").asBoolean() ? 1 : 0;
        }
        return ready;
    }

    private static String podStatus(JsonNode pod) {
        String reason = or(
                Json.at(pod, "status.reason").asText(),
                Json.at(pod, "status.phase").asText());
        boolean running = false;
        JsonNode statuses = Json.at(pod, "status.containerStatuses");
        for (int i = statuses.size() - 1; i >= 0; i--) {
            JsonNode state = statuses.get(i).path("state");
            String waiting = state.path("waiting").path("reason").asText();
            JsonNode terminated = state.path("terminated");
            if (!waiting.isEmpty()) {
                reason = waiting;
            } else if (!terminated.isMissingNode()) {
                int signal = terminated.path("signal").asInt();
                reason = or(
                        terminated.path("reason").asText(),
                        signal != 0
                                ? "Signal:" + signal
                                : "ExitCode:" + terminated.path("exitCode").asInt());
            } else if (statuses.get(i).path("ready").asBoolean() && state.has("running")) {
                running = true;
            }
        }
        if (reason.equals("Completed") && running) {
            reason = "Running";
        }
        if (!Json.at(pod, "metadata.deletionTimestamp").isMissingNode()) {
            return Json.at(pod, "status.reason").asText().equals("NodeLost") ? "Unknown" : "Terminating";
        }
        return reason;
    }

    private static String restarts(JsonNode pod, long nowMillis) {
        long restarts = 0;
        String last = "";
        for (JsonNode each : Json.at(pod, "status.containerStatuses")) {
            restarts += each.path("restartCount").asLong();
            String ended = Json.at(each, "lastState.terminated.finishedAt").asText();
            last = ended.compareTo(last) > 0 ? ended : last;
        }
        return restarts > 0 && !last.isEmpty()
                ? restarts + " (" + Ages.since(last, nowMillis) + " ago)"
                : Long.toString(restarts);
    }

    private static String readinessGates(JsonNode pod) {
        JsonNode gates = Json.at(pod, "spec.readinessGates");
        if (gates.isEmpty()) {
            return NONE;
        }
        long open = 0;
        for (JsonNode gate : gates) {
            for (JsonNode each : Json.at(pod, "status.conditions")) {
                boolean same = each.path("type").equals(gate.path("conditionType"));
                open += same && each.path("status").asText().equals("True") ? 1 : 0;
            }
        }
        return open + "/" + gates.size();
    }

    private static String externalAddress(JsonNode service) {
        JsonNode spec = service.path("spec");
        List<String> addresses = new ArrayList<>();
        spec.path("externalIPs").forEach(each -> addresses.add(each.asText()));
        switch (spec.path("type").asText()) {
            case "LoadBalancer" -> {
                for (JsonNode each : Json.at(service, "status.loadBalancer.ingress")) {
                    addresses.add(
                            or(each.path("ip").asText(), each.path("hostname").asText()));
                }
                return addresses.isEmpty() ? "<pending>" : String.join(",", addresses);
            }
            case "ExternalName" -> {
                return spec.path("externalName").asText();
            }
            default -> {
                return addresses.isEmpty() ? NONE : String.join(",", addresses);
            }
        }
    }

    private static String ports(JsonNode service) {
        List<String> ports = new ArrayList<>();
        for (JsonNode each : Json.at(service, "spec.ports")) {
            String node = each.path("nodePort").asInt() == 0
                    ? ""
                    : ":" + each.path("nodePort").asInt();
            ports.add(each.path("port").asText() + node + "/"
                    + each.path("protocol").asText("TCP"));
        }
        return ports.isEmpty() ? NONE : String.join(",", ports);
    }

    private static String volumeStatus(JsonNode object) {
        return Json.at(object, "metadata.deletionTimestamp").isMissingNode()
                ? Json.at(object, "status.phase").asText()
                : "Terminating";
    }

    private static String claim(JsonNode volume) {
        JsonNode reference = Json.at(volume, "spec.claimRef");
        return reference.isObject()
                ? reference.path("namespace").asText() + "/"
                        + reference.path("name").asText()
                : "";
    }

    private static String modes(JsonNode modes) {
        List<String> words = new ArrayList<>();
        for (JsonNode each : modes) {
            words.add(
                    switch (each.asText()) {
                        case "ReadWriteOnce" -> "RWO";
                        case "ReadOnlyMany" -> "ROX";
                        case "ReadWriteMany" -> "RWX";
                        case "ReadWriteOncePod" -> "RWOP";
                        default -> each.asText();
                    });
        }
        return String.join(",", words);
    }

    private static String storageClassName(JsonNode object) {
        boolean usual = Json.at(object, "metadata.annotations")
                .path("storageclass.kubernetes.io/is-default-class")
                .asText()
                .equals("true");
        return Json.at(object, "metadata.name").asText() + (usual ? " (default)" : "");
    }

    private static String target(JsonNode autoscaler) {
        JsonNode wanted = Json.at(autoscaler, "spec.targetCPUUtilizationPercentage");
        return wanted.isMissingNode() ? NONE : "cpu: <unknown>/" + wanted.asText() + "%";
    }

    private static String endpoints(JsonNode object) {
        List<String> list = new ArrayList<>();
        for (JsonNode subset : object.path("subsets")) {
            for (JsonNode address : subset.path("addresses")) {
                for (JsonNode port : subset.path("ports")) {
                    list.add(address.path("ip").asText() + ":"
                            + port.path("port").asText());
                }
            }
        }
        return limited(list);
    }

    private static String sliceEndpoints(JsonNode object) {
        List<String> list = new ArrayList<>();
        for (JsonNode each : object.path("endpoints")) {
            each.path("addresses").forEach(address -> list.add(address.asText()));
        }
        return list.isEmpty() ? "<unset>" : limited(list);
    }

    private static String limited(List<String> list) {
        if (list.isEmpty()) {
            return NONE;
        }
        return list.size() <= 3
                ? String.join(",", list)
                : String.join(",", list.subList(0, 3)) + " + " + (list.size() - 3) + " more...";
    }

    private static String jobStatus(JsonNode job) {
        for (JsonNode each : Json.at(job, "status.conditions")) {
            if (each.path("status").asText().equals("True")) {
                return each.path("type").asText();
            }
        }
        return Json.at(job, "spec.suspend").asBoolean() ? "Suspended" : "Running";
    }

    private static String controller(JsonNode object) {
        for (JsonNode each : Json.at(object, "metadata.ownerReferences")) {
            if (each.path("controller").asBoolean()) {
                return each.path("kind").asText().toLowerCase(Locale.ROOT) + ".apps/"
                        + each.path("name").asText();
            }
        }
        return NONE;
    }

    private static String source(JsonNode event) {
        String component = or(
                Json.at(event, "source.component").asText(),
                event.path("reportingComponent").asText());
        String host = Json.at(event, "source.host").asText();
        return host.isEmpty() ? component : component + ", " + host;
    }

    private static String firstSeen(JsonNode event, long nowMillis) {
        return Ages.since(
                or(
                        event.path("firstTimestamp").asText(),
                        event.path("eventTime").asText()),
                nowMillis);
    }

    private static String lastSeen(JsonNode event, long nowMillis) {
        String last =
                or(event.path("lastTimestamp").asText(), event.path("eventTime").asText());
        return Ages.since(last, nowMillis);
    }
}
