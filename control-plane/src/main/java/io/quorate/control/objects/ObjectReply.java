package io.quorate.control.objects;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.resource.Failure;
import io.quorate.control.resource.Json;
import java.util.List;

/**
 * What came of a command.
 *
 * @param code of HTTP
 * @param body an object or a {@code Status}
 * @param warnings for whoever asked
 * @param more whether asking again would do more of the same
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ObjectReply(int code, byte[] body, List<String> warnings, boolean more) {
    public ObjectReply {
        warnings = List.copyOf(warnings);
    }

    static ObjectReply of(int code, byte[] body) {
        return new ObjectReply(code, body, List.of(), false);
    }

    static ObjectReply of(ObjectNode body) {
        return of(200, Json.bytes(body));
    }

    public static ObjectReply of(Failure failure) {
        return of(failure.code(), Json.bytes(failure.json()));
    }

    ObjectReply with(List<String> more) {
        return new ObjectReply(code, body, more, this.more);
    }
}
