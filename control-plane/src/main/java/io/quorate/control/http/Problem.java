package io.quorate.control.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quorate.persistence.journal.JournalException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.jspecify.annotations.Nullable;

/**
 * An error as a problem document (RFC 9457).
 *
 * @param type short stable name, sent as {@code urn:quorate:<type>}
 * @param detail one line: what, where
 * @param next the command or the thing to do next; may be empty
 */
record Problem(int status, String type, String detail, String next) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Ends the handling of a request with a problem. */
    static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient Problem problem;

        Refusal(Problem problem) {
            super(problem.detail());
            this.problem = problem;
        }

        Problem problem() {
            return problem;
        }
    }

    HttpResponse response() {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("type", "urn:quorate:" + type);
        body.put("title", type.replace('-', ' '));
        body.put("status", status);
        body.put("detail", detail);
        if (!next.isEmpty()) {
            body.put("next", next);
        }
        if (type.equals("unknown-outcome")) {
            body.put("outcome", "unknown");
        }
        try {
            HttpResponse response = HttpResponse.create()
                    .withStatus(status)
                    .withEntity(
                            MediaTypes.applicationBinary("problem+json", false, new String[0])
                                    .toContentType(),
                            JSON.writeValueAsBytes(body));
            return status == 503 ? response.addHeader(RawHeader.create("Retry-After", "1")) : response;
        } catch (JsonProcessingException e) {
            return HttpResponse.create().withStatus(status).withEntity(ContentTypes.TEXT_PLAIN_UTF8, detail);
        }
    }

    /** What another node's problem document says; the document itself where it is none. */
    static String detail(byte[] document) {
        try {
            return JSON.readTree(document).path("detail").asText("it did not say why");
        } catch (IOException e) {
            return "its answer cannot be read";
        }
    }

    /** What a failure means to a client; nothing of the machine's insides. */
    static Problem of(@Nullable Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return switch (cause) {
            case Refusal refusal -> refusal.problem();
            case JournalException e ->
                switch (e.kind()) {
                    case NO_LEADER ->
                        new Problem(
                                503,
                                "no-leader",
                                "nothing was stored: " + e.getMessage(),
                                "try again; `quorate status` tells who leads and who is missing");
                    case OVERLOADED ->
                        new Problem(503, "overloaded", "nothing was stored: " + e.getMessage(), "try again later");
                    case INVALID -> new Problem(400, "invalid", e.getMessage(), "");
                    case UNKNOWN, CLOSED ->
                        new Problem(
                                504,
                                "unknown-outcome",
                                e.getMessage(),
                                "read the key to learn whether the write was stored");
                };
            case IllegalArgumentException e -> new Problem(400, "invalid", String.valueOf(e.getMessage()), "");
            case null -> new Problem(500, "internal-error", "there was no answer", "look at the node's log");
            default -> new Problem(500, "internal-error", "the node met an error", "look at the node's log");
        };
    }
}
