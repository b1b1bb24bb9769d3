package io.quorate.control.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.Quantity;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import io.quorate.node.workload.StartRefused;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a container finds around it: its environment, with what config maps, secrets, and the pod itself say, and the files of its volumes. Pure.
 */
final class Surroundings {
    private static final String CONFIG_ERROR = "CreateContainerConfigError";

    private final ObjectNode pod;
    private final String namespace;
    private final String address;
    private final String hostAddress;
    private final ObjectState state;

    /**
     * @param address the pod's
     * @param hostAddress the node's
     * @param state where config maps and secrets are
     */
    Surroundings(ObjectNode pod, String address, String hostAddress, ObjectState state) {
        this.pod = pod;
        this.namespace = Json.at(pod, "metadata.namespace").asText();
        this.address = address;
        this.hostAddress = hostAddress;
        this.state = state;
    }

    Map<String, String> environment(JsonNode container) throws StartRefused {
        Map<String, String> all = new LinkedHashMap<>();
        String name = Json.at(pod, "metadata.name").asText();
        all.put("HOSTNAME", Json.at(pod, "spec.hostname").asText(name));
        all.put("POD_NAME", name);
        all.put("POD_NAMESPACE", namespace);
        all.put("POD_IP", address);
        all.put("HOST_IP", hostAddress);
        for (JsonNode from : container.path("envFrom")) {
            String prefix = from.path("prefix").asText();
            for (JsonNode ref : List.of(from.path("configMapRef"), from.path("secretRef"))) {
                if (ref.isObject()) {
                    boolean secret = from.has("secretRef");
                    data(secret, ref.path("name").asText(), ref.path("optional").asBoolean())
                            .forEach((key, value) -> all.put(prefix + key, new String(value, StandardCharsets.UTF_8)));
                }
            }
        }
        for (JsonNode each : container.path("env")) {
            String variable = each.path("name").asText();
            if (each.has("valueFrom")) {
                Optional<String> value = value(each.path("valueFrom"), container);
                value.ifPresent(text -> all.put(variable, text));
            } else {
                all.put(variable, expanded(each.path("value").asText(), all));
            }
        }
        return all;
    }

    private Optional<String> value(JsonNode from, JsonNode container) throws StartRefused {
        if (from.has("fieldRef")) {
            return Optional.of(field(Json.at(from, "fieldRef.fieldPath").asText()));
        }
        if (from.has("resourceFieldRef")) {
            String resource = Json.at(from, "resourceFieldRef.resource").asText();
            JsonNode quantity = Json.at(container, "resources." + resource);
            long amount = resource.endsWith("cpu")
                    ? (Quantity.thousandths(quantity).orElse(0L) + 999) / 1000
                    : Quantity.whole(quantity).orElse(0L);
            return Optional.of(Long.toString(amount));
        }
        boolean secret = from.has("secretKeyRef");
        JsonNode ref = from.path(secret ? "secretKeyRef" : "configMapKeyRef");
        boolean optional = ref.path("optional").asBoolean();
        String name = ref.path("name").asText();
        String key = ref.path("key").asText();
        byte[] value = data(secret, name, optional).get(key);
        if (value == null && !optional) {
            throw new StartRefused(
                    CONFIG_ERROR,
                    "couldn't find key " + key + " in " + (secret ? "Secret " : "ConfigMap ") + namespace + "/" + name);
        }
        return Optional.ofNullable(value).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }

    private String field(String path) {
        int open = path.indexOf("['");
        if (open > 0 && path.endsWith("']")) {
            return Json.at(pod, path.substring(0, open))
                    .path(path.substring(open + 2, path.length() - 2))
                    .asText();
        }
        return switch (path) {
            case "status.podIP", "status.podIPs" -> address;
            case "status.hostIP", "status.hostIPs" -> hostAddress;
            case "spec.serviceAccountName" -> Json.at(pod, path).asText("default");
            default -> Json.at(pod, path).asText();
        };
    }

    /** What a config map or a secret holds. */
    private Map<String, byte[]> data(boolean secret, String name, boolean optional) throws StartRefused {
        ResourceType type = secret ? ResourceTypes.SECRET : ResourceTypes.CONFIG_MAP;
        Optional<StoredObject> stored = state.get(ObjectKey.of(type, namespace, name));
        Map<String, byte[]> data = new LinkedHashMap<>();
        if (stored.isEmpty()) {
            if (optional) {
                return data;
            }
            throw new StartRefused(CONFIG_ERROR, (secret ? "secret" : "configmap") + " \"" + name + "\" not found");
        }
        ObjectNode object = stored.get().tree();
        Json.texts(object.path("data"))
                .forEach((key, value) -> data.put(
                        key, secret ? Base64.getMimeDecoder().decode(value) : value.getBytes(StandardCharsets.UTF_8)));
        Json.texts(object.path("binaryData"))
                .forEach((key, value) -> data.put(key, Base64.getMimeDecoder().decode(value)));
        return data;
    }

    /**
     * The files of a volume that is made of a config map or a secret.
     *
     * @return empty where the volume is another one
     */
    Optional<Map<String, byte[]>> files(JsonNode volume) throws StartRefused {
        boolean secret = volume.has("secret");
        if (!secret && !volume.has("configMap")) {
            return Optional.empty();
        }
        JsonNode source = volume.path(secret ? "secret" : "configMap");
        String name = source.path(secret ? "secretName" : "name").asText();
        Map<String, byte[]> data = data(secret, name, source.path("optional").asBoolean());
        if (source.path("items").isEmpty()) {
            return Optional.of(data);
        }
        Map<String, byte[]> chosen = new LinkedHashMap<>();
        for (JsonNode item : source.path("items")) {
            byte[] value = data.get(item.path("key").asText());
            if (value == null) {
                throw new StartRefused(
                        CONFIG_ERROR,
                        "references non-existent " + (secret ? "secret" : "config") + " key: "
                                + item.path("key").asText());
            }
            chosen.put(item.path("path").asText(), value);
        }
        return Optional.of(chosen);
    }

    /** {@code $(NAME)} becomes its value, {@code $$} a dollar; what is not known stays. */
    static String expanded(String text, Map<String, String> environment) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char letter = text.charAt(i);
            char next = i + 1 < text.length() ? text.charAt(i + 1) : ' ';
            int close = next == '(' ? text.indexOf(')', i) : -1;
            if (letter == '$' && next == '$') {
                out.append('$');
                i++;
            } else if (letter == '$' && close > 0) {
                String value = environment.get(text.substring(i + 2, close));
                out.append(value == null ? text.substring(i, close + 1) : value);
                i = close;
            } else {
                out.append(letter);
            }
        }
        return out.toString();
    }
}
