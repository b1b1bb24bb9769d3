package io.quorate.control.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpCharsets;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/**
 * The page of the add-on {@code dashboard}. The page itself is the same for everybody and says nothing of the cluster, so whoever can reach the port may
 * have it; what it shows it asks for with its reader's client certificate or token, as any client. Nothing of it runs with the cluster's own access.
 */
final class DashboardRoutes {
    private static final String PATH = "/dashboard";

    private static final Map<String, ContentType> FILES = Map.of(
            "index.html", ContentTypes.TEXT_HTML_UTF8,
            "dashboard.css", MediaTypes.TEXT_CSS.toContentType(HttpCharsets.UTF_8),
            "dashboard.js", MediaTypes.APPLICATION_JAVASCRIPT.toContentType(HttpCharsets.UTF_8));

    /** Only what this node serves: no other place has a say in the page, or sees it. */
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
            + " img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final Map<String, byte[]> read = new ConcurrentHashMap<>();

    static boolean serves(String path) {
        return path.equals(PATH) || path.startsWith(PATH + "/");
    }

    /** @param enabled empty where this node does not know */
    HttpResponse answer(HttpRequest request, Optional<Boolean> enabled) {
        if (!enabled.orElse(false)) {
            return new Problem(
                            404,
                            "not-found",
                            enabled.isPresent()
                                    ? "the add-on dashboard is not enabled"
                                    : "this node holds no copy of the cluster's objects, and shows none",
                            enabled.isPresent()
                                    ? "`quorate enable dashboard`"
                                    : "ask a master or a standby node: `quorate status` lists them")
                    .response();
        }
        String path = request.getUri().path();
        String file = path.length() <= PATH.length() + 1 ? "index.html" : path.substring(PATH.length() + 1);
        ContentType type = FILES.get(file);
        if (type == null || !request.method().equals(HttpMethods.GET)) {
            return new Problem(404, "not-found", path + " is not served here", "GET " + PATH).response();
        }
        return HttpResponse.create()
                .withEntity(HttpEntities.create(type, read.computeIfAbsent(file, DashboardRoutes::read)))
                .addHeader(RawHeader.create("Content-Security-Policy", POLICY))
                .addHeader(RawHeader.create("X-Content-Type-Options", "nosniff"))
                .addHeader(RawHeader.create("Referrer-Policy", "no-referrer"))
                .addHeader(RawHeader.create("Cache-Control", "no-cache"));
    }

    private static byte[] read(String file) {
        try (InputStream in = DashboardRoutes.class.getResourceAsStream("dashboard/" + file)) {
            if (in == null) {
                throw new IllegalStateException("dashboard/" + file + " is missing from the distribution");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
