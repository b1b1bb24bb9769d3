package io.quorate.control.objects;

import com.fasterxml.jackson.annotation.JsonIgnore;
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
 * @param version of all objects: a state that has it has what the command did; 0 from a node of an older release
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ObjectReply(int code, byte[] body, List<String> warnings, boolean more, long version) {
    public ObjectReply {
        warnings = List.copyOf(warnings);
    }

    static ObjectReply of(int code, byte[] body) {
        return new ObjectReply(code, body, List.of(), false, 0);
    }

    static ObjectReply of(ObjectNode body) {
        return of(200, Json.bytes(body));
    }

    public static ObjectReply of(Failure failure) {
        return of(failure.code(), Json.bytes(failure.json()));
    }

    ObjectReply with(List<String> more) {
        return new ObjectReply(code, body, more, this.more, version);
    }

    ObjectReply at(long newVersion) {
        return new ObjectReply(code, body, warnings, more, newVersion);
    }

    @JsonIgnore
    public boolean isRefused() {
        return code >= 400;
    }
}
