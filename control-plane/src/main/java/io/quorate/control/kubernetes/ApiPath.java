package io.quorate.control.kubernetes;

import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a path below {@code /api} and {@code /apis} names.
 *
 * @param namespace empty for all, and for a type without
 * @param name empty for the collection
 * @param subresource empty for the object itself
 */
record ApiPath(ResourceType type, String namespace, String name, String subresource) {

    /** Empty where no such type is served. */
    static Optional<ApiPath> of(String path) {
        List<String> parts = new ArrayList<>(List.of(path.substring(1).split("/")));
        boolean core = parts.getFirst().equals("api");
        if (parts.size() < (core ? 3 : 4)) {
            return Optional.empty();
        }
        String group = core ? "" : parts.get(1);
        String version = parts.get(core ? 1 : 2);
        List<String> rest = parts.subList(core ? 2 : 3, parts.size());
        if (rest.getFirst().equals("namespaces") && rest.size() > 2 && !isPartOfNamespace(core, rest)) {
            return place(ResourceTypes.byPath(group, version, rest.get(2)), rest.get(1), rest.subList(3, rest.size()))
                    .filter(found -> found.type().namespaced());
        }
        return place(ResourceTypes.byPath(group, version, rest.getFirst()), "", rest.subList(1, rest.size()))
                .filter(found -> found.name().isEmpty() || !found.type().namespaced());
    }

    private static boolean isPartOfNamespace(boolean core, List<String> rest) {
        return core
                && rest.size() == 3
                && (rest.get(2).equals("status") || rest.get(2).equals("finalize"));
    }

    private static Optional<ApiPath> place(Optional<ResourceType> type, String namespace, List<String> rest) {
        if (rest.size() > 2) {
            return Optional.empty();
        }
        return type.map(known -> new ApiPath(
                known, namespace, rest.isEmpty() ? "" : rest.getFirst(), rest.size() < 2 ? "" : rest.get(1)));
    }

    boolean isCollection() {
        return name.isEmpty();
    }

    /** In the words of a refusal: {@code resource "pods" in API group "" in the namespace "default"}. */
    String words() {
        String what = subresource.isEmpty() ? type.plural() : type.plural() + "/" + subresource;
        String where = !type.namespaced() || namespace.isEmpty()
                ? " at the cluster scope"
                : " in the namespace \"" + namespace + "\"";
        return "resource \"" + what + "\" in API group \"" + type.group() + "\"" + where;
    }
}
