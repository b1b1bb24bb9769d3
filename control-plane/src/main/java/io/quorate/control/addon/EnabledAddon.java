package io.quorate.control.addon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceTypes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * What the cluster remembers of an add-on: an entry of the config map {@code quorate-addons} in {@code kube-system}, so that every node knows the same.
 *
 * @param repository from which it came
 */
public record EnabledAddon(String name, String repository, String version, String description, Progress progress) {
    public static final String NAMESPACE = "kube-system";
    public static final String OBJECT = "quorate-addons";

    /** How far it is. */
    public enum Progress {
        /** Not all of it is there yet; where that was cut off, it is to be enabled again. */
        ENABLING,
        ENABLED,
        /** Not all of it is gone yet. */
        DISABLING;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        private static Progress of(String word) {
            for (Progress each : values()) {
                if (each.word().equals(word)) {
                    return each;
                }
            }
            return ENABLED; // of a later release
        }
    }

    public static EnabledAddon of(Addon addon, Progress progress) {
        return new EnabledAddon(addon.name(), addon.repository(), addon.version(), addon.description(), progress);
    }

    /** All of a cluster, by name. */
    public static List<EnabledAddon> all(ObjectState state) {
        return state.get(ObjectKey.of(ResourceTypes.CONFIG_MAP, NAMESPACE, OBJECT))
                .map(StoredObject::tree)
                .map(EnabledAddon::all)
                .orElse(List.of());
    }

    /** @param object the config map */
    public static List<EnabledAddon> all(JsonNode object) {
        List<EnabledAddon> all = new ArrayList<>();
        Json.texts(object.path("data")).forEach((name, entry) -> all.add(read(name, entry)));
        all.sort(Comparator.comparing(EnabledAddon::name));
        return List.copyOf(all);
    }

    private static EnabledAddon read(String name, String entry) {
        JsonNode told;
        try {
            told = Json.read(entry.getBytes(StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            told = Json.object(); // somebody has written over it
        }
        return new EnabledAddon(
                name,
                told.path("repository").asText(),
                told.path("version").asText(),
                told.path("description").asText(),
                Progress.of(told.path("progress").asText()));
    }

    /** Whether an add-on is in use. */
    public static boolean isEnabled(ObjectState state, String name) {
        return all(state).stream().anyMatch(each -> each.name().equals(name) && each.progress() != Progress.DISABLING);
    }

    /** What the config map says of it. */
    public String entry() {
        ObjectNode told = Json.object()
                .put("repository", repository)
                .put("version", version)
                .put("description", description)
                .put("progress", progress.word());
        return told.toString();
    }
}
