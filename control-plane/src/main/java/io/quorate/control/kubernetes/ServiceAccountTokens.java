package io.quorate.control.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.objects.Times;
import io.quorate.control.resource.Failure;
import io.quorate.control.resource.Failure.Cause;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.Refused;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import java.util.List;
import java.util.Optional;

/**
 * Tokens of service accounts, as {@code kubectl create token} asks for them. One is an access token of the cluster as any other, which expires, is listed and
 * revoked with them; its holder may look. It is good for as long as its account is there. Pure.
 */
final class ServiceAccountTokens {
    static final ResourceType REQUEST =
            ResourceType.unstored("authentication.k8s.io", "v1", "tokenrequests", "TokenRequest", true);

    private static final String USER = "system:serviceaccount:";
    private static final long USUAL_SECONDS = 3600;
    private static final long LEAST_SECONDS = 600;
    private static final long MOST_SECONDS = 365L * 24 * 3600;

    private ServiceAccountTokens() {}

    /** How long a token is to be good. */
    static long seconds(ObjectNode asked) {
        JsonNode spec = asked.path("spec");
        if (spec.hasNonNull("boundObjectRef")) {
            throw refused(Cause.forbidden("spec.boundObjectRef", "tokens are bound to their service account only"));
        }
        long seconds = spec.path("expirationSeconds").asLong(USUAL_SECONDS);
        if (seconds < LEAST_SECONDS) {
            throw refused(Cause.invalid(
                    "spec.expirationSeconds",
                    Long.toString(seconds),
                    "may not specify a duration less than 10 minutes"));
        }
        return Math.min(seconds, MOST_SECONDS);
    }

    private static Refused refused(Cause cause) {
        return new Refused(Failure.invalid(REQUEST, "", List.of(cause)));
    }

    static ObjectNode answer(
            StoredObject account, ObjectNode asked, long seconds, String token, long expiresMillis, long nowMillis) {
        ObjectNode answer = Json.object().put("kind", REQUEST.kind()).put("apiVersion", REQUEST.apiVersion());
        answer.putObject("metadata")
                .put("name", account.key().name())
                .put("namespace", account.key().namespace())
                .put("creationTimestamp", Times.text(nowMillis));
        ObjectNode spec = answer.putObject("spec");
        JsonNode audiences = Json.at(asked, "spec.audiences");
        spec.set("audiences", audiences.isArray() ? audiences : Json.array());
        spec.put("expirationSeconds", seconds);
        answer.putObject("status").put("token", token).put("expirationTimestamp", Times.text(expiresMillis));
        return answer;
    }

    /** Whom the access of an account's token names; another account of this name is another one. */
    static String accessName(StoredObject account) {
        return USER + account.key().namespace() + ":" + account.key().name() + "/" + account.uid();
    }

    static boolean isOfAccount(String accessName) {
        return accessName.startsWith(USER);
    }

    /** The user behind such a name; empty where the account is not there any more. */
    static Optional<String> user(String accessName, ObjectState state) {
        int uidAt = accessName.lastIndexOf('/');
        String[] parts = uidAt < 0
                ? new String[0]
                : accessName.substring(USER.length(), uidAt).split(":", 2);
        if (parts.length != 2) {
            return Optional.empty();
        }
        return state.get(ObjectKey.of(ResourceTypes.SERVICE_ACCOUNT, parts[0], parts[1]))
                .filter(account -> account.uid().equals(accessName.substring(uidAt + 1)))
                .map(account -> accessName.substring(0, uidAt));
    }

    /** The groups of a user, where it is an account; none for others. */
    static List<String> groups(String user) {
        if (!user.startsWith(USER)) {
            return List.of();
        }
        String namespace = user.substring(USER.length()).split(":", 2)[0];
        return List.of("system:serviceaccounts", "system:serviceaccounts:" + namespace);
    }
}
