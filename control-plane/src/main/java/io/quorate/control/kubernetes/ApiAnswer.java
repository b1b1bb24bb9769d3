package io.quorate.control.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.control.resource.Failure;
import io.quorate.control.resource.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** What a request is answered with. */
public sealed interface ApiAnswer {
    String JSON = "application/json";

    /** @param warnings for whoever asked */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Whole(int code, String contentType, byte[] body, List<String> warnings) implements ApiAnswer {}

    /** JSON objects one after another, for as long as it takes. */
    record Stream(Source<ByteString, NotUsed> events) implements ApiAnswer {}

    /** Plain text as it comes, for as long as it takes. */
    record Text(Source<ByteString, NotUsed> lines) implements ApiAnswer {}

    /**
     * What another node answers, as it comes.
     *
     * @param warnings for whoever asked
     */
    record Passed(int code, String contentType, Source<ByteString, NotUsed> body, List<String> warnings)
            implements ApiAnswer {}

    static Whole json(int code, byte[] body) {
        return new Whole(code, JSON, body, List.of());
    }

    static Whole json(JsonNode body) {
        return json(200, Json.bytes(body));
    }

    static Whole text(int code, String text) {
        return new Whole(code, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8), List.of());
    }

    static Whole failure(Failure failure) {
        return json(failure.code(), Json.bytes(failure.json()));
    }
}
