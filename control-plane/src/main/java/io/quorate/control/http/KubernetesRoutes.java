package io.quorate.control.http;

import io.quorate.control.kubernetes.ApiAnswer;
import io.quorate.control.kubernetes.ApiRequest;
import io.quorate.control.kubernetes.KubernetesApi;
import io.quorate.control.resource.Failure;
import io.quorate.persistence.tls.Peer;
import io.quorate.persistence.tls.PeerKind;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.AttributeKeys;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.Uri;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.javadsl.model.ws.Message;
import org.apache.pekko.http.javadsl.model.ws.TextMessage;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** Brings HTTP to the kubernetes API and its answers back. Any thread; nothing blocks. */
final class KubernetesRoutes {
    private static final int MAX_WARNING_LETTERS = 200;

    private final KubernetesApi api;
    private final Bodies bodies;
    private final Materializer materializer;

    KubernetesRoutes(KubernetesApi api, Bodies bodies, Materializer materializer) {
        this.api = api;
        this.bodies = bodies;
        this.materializer = materializer;
    }

    CompletionStage<HttpResponse> answer(HttpRequest request, Access.Verdict verdict) {
        return switch (verdict) {
            case Access.Verdict.Refused(var problem, var user) ->
                bodies.after(
                        request,
                        response(
                                problem.status() == 401
                                        ? ApiAnswer.failure(Failure.unauthorized())
                                        : KubernetesApi.forbidden(
                                                request.method().value(), path(request.getUri()), user)));
            case Access.Verdict.Admitted(var peer, var clusterId) -> {
                long length = request.entity().getContentLengthOption().orElse(0L);
                if (length > KubernetesApi.MAX_BODY_BYTES) {
                    bodies.passOver(request); // too much to be passed over: the connection ends
                    yield CompletableFuture.completedFuture(response(tooLarge()));
                }
                yield bodies.read(request, KubernetesApi.MAX_BODY_BYTES)
                        .thenCompose(body -> api.answer(new ApiRequest(
                                request.method().value(),
                                path(request.getUri()),
                                request.getUri().rawQueryString().orElse(""),
                                headers(request),
                                body,
                                peer.words(),
                                peer.name(),
                                peer.kind().organization(),
                                peer.kind().isAdmin(),
                                clusterId)))
                        .exceptionally(failure -> tooLarge())
                        .thenApply(answer -> answered(request, answer));
            }
        };
    }

    private HttpResponse answered(HttpRequest request, ApiAnswer answer) {
        return switch (answer) {
            case ApiAnswer.Connection connection -> PodSocket.opened(request, connection, materializer);
            case ApiAnswer.Stream(var events) ->
                request.getAttribute(AttributeKeys.webSocketUpgrade)
                        .map(upgrade -> upgrade.handleMessagesWith(frames(events)))
                        .orElseGet(() -> response(answer));
            default -> response(answer);
        };
    }

    /** A watch as messages of a web socket, one for each event; what comes from the client is nothing to it. */
    private static Flow<Message, Message, NotUsed> frames(Source<ByteString, NotUsed> events) {
        Source<Message, NotUsed> messages = events.mapConcat(chunk -> chunk.utf8String()
                        .lines()
                        .filter(line -> !line.isEmpty())
                        .toList())
                .map(TextMessage::create);
        return Flow.fromSinkAndSourceCoupled(Sink.ignore(), messages);
    }

    /** Tells another node, which holds no copy, of the objects. */
    CompletionStage<HttpResponse> follow(HttpRequest request, Peer by, String clusterId) {
        if (by.kind() != PeerKind.NODE) {
            return bodies.after(
                    request,
                    response(ApiAnswer.failure(
                            Failure.forbidden("only nodes of this cluster follow its objects: watch them"))));
        }
        String name = path(request.getUri()).substring(KubernetesApi.FOLLOW.length());
        bodies.passOver(request);
        return api.follow(clusterId, name, request.getUri().query().get("after").orElse(""))
                .thenApply(KubernetesRoutes::response);
    }

    private ApiAnswer tooLarge() {
        return ApiAnswer.failure(
                Failure.tooLarge("Request entity too large, or too slow: limit is " + KubernetesApi.MAX_BODY_BYTES
                        + " bytes and " + bodies.patience().toSeconds() + " s"));
    }

    /** In a path a plus is a plus; the decoder is one for forms, where it is a space. */
    private static String path(Uri uri) {
        return URLDecoder.decode(uri.path().replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static Map<String, String> headers(HttpRequest request) {
        Map<String, String> headers = new HashMap<>();
        for (HttpHeader header : request.getHeaders()) {
            headers.merge(header.lowercaseName(), header.value(), (one, other) -> one + "," + other);
        }
        if (!request.entity().getContentType().equals(ContentTypes.NO_CONTENT_TYPE)) {
            headers.put(
                    "content-type", request.entity().getContentType().toString().toLowerCase(Locale.ROOT));
        }
        request.getAttribute(AttributeKeys.webSocketUpgrade).ifPresent(upgrade -> headers.put("upgrade", "websocket"));
        return headers;
    }

    private static HttpResponse response(ApiAnswer answer) {
        return switch (answer) {
            case ApiAnswer.Stream(var events) ->
                HttpResponse.create().withEntity(HttpEntities.createChunked(ContentTypes.APPLICATION_JSON, events));
            case ApiAnswer.Text(var lines) ->
                HttpResponse.create().withEntity(HttpEntities.createChunked(ContentTypes.TEXT_PLAIN_UTF8, lines));
            case ApiAnswer.Document document -> {
                HttpResponse response = HttpResponse.create()
                        .addHeader(RawHeader.create("ETag", document.tag()))
                        .addHeader(RawHeader.create("Vary", "Accept"))
                        .addHeader(RawHeader.create(
                                "Cache-Control",
                                document.forever() ? "public, immutable, max-age=31536000" : "no-cache"));
                yield document.known()
                        ? response.withStatus(304)
                        : response.withEntity(HttpEntities.create(type(document.contentType()), document.body()));
            }
            case ApiAnswer.Connection connection ->
                throw new IllegalStateException("a connection is opened, and not answered with");
            case ApiAnswer.Passed(var code, var type, var body, var warnings) ->
                warned(
                        HttpResponse.create().withStatus(code).withEntity(HttpEntities.createChunked(type(type), body)),
                        warnings);
            case ApiAnswer.Whole whole -> {
                HttpResponse response = warned(
                        HttpResponse.create()
                                .withStatus(whole.code())
                                .withEntity(HttpEntities.create(type(whole.contentType()), whole.body())),
                        whole.warnings());
                yield whole.code() == 503 ? response.addHeader(RawHeader.create("Retry-After", "1")) : response;
            }
        };
    }

    private static HttpResponse warned(HttpResponse response, List<String> warnings) {
        HttpResponse warned = response;
        for (String warning : warnings) {
            warned = warned.addHeader(RawHeader.create("Warning", "299 - \"" + quoted(warning) + "\""));
        }
        return warned;
    }

    /** With its parameters in the order in which clients expect them; the library's own reader sorts them. */
    private static ContentType type(String text) {
        if (text.equals(ApiAnswer.JSON)) {
            return ContentTypes.APPLICATION_JSON;
        }
        String[] parts = text.split(";");
        if (parts.length == 1 || parts[1].strip().startsWith("charset=")) {
            return ContentTypes.parse(text);
        }
        Map<String, String> parameters = new LinkedHashMap<>();
        for (int i = 1; i < parts.length; i++) {
            String[] pair = parts[i].split("=", 2);
            parameters.put(pair[0], pair[1]);
        }
        String[] names = parts[0].split("/", 2);
        return MediaTypes.customBinary(names[0], names[1], true, parameters, false)
                .toContentType();
    }

    /** A client chose the words: what would end the header's line is not in it. */
    private static String quoted(String warning) {
        String plain = warning.replaceAll("[^ -~]", "?");
        String cut = plain.length() > MAX_WARNING_LETTERS ? plain.substring(0, MAX_WARNING_LETTERS) + "..." : plain;
        return cut.replace("\\", "\\\\").replace("\"", "\\\"");
    }
}
