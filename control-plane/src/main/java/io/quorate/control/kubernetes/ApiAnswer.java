package io.quorate.control.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.control.resource.Failure;
import io.quorate.control.resource.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** What a request is answered with. */
public sealed interface ApiAnswer {
    String JSON = "application/json";

    /** @param warnings for whoever asked */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Whole(int code, String contentType, byte[] body, List<String> warnings) implements ApiAnswer {}

    /**
     * A document that stays as it is.
     *
     * @param tag by which a client knows it
     * @param known whether the client has it already
     * @param forever whether another one has another address
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Document(String contentType, byte[] body, String tag, boolean known, boolean forever) implements ApiAnswer {}

    /** JSON objects one after another, for as long as it takes. */
    record Stream(Source<ByteString, NotUsed> events) implements ApiAnswer {}

    /** Plain text as it comes, for as long as it takes. */
    record Text(Source<ByteString, NotUsed> lines) implements ApiAnswer {}

    /**
     * The connection is the client's from now on.
     *
     * @param protocol that is spoken on it, one that the client offered
     * @param flow what comes from it and what goes there, for one use within some seconds; where it is a web socket, each element is a message
     */
    record Connection(String protocol, Flow<ByteString, ByteString, NotUsed> flow) implements ApiAnswer {}

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
