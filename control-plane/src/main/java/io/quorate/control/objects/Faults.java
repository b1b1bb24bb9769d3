package io.quorate.control.objects;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.control.resource.Failure.Cause;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ObjectNames;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What was found wrong, in kubernetes' words, and the checks that objects of many types share. */
final class Faults {
    static final String NOT_NEGATIVE = "must be greater than or equal to 0";

    private static final Pattern PERCENT = Pattern.compile("[0-9]+%");

    private static final int LONGEST_PORT_NAME = 15;

    private final List<Cause> all = new ArrayList<>();

    void add(Cause cause) {
        all.add(cause);
    }

    List<Cause> all() {
        return List.copyOf(all);
    }

    static String quoted(String text) {
        return Json.array().textNode(text).toString();
    }

    /** A value as messages show it: JSON. */
    static String shown(JsonNode value) {
        return value.isMissingNode() ? "null" : value.toString();
    }

    void required(String path) {
        add(Cause.required(path, ""));
    }

    /** @param text that is to be there */
    void present(JsonNode text, String path) {
        if (text.asText().isEmpty()) {
            required(path);
        }
    }

    void invalid(String path, JsonNode value, String why) {
        add(Cause.invalid(path, shown(value), why));
    }

    /** @param fault what is wrong with a text; nothing for none */
    void named(String path, String text, Optional<String> fault) {
        fault.ifPresent(why -> add(Cause.invalid(path, quoted(text), why)));
    }

    void notNegative(JsonNode value, String path) {
        if (value.isNumber() && value.asLong() < 0) {
            invalid(path, value, NOT_NEGATIVE);
        }
    }

    /** Of nothing nothing is said. */
    void oneOf(JsonNode value, String path, List<String> words) {
        if (!value.isMissingNode() && !words.contains(value.asText())) {
            add(Cause.unsupported(path, shown(value), words));
        }
    }

    /** A name that stands once among others. */
    void once(Set<String> names, String name, String path) {
        if (!name.isEmpty() && !names.add(name)) {
            add(Cause.duplicate(path, quoted(name)));
        }
    }

    void port(JsonNode value, String path) {
        if (value.asLong() < 1 || value.asLong() > 65_535) {
            add(Cause.invalid(path, Long.toString(value.asLong()), "must be between 1 and 65535, inclusive"));
        }
    }

    void portName(String name, String path) {
        if (name.length() > LONGEST_PORT_NAME) {
            named(path, name, Optional.of("must be no more than " + LONGEST_PORT_NAME + " characters"));
        }
        if (!name.matches("[-a-z0-9]+")) {
            named(path, name, Optional.of("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"));
        }
        if (!name.matches(".*[a-z].*")) {
            named(path, name, Optional.of("must contain at least one letter (a-z)"));
        }
        if (name.contains("--")) {
            named(path, name, Optional.of("must not contain consecutive hyphens"));
        }
        if (name.startsWith("-") || name.endsWith("-")) {
            named(path, name, Optional.of("must not begin or end with a hyphen"));
        }
    }

    void portOrName(JsonNode value, String path) {
        if (value.isTextual()) {
            portName(value.textValue(), path);
        } else {
            port(value, path);
        }
    }

    /** A number, or a share of another one. */
    void countOrPercent(JsonNode value, String path) {
        if (value.isTextual() && !PERCENT.matcher(value.textValue()).matches()) {
            invalid(
                    path,
                    value,
                    "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used"
                            + " for validation is '[0-9]+%')");
        }
        notNegative(value, path);
    }

    void atMostAll(JsonNode value, String path) {
        if (value.isTextual()
                && PERCENT.matcher(value.textValue()).matches()
                && (value.textValue().length() > 4
                        || Integer.parseInt(value.textValue().replace("%", "")) > 100)) {
            invalid(path, value, "must not be greater than 100%");
        }
    }

    static boolean isNothing(JsonNode value) {
        return value.asText("0").matches("0+%?");
    }

    void labels(JsonNode labels, String path) {
        for (Map.Entry<String, String> each : Json.texts(labels).entrySet()) {
            named(path, each.getKey(), ObjectNames.faultOfKey(each.getKey()));
            named(path, each.getValue(), ObjectNames.LABEL_VALUE.fault(each.getValue()));
        }
    }

    /** Whether it is a selector. */
    boolean selector(JsonNode selector, String path) {
        int before = all.size();
        labels(selector.path("matchLabels"), path + ".matchLabels");
        int at = 0;
        for (JsonNode each : selector.path("matchExpressions")) {
            String here = path + ".matchExpressions[" + at++ + "]";
            JsonNode values = each.path("values");
            switch (each.path("operator").asText()) {
                case "In", "NotIn" -> {
                    if (values.isEmpty()) {
                        add(Cause.required(here + ".values", "must be specified when `operator` is 'In' or 'NotIn'"));
                    }
                }
                case "Exists", "DoesNotExist" -> {
                    if (!values.isEmpty()) {
                        add(Cause.forbidden(
                                here + ".values",
                                "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
                    }
                }
                default ->
                    add(Cause.invalid(
                            here + ".operator",
                            quoted(each.path("operator").asText()),
                            "not a valid selector operator"));
            }
            String key = each.path("key").asText();
            named(here + ".key", key, ObjectNames.faultOfKey(key));
            int valueAt = 0;
            for (JsonNode value : values) {
                named(
                        here + ".values[" + valueAt++ + "]",
                        value.asText(),
                        ObjectNames.LABEL_VALUE.fault(value.asText()));
            }
        }
        return all.size() == before;
    }

    /** Names that are keys of data. */
    void dataKeys(JsonNode data, String path) {
        for (Map.Entry<String, JsonNode> each : data.properties()) {
            named(path + "[" + each.getKey() + "]", each.getKey(), ObjectNames.DATA_KEY.fault(each.getKey()));
        }
    }

    void requiredKeys(JsonNode data, Collection<String> keys) {
        for (String key : keys) {
            if (!data.has(key)) {
                required("data[" + key + "]");
            }
        }
    }
}
