package io.quorate.control.kubernetes;

import io.quorate.control.resource.Failure;
import io.quorate.control.resource.Refused;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One request, when it is known who asks.
 *
 * @param method of HTTP
 * @param path decoded
 * @param query as it came, encoded
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
        String query,
        Map<String, String> headers,
        byte[] body,
        String by,
        String user,
        String group,
        boolean admin,
        String clusterId) {

    /** The last one's value; empty where there is none. */
    String parameter(String name) {
        List<String> all = all(name);
        return all.isEmpty() ? "" : all.getLast();
    }

    /** All values of a parameter, in their order. */
    List<String> all(String name) {
        return Arrays.stream(query.split("&"))
                .map(each -> each.split("=", 2))
                .filter(each -> decoded(each[0]).equals(name))
                .map(each -> each.length == 1 ? "" : decoded(each[1]))
                .toList();
    }

    String header(String name) {
        return headers.getOrDefault(name, "");
    }

    /**
     * Path and query for another node, encoded.
     *
     * @param more parameters that are other ones there
     */
    String target(Map<String, String> more) {
        Stream<String> asTheyCame = Arrays.stream(query.split("&"))
                .filter(each -> !each.isEmpty() && !more.containsKey(decoded(each.split("=", 2)[0])));
        Stream<String> others =
                more.entrySet().stream().map(each -> encoded(each.getKey()) + "=" + encoded(each.getValue()));
        String all = Stream.concat(asTheyCame, others).collect(Collectors.joining("&"));
        return path.replace("%", "%25").replace(" ", "%20") + (all.isEmpty() ? "" : "?" + all);
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new Refused(Failure.badRequest("the query cannot be read: " + e.getMessage()));
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    boolean isWatch() {
        return parameter("watch").equals("true") || parameter("watch").equals("1");
    }
}
