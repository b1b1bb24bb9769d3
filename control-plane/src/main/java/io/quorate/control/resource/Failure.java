package io.quorate.control.resource;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Why a request is refused, as the API tells it: a {@code Status}.
 *
 * @param code of HTTP
 * @param reason one word for programs
 * @param name of the object; may be empty, as the three that follow
 * @param kind of {@code details}: the plural, or the kind of an object that is invalid
 */
public record Failure(
        int code,
        String reason,
        String message,
        String name,
        String group,
        String kind,
        String uid,
        List<Cause> causes,
        int retryAfterSeconds) {

    /** One thing that is wrong. */
    public record Cause(String reason, String message, String field) {
        public static Cause required(String field, String why) {
            return new Cause("FieldValueRequired", why.isEmpty() ? "Required value" : "Required value: " + why, field);
        }

        /** @param value as it is to be shown */
        public static Cause invalid(String field, String value, String why) {
            return new Cause("FieldValueInvalid", "Invalid value: " + value + ": " + why, field);
        }

        public static Cause duplicate(String field, String value) {
            return new Cause("FieldValueDuplicate", "Duplicate value: " + value, field);
        }

        public static Cause forbidden(String field, String why) {
            return new Cause("FieldValueForbidden", "Forbidden: " + why, field);
        }

        public static Cause unsupported(String field, String value, List<String> supported) {
            return new Cause(
                    "FieldValueNotSupported",
                    "Unsupported value: " + value + ": supported values: "
                            + supported.stream().map(each -> "\"" + each + "\"").collect(Collectors.joining(", ")),
                    field);
        }
    }

    public Failure {
        causes = List.copyOf(causes);
    }

    private static Failure about(int code, String reason, String message, ResourceType type, String name) {
        return new Failure(code, reason, message, name, type.group(), type.plural(), "", List.of(), 0);
    }

    private static Failure plain(int code, String reason, String message) {
        return new Failure(code, reason, message, "", "", "", "", List.of(), 0);
    }

    public static Failure badRequest(String message) {
        return plain(400, "BadRequest", message);
    }

    public static Failure unauthorized() {
        return plain(401, "Unauthorized", "Unauthorized");
    }

    public static Failure forbidden(ResourceType type, String name, String why) {
        return about(
                403,
                "Forbidden",
                type.id() + (name.isEmpty() ? "" : " \"" + name + "\"") + " is forbidden: " + why,
                type,
                name);
    }

    public static Failure forbidden(String message) {
        return plain(403, "Forbidden", message);
    }

    public static Failure notFound(ResourceType type, String name) {
        return about(404, "NotFound", type.id() + " \"" + name + "\" not found", type, name);
    }

    /** For a path that leads nowhere within a type. */
    public static Failure notFound() {
        return plain(404, "NotFound", "the server could not find the requested resource");
    }

    public static Failure notAllowed() {
        return plain(405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
    }

    public static Failure notAcceptable(String why) {
        return plain(406, "NotAcceptable", why);
    }

    public static Failure alreadyExists(ResourceType type, String name) {
        return about(409, "AlreadyExists", type.id() + " \"" + name + "\" already exists", type, name);
    }

    public static Failure conflict(ResourceType type, String name, String why) {
        return about(
                409,
                "Conflict",
                "Operation cannot be fulfilled on " + type.id() + " \"" + name + "\": " + why,
                type,
                name);
    }

    public static Failure modified(ResourceType type, String name) {
        return conflict(
                type,
                name,
                "the object has been modified; please apply your changes to the latest version and try again");
    }

    public static Failure applyConflict(List<Cause> causes) {
        String listed = causes.stream()
                .map(cause -> cause.message() + ": " + cause.field())
                .collect(Collectors.joining("\n- ", causes.size() == 1 ? " " : "\n- ", ""));
        return new Failure(
                409,
                "Conflict",
                "Apply failed with " + causes.size() + " conflict" + (causes.size() == 1 ? "" : "s") + ":" + listed,
                "",
                "",
                "",
                "",
                causes,
                0);
    }

    public static Failure expired(String message) {
        return plain(410, "Expired", message);
    }

    public static Failure tooLarge(String message) {
        return plain(413, "RequestEntityTooLarge", message);
    }

    public static Failure unsupportedMediaType(String message) {
        return plain(415, "UnsupportedMediaType", message);
    }

    public static Failure invalid(ResourceType type, String name, List<Cause> causes) {
        String listed = causes.stream()
                .map(cause -> cause.field() + ": " + cause.message())
                .collect(Collectors.joining(", "));
        return new Failure(
                422,
                "Invalid",
                type.qualifiedKind() + " \"" + name + "\" is invalid: "
                        + (causes.size() == 1 ? listed : "[" + listed + "]"),
                name,
                type.group(),
                type.kind(),
                "",
                causes,
                0);
    }

    /** A patch that cannot be done to what is there. */
    public static Failure unprocessable(String message) {
        return plain(422, "Invalid", message);
    }

    /** @param retryAfterSeconds 0 for whenever the client likes */
    public static Failure tooMany(String message, List<Cause> causes, int retryAfterSeconds) {
        return new Failure(429, "TooManyRequests", message, "", "", "", "", causes, retryAfterSeconds);
    }

    public static Failure internal(String message) {
        return plain(500, "InternalError", message);
    }

    public static Failure unavailable(String message) {
        return new Failure(503, "ServiceUnavailable", message, "", "", "", "", List.of(), 1);
    }

    /** What was asked may be stored, or may not be. */
    public static Failure unknownOutcome(String message) {
        return plain(504, "Timeout", message);
    }

    public ObjectNode json() {
        ObjectNode status = Json.object().put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        status.put("status", "Failure").put("message", message).put("reason", reason);
        ObjectNode details = Json.object();
        put(details, "name", name);
        put(details, "group", group);
        put(details, "kind", kind);
        put(details, "uid", uid);
        if (!causes.isEmpty()) {
            ArrayNode list = details.putArray("causes");
            for (Cause cause : causes) {
                ObjectNode one = list.addObject().put("reason", cause.reason()).put("message", cause.message());
                put(one, "field", cause.field());
            }
        }
        if (retryAfterSeconds > 0) {
            details.put("retryAfterSeconds", retryAfterSeconds);
        }
        if (!details.isEmpty()) {
            status.set("details", details);
        }
        return status.put("code", code);
    }

    /** That something was done which leaves no object to show. */
    public static ObjectNode success(ResourceType type, String name, String uid) {
        ObjectNode status = Json.object().put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        status.put("status", "Success");
        ObjectNode details = status.putObject("details");
        put(details, "name", name);
        put(details, "group", type.group());
        put(details, "kind", type.plural());
        put(details, "uid", uid);
        return status;
    }

    /** That something was done which is no object. */
    public static ObjectNode success(int code) {
        ObjectNode status = Json.object().put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        return status.put("status", "Success").put("code", code);
    }

    private static void put(ObjectNode object, String field, String value) {
        if (!value.isEmpty()) {
            object.put(field, value);
        }
    }
}
