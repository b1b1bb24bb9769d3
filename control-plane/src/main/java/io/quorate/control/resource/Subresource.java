package io.quorate.control.resource;

import java.util.List;
import java.util.Map;

/**
 * A part of an object, or something that can be done to it, with a path of its own below the object's.
 *
 * @param group of what is read and written there; empty for the core group
 * @param kind of what is read and written there
 * @param verbs that it has
 */
public record Subresource(String name, String group, String version, String kind, List<String> verbs) {
    public static final String BINDING = "binding";
    public static final String EVICTION = "eviction";

    public static final String LOG = "log";
    public static final String TOKEN = "token";

    static final List<String> PARTIAL = List.of("get", "patch", "update");

    private static final List<String> CREATE = List.of("create");

    /** As a web socket, or not. */
    private static final List<String> CONNECTION = List.of("create", "get");

    /** Those that one type only has. */
    static final Map<String, List<Subresource>> OF_TYPE = Map.of(
            "pods",
            List.of(
                    new Subresource(BINDING, "", "v1", "Binding", CREATE),
                    new Subresource(EVICTION, "policy", "v1", "Eviction", CREATE),
                    new Subresource("attach", "", "v1", "PodAttachOptions", CONNECTION),
                    new Subresource("exec", "", "v1", "PodExecOptions", CONNECTION),
                    new Subresource("portforward", "", "v1", "PodPortForwardOptions", CONNECTION),
                    new Subresource(LOG, "", "v1", "Pod", List.of("get"))),
            "serviceaccounts",
            List.of(new Subresource(TOKEN, "authentication.k8s.io", "v1", "TokenRequest", CREATE)));

    public Subresource {
        verbs = List.copyOf(verbs);
    }
}
