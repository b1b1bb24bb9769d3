package io.quorate.control.kubernetes;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
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
 * @param group what its certificate or token makes it
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
        String group,
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

    /**
     * Path and query for another node, encoded.
     *
     * @param more parameters that are other ones there
     */
    String target(Map<String, String> more) {
        Map<String, String> all = new TreeMap<>(query);
        all.putAll(more);
        return path.replace("%", "%25").replace(" ", "%20")
                + all.entrySet().stream()
                        .map(each -> encoded(each.getKey()) + "=" + encoded(each.getValue()))
                        .collect(Collectors.joining("&", all.isEmpty() ? "" : "?", ""));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    boolean isWatch() {
        return parameter("watch").equals("true") || parameter("watch").equals("1");
    }
}
