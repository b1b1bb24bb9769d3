package io.quorate.control.resource;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which labels an object must have; as {@code a=b,c!=d,e in (f,g),h notin (i),j,!k}. */
public record LabelSelector(List<Requirement> requirements) {
    public static final LabelSelector ALL = new LabelSelector(List.of());

    private static final Pattern SET = Pattern.compile("(\\S+)\\s+(in|notin)\\s*\\(([^)]*)\\)");
    private static final Pattern EQUAL = Pattern.compile("([^=!\\s]+)\\s*(==|=|!=)\\s*([^=!\\s]*)");
    private static final Pattern PRESENT = Pattern.compile("(!?)\\s*([^=!\\s()]+)");

    /** How a label is looked at. */
    enum Operator {
        IN,
        NOT_IN,
        EXISTS,
        ABSENT
    }

    record Requirement(String key, Operator operator, Set<String> values) {
        boolean matches(Map<String, String> labels) {
            @Nullable String value = labels.get(key);
            return switch (operator) {
                case IN -> value != null && values.contains(value);
                case NOT_IN -> value == null || !values.contains(value);
                case EXISTS -> value != null;
                case ABSENT -> value == null;
            };
        }
    }

    public LabelSelector {
        requirements = List.copyOf(requirements);
    }

    /** @throws Refused where it is none */
    public static LabelSelector parse(String text) {
        if (text.isBlank()) {
            return ALL;
        }
        List<Requirement> list = new ArrayList<>();
        for (String part : parts(text)) {
            list.add(requirement(part.strip(), text));
        }
        return new LabelSelector(list);
    }

    /** At commas that stand in no parentheses. */
    private static List<String> parts(String text) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        int from = 0;
        for (int i = 0; i < text.length(); i++) {
            char each = text.charAt(i);
            depth += each == '(' ? 1 : each == ')' ? -1 : 0;
            if (each == ',' && depth == 0) {
                parts.add(text.substring(from, i));
                from = i + 1;
            }
        }
        parts.add(text.substring(from));
        return parts;
    }

    private static Requirement requirement(String part, String whole) {
        Matcher set = SET.matcher(part);
        if (set.matches()) {
            Set<String> values = new TreeSet<>();
            for (String value : set.group(3).split(",", -1)) {
                values.add(value.strip());
            }
            return checked(
                    new Requirement(set.group(1), set.group(2).equals("in") ? Operator.IN : Operator.NOT_IN, values),
                    whole);
        }
        Matcher equal = EQUAL.matcher(part);
        if (equal.matches()) {
            return checked(
                    new Requirement(
                            equal.group(1),
                            equal.group(2).equals("!=") ? Operator.NOT_IN : Operator.IN,
                            Set.of(equal.group(3))),
                    whole);
        }
        Matcher present = PRESENT.matcher(part);
        if (present.matches()) {
            return checked(
                    new Requirement(
                            present.group(2), present.group(1).isEmpty() ? Operator.EXISTS : Operator.ABSENT, Set.of()),
                    whole);
        }
        throw new Refused(Failure.badRequest(
                "unable to parse requirement: found '" + part + "', expected: a key, and '=', '!=', 'in' or 'notin'"));
    }

    private static Requirement checked(Requirement requirement, String whole) {
        ObjectNames.faultOfKey(requirement.key()).ifPresent(fault -> {
            throw new Refused(Failure.badRequest("unable to parse requirement: <nil>: Invalid value: \""
                    + requirement.key() + "\": " + fault + ", in '" + whole + "'"));
        });
        for (String value : requirement.values()) {
            ObjectNames.LABEL_VALUE.fault(value).ifPresent(fault -> {
                throw new Refused(Failure.badRequest("unable to parse requirement: values[0][" + requirement.key()
                        + "]: Invalid value: \"" + value + "\": " + fault));
            });
        }
        return requirement;
    }

    /** The selector of an object's spec: {@code matchLabels} and {@code matchExpressions}. */
    public static LabelSelector of(JsonNode selector) {
        List<Requirement> list = new ArrayList<>();
        Json.texts(selector.path("matchLabels"))
                .forEach((key, value) -> list.add(new Requirement(key, Operator.IN, Set.of(value))));
        for (JsonNode each : selector.path("matchExpressions")) {
            Set<String> values = new TreeSet<>();
            each.path("values").forEach(value -> values.add(value.asText()));
            Operator operator = switch (each.path("operator").asText()) {
                case "In" -> Operator.IN;
                case "NotIn" -> Operator.NOT_IN;
                case "Exists" -> Operator.EXISTS;
                default -> Operator.ABSENT;
            };
            list.add(new Requirement(each.path("key").asText(), operator, values));
        }
        return new LabelSelector(list);
    }

    public boolean matches(Map<String, String> labels) {
        for (Requirement requirement : requirements) {
            if (!requirement.matches(labels)) {
                return false;
            }
        }
        return true;
    }

    public boolean isAll() {
        return requirements.isEmpty();
    }

    /** As it stands in a query, and in tables. */
    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        for (Requirement each : requirements) {
            String values = String.join(",", new TreeSet<>(each.values()));
            parts.add(
                    switch (each.operator()) {
                        case IN ->
                            each.values().size() == 1 ? each.key() + "=" + values : each.key() + " in (" + values + ")";
                        case NOT_IN ->
                            each.values().size() == 1
                                    ? each.key() + "!=" + values
                                    : each.key() + " notin (" + values + ")";
                        case EXISTS -> each.key();
                        case ABSENT -> "!" + each.key();
                    });
        }
        return String.join(",", parts);
    }
}
