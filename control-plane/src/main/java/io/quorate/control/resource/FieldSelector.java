package io.quorate.control.resource;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Which values an object's fields must have; as {@code metadata.name=a,status.phase!=Failed}. */
public record FieldSelector(List<Requirement> requirements) {
    public static final FieldSelector ALL = new FieldSelector(List.of());

    private static final String NAME = "metadata.name";
    private static final String NAMESPACE = "metadata.namespace";

    record Requirement(String path, boolean equal, String value) {}

    public FieldSelector {
        requirements = List.copyOf(requirements);
    }

    /** @throws Refused where it is none, or names a field that this type is not selected by */
    public static FieldSelector parse(ResourceType type, String text) {
        if (text.isBlank()) {
            return ALL;
        }
        List<Requirement> list = new ArrayList<>();
        for (String part : text.split(",")) {
            int at = part.indexOf('=');
            if (at <= 0) {
                throw new Refused(
                        Failure.badRequest("invalid selector: '" + text + "'; can't understand '" + part + "'"));
            }
            boolean equal = part.charAt(at - 1) != '!';
            String path = part.substring(0, equal ? at : at - 1).strip();
            String value =
                    part.substring(part.startsWith("==", at) ? at + 2 : at + 1).strip();
            if (!path.equals(NAME) && !path.equals(NAMESPACE) && !type.fields().contains(path)) {
                throw new Refused(Failure.badRequest("field label not supported: " + path));
            }
            list.add(new Requirement(path, equal, value));
        }
        return new FieldSelector(list);
    }

    /** @param field what an object has at a path; empty for nothing */
    public boolean matches(UnaryOperator<String> field) {
        for (Requirement each : requirements) {
            if (each.equal() != field.apply(each.path()).equals(each.value())) {
                return false;
            }
        }
        return true;
    }

    /** The one name that it allows, if it is so. */
    public Optional<String> name() {
        return requirements.stream()
                .filter(each -> each.equal() && each.path().equals(NAME))
                .map(Requirement::value)
                .findFirst();
    }

    public boolean isAll() {
        return requirements.isEmpty();
    }
}
