package io.quorate.control.kubernetes;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request, when it is known who asks.
 *
 * @param method of HTTP
 * @param path decoded
 * @param query the last value of each parameter, decoded
 * @param rawQuery as it came, encoded
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
        String rawQuery,
        Map<String, String> headers,
        byte[] body,
        String by,
        String user,
        boolean admin,
        String clusterId) {

    String parameter(String name) {
        return otherwise(query.get(name));
    }

    /** All values of a parameter, in their order. */
    List<String> all(String name) {
        return Arrays.stream(rawQuery.split("&"))
                .filter(each -> each.startsWith(name + "="))
                .map(each -> URLDecoder.decode(each.substring(name.length() + 1), StandardCharsets.UTF_8))
                .toList();
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
