package io.quorate.control.resource;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One type of API objects.
 *
 * @param group empty for the core group
 * @param plural as it stands in paths
 * @param shortNames other words that a client may use
 * @param inAll whether {@code kubectl get all} lists it
 * @param names form of its objects' names
 * @param status whether it has a status of its own path, which a write of the object does not touch
 * @param scale whether its {@code spec.replicas} has a path of its own
 * @param counted whether it has a generation, which counts changes of what is wanted
 * @param fields paths that a field selector may name, beside name and namespace
 */
public record ResourceType(
        String group,
        String version,
        String plural,
        String singular,
        String kind,
        boolean namespaced,
        List<String> shortNames,
        boolean inAll,
        ObjectNames names,
        boolean status,
        boolean scale,
        boolean counted,
        List<String> fields) {

    /** Verbs that every type has. */
    public static final List<String> VERBS =
            List.of("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch");

    public static final String STATUS = "status";
    public static final String SCALE = "scale";

    static ResourceType core(String plural, String kind, boolean namespaced, String... shortNames) {
        return of("", plural, kind, namespaced, shortNames);
    }

    static ResourceType of(String group, String plural, String kind, boolean namespaced, String... shortNames) {
        return new ResourceType(
                group,
                "v1",
                plural,
                kind.toLowerCase(java.util.Locale.ROOT),
                kind,
                namespaced,
                List.of(shortNames),
                false,
                ObjectNames.SUBDOMAIN,
                false,
                false,
                false,
                List.of());
    }

    /** One whose objects are answered, and never kept; it is in no namespace. */
    public static ResourceType unstored(String group, String plural, String kind) {
        return of(group, plural, kind, false);
    }

    /** One whose objects are made when they are asked for, in another version than the first. */
    public static ResourceType unstored(String group, String version, String plural, String kind, boolean namespaced) {
        return new ResourceType(
                group,
                version,
                plural,
                "",
                kind,
                namespaced,
                List.of(),
                false,
                ObjectNames.SUBDOMAIN,
                false,
                false,
                false,
                List.of());
    }

    ResourceType amongAll() {
        return with(true, names, status, scale, counted, fields);
    }

    ResourceType named(ObjectNames newNames) {
        return with(inAll, newNames, status, scale, counted, fields);
    }

    ResourceType withStatus() {
        return with(inAll, names, true, scale, counted, fields);
    }

    ResourceType withScale() {
        return with(inAll, names, status, true, counted, fields);
    }

    ResourceType withGeneration() {
        return with(inAll, names, status, scale, true, fields);
    }

    ResourceType selectedBy(String... paths) {
        return with(inAll, names, status, scale, counted, List.of(paths));
    }

    /** The same type by name, with other properties. */
    private ResourceType with(
            boolean nowInAll,
            ObjectNames newNames,
            boolean nowStatus,
            boolean nowScale,
            boolean nowCounted,
            List<String> newFields) {
        return new ResourceType(
                group,
                version,
                plural,
                singular,
                kind,
                namespaced,
                shortNames,
                nowInAll,
                newNames,
                nowStatus,
                nowScale,
                nowCounted,
                newFields);
    }

    /** Its name in messages and in the journal: {@code pods}, {@code deployments.apps}. */
    public String id() {
        return group.isEmpty() ? plural : plural + "." + group;
    }

    /** Its kind in messages: {@code Pod}, {@code Deployment.apps}. */
    public String qualifiedKind() {
        return group.isEmpty() ? kind : kind + "." + group;
    }

    /** How a message begins about a body that does not fit it. */
    public String cannotBeHandled() {
        return kind + " in version \"" + version + "\" cannot be handled as a " + kind + ": ";
    }

    public String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    /** Its paths below an object, in the order in which clients are told of them. */
    public List<Subresource> subresources() {
        List<Subresource> all = new ArrayList<>();
        if (status) {
            all.add(new Subresource(STATUS, group, version, kind, Subresource.PARTIAL));
        }
        if (scale) {
            all.add(new Subresource(SCALE, "autoscaling", "v1", "Scale", Subresource.PARTIAL));
        }
        all.addAll(Subresource.OF_TYPE.getOrDefault(id(), List.of()));
        return all;
    }

    public Optional<Subresource> subresource(String name) {
        return subresources().stream().filter(each -> each.name().equals(name)).findFirst();
    }
}
