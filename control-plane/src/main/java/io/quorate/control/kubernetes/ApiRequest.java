package io.quorate.control.kubernetes;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request, when it is known who asks.
 *
 * @param method of HTTP
 * @param path decoded
 * @param query the last value of each parameter, decoded
 * @param headers by name in small letters
 * @param by who asks, as the journal keeps it
 * @param user its name
 * @param admin whether it may do everything
 * @param clusterId which has let it in; no other is asked
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ApiRequest(
        String method,
        String path,
        Map<String, String> query,
        Map<String, String> headers,
        byte[] body,
        String by,
        String user,
        boolean admin,
        String clusterId) {

    String parameter(String name) {
        return otherwise(query.get(name));
    }

    String header(String name) {
        return otherwise(headers.get(name));
    }

    private static String otherwise(@Nullable String value) {
        return value == null ? "" : value;
    }

    boolean isWatch() {
        return parameter("watch").equals("true") || parameter("watch").equals("1");
    }
}
