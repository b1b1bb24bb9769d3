package io.quorate.control.resource;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** All types that are served: discovery, paths and messages come from this one table. */
public final class ResourceTypes {
    public static final ResourceType NAMESPACE = ResourceType.core("namespaces", "Namespace", false, "ns")
            .named(ObjectNames.LABEL)
            .withStatus()
            .selectedBy("status.phase");
    public static final ResourceType NODE =
            ResourceType.core("nodes", "Node", false, "no").withStatus().selectedBy("spec.unschedulable");
    public static final ResourceType POD = ResourceType.core("pods", "Pod", true, "po")
            .amongAll()
            .withStatus()
            .withGeneration()
            .selectedBy(
                    "spec.nodeName",
                    "spec.restartPolicy",
                    "spec.schedulerName",
                    "spec.serviceAccountName",
                    "spec.hostNetwork",
                    "status.phase",
                    "status.podIP",
                    "status.nominatedNodeName");
    public static final ResourceType SERVICE = ResourceType.core("services", "Service", true, "svc")
            .amongAll()
            .named(ObjectNames.STARTS_WITH_A_LETTER)
            .withStatus()
            .selectedBy("spec.clusterIP", "spec.type");
    public static final ResourceType EVENT = ResourceType.core("events", "Event", true, "ev")
            .selectedBy(
                    "involvedObject.kind",
                    "involvedObject.namespace",
                    "involvedObject.name",
                    "involvedObject.uid",
                    "involvedObject.apiVersion",
                    "involvedObject.resourceVersion",
                    "involvedObject.fieldPath",
                    "reason",
                    "type",
                    "source",
                    "reportingComponent");
    public static final ResourceType CONFIG_MAP = ResourceType.core("configmaps", "ConfigMap", true, "cm");
    public static final ResourceType SECRET =
            ResourceType.core("secrets", "Secret", true).selectedBy("type");
    public static final ResourceType SERVICE_ACCOUNT =
            ResourceType.core("serviceaccounts", "ServiceAccount", true, "sa");
    public static final ResourceType ENDPOINTS = ofEndpoints();
    public static final ResourceType PERSISTENT_VOLUME = ResourceType.core(
                    "persistentvolumes", "PersistentVolume", false, "pv")
            .withStatus();
    public static final ResourceType PERSISTENT_VOLUME_CLAIM = ResourceType.core(
                    "persistentvolumeclaims", "PersistentVolumeClaim", true, "pvc")
            .withStatus();
    public static final ResourceType STORAGE_CLASS =
            ResourceType.of("storage.k8s.io", "storageclasses", "StorageClass", false, "sc");
    public static final ResourceType REPLICATION_CONTROLLER = workload(
                    "", "replicationcontrollers", "ReplicationController", "rc")
            .withScale();
    public static final ResourceType LEASE = ResourceType.of("coordination.k8s.io", "leases", "Lease", true);
    public static final ResourceType ENDPOINT_SLICE =
            ResourceType.of("discovery.k8s.io", "endpointslices", "EndpointSlice", true);
    public static final ResourceType DEPLOYMENT =
            workload("apps", "deployments", "Deployment", "deploy").withScale();
    public static final ResourceType REPLICA_SET =
            workload("apps", "replicasets", "ReplicaSet", "rs").withScale().selectedBy("status.replicas");
    public static final ResourceType DAEMON_SET = workload("apps", "daemonsets", "DaemonSet", "ds");
    public static final ResourceType STATEFUL_SET =
            workload("apps", "statefulsets", "StatefulSet", "sts").withScale();
    public static final ResourceType CONTROLLER_REVISION =
            ResourceType.of("apps", "controllerrevisions", "ControllerRevision", true);
    public static final ResourceType JOB = workload("batch", "jobs", "Job").selectedBy("status.successful");
    public static final ResourceType CRON_JOB = workload("batch", "cronjobs", "CronJob", "cj");
    /** Kept for those who ask; nobody acts on one. */
    public static final ResourceType HORIZONTAL_POD_AUTOSCALER = ResourceType.of(
                    "autoscaling", "horizontalpodautoscalers", "HorizontalPodAutoscaler", true, "hpa")
            .amongAll()
            .withStatus();

    public static final ResourceType POD_DISRUPTION_BUDGET = ResourceType.of(
                    "policy", "poddisruptionbudgets", "PodDisruptionBudget", true, "pdb")
            .withStatus()
            .withGeneration();

    /** In the order in which clients are told of them. */
    public static final List<ResourceType> ALL = List.of(
            NAMESPACE,
            NODE,
            POD,
            SERVICE,
            ENDPOINTS,
            EVENT,
            CONFIG_MAP,
            SECRET,
            SERVICE_ACCOUNT,
            PERSISTENT_VOLUME,
            PERSISTENT_VOLUME_CLAIM,
            REPLICATION_CONTROLLER,
            DEPLOYMENT,
            REPLICA_SET,
            DAEMON_SET,
            STATEFUL_SET,
            CONTROLLER_REVISION,
            JOB,
            CRON_JOB,
            HORIZONTAL_POD_AUTOSCALER,
            STORAGE_CLASS,
            LEASE,
            ENDPOINT_SLICE,
            POD_DISRUPTION_BUDGET);

    private static final Map<String, ResourceType> BY_ID = byId();
    private static final Map<String, ResourceType> BY_KIND = byKind();

    private ResourceTypes() {}

    private static ResourceType ofEndpoints() {
        ResourceType type = ResourceType.core("endpoints", "Endpoints", true, "ep");
        return new ResourceType(
                type.group(),
                type.version(),
                type.plural(),
                "endpoints",
                type.kind(),
                true,
                type.shortNames(),
                false,
                type.names(),
                false,
                false,
                false,
                List.of());
    }

    private static ResourceType workload(String group, String plural, String kind, String... shortNames) {
        return ResourceType.of(group, plural, kind, true, shortNames)
                .amongAll()
                .withStatus()
                .withGeneration();
    }

    private static Map<String, ResourceType> byId() {
        Map<String, ResourceType> map = new LinkedHashMap<>();
        ALL.forEach(type -> map.put(type.id(), type));
        return Map.copyOf(map);
    }

    private static Map<String, ResourceType> byKind() {
        Map<String, ResourceType> map = new LinkedHashMap<>();
        ALL.forEach(type -> map.put(type.apiVersion() + " " + type.kind(), type));
        return Map.copyOf(map);
    }

    /** As objects say what they are: {@code apps/v1} and {@code Deployment}. */
    public static Optional<ResourceType> byKind(String apiVersion, String kind) {
        return Optional.ofNullable(BY_KIND.get(apiVersion + " " + kind));
    }

    public static Optional<ResourceType> byId(String id) {
        return Optional.ofNullable(BY_ID.get(id));
    }

    public static Optional<ResourceType> byPath(String group, String version, String plural) {
        return byId(group.isEmpty() ? plural : plural + "." + group)
                .filter(type -> type.version().equals(version));
    }

    /** Those of one group. */
    public static List<ResourceType> of(String group) {
        return ALL.stream().filter(type -> type.group().equals(group)).toList();
    }

    /** All but the core group, by name. */
    public static List<String> groups() {
        TreeSet<String> groups = new TreeSet<>();
        ALL.forEach(type -> groups.add(type.group()));
        groups.remove("");
        return List.copyOf(groups);
    }
}
