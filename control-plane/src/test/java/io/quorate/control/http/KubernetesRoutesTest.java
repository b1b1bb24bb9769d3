package io.quorate.control.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quorate.control.RunningNode;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The kubernetes API, asked over HTTP as clients ask. */
class KubernetesRoutesTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

    @TempDir
    static Path root;

    private static RunningNode node;

    @BeforeAll
    static void start() throws Exception {
        node = RunningNode.start(root.resolve("n1"), "n8");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private record Answer(int code, JsonNode body, HttpResponse<byte[]> response) {
        String at(String pointer) {
            return body.at(pointer).asText();
        }
    }

    private static Answer answer(HttpRequest.Builder request) throws Exception {
        HttpResponse<byte[]> response = node.send(request);
        String type = response.headers().firstValue("Content-Type").orElse("");
        return new Answer(
                response.statusCode(),
                type.startsWith("application/json") ? JSON.readTree(response.body()) : JSON.missingNode(),
                response);
    }

    private static Answer get(String path) throws Exception {
        return answer(node.request(path).GET());
    }

    private static Answer post(String path, String body) throws Exception {
        return answer(node.request(path).POST(BodyPublishers.ofString(body.replace('\'', '"'))));
    }

    private static Answer put(String path, String body) throws Exception {
        return answer(node.request(path).PUT(BodyPublishers.ofString(body.replace('\'', '"'))));
    }

    private static Answer patch(String path, String type, String body) throws Exception {
        return answer(node.request(path)
                .header("Content-Type", type)
                .method("PATCH", BodyPublishers.ofString(body.replace('\'', '"'))));
    }

    private static Answer delete(String path) throws Exception {
        return answer(node.request(path).DELETE());
    }

    private static String map(String name, String label) {
        return "{'metadata':{'name':'%s','labels':{'set':'%s'}},'data':{'a':'b'}}".formatted(name, label);
    }

    private static void failure(Answer answer, int code, String reason, String message) {
        assertThat(answer.code()).as(String.valueOf(answer.body())).isEqualTo(code);
        assertThat(answer.at("/kind")).isEqualTo("Status");
        assertThat(answer.at("/status")).isEqualTo("Failure");
        assertThat(answer.at("/reason")).isEqualTo(reason);
        assertThat(answer.at("/code")).isEqualTo(Integer.toString(code));
        assertThat(answer.at("/message")).contains(message);
    }

    @Test
    void clients_find_what_is_served_in_the_old_form_and_in_the_new() throws Exception {
        assertThat(get("/api").at("/versions/0")).isEqualTo("v1");
        assertThat(get("/apis").body().path("groups"))
                .extracting(group -> group.path("name").asText())
                .contains("apps", "policy", "coordination.k8s.io");
        JsonNode apps = get("/apis/apps/v1").body();
        assertThat(apps.path("resources"))
                .extracting(each -> each.path("name").asText())
                .contains("deployments", "deployments/scale", "deployments/status");
        HttpResponse<byte[]> aggregated = node.send(node.request("/apis")
                .header(
                        "Accept",
                        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"));
        assertThat(aggregated.headers().firstValue("Content-Type").orElseThrow().replace(" ", ""))
                .isEqualTo("application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");
        assertThat(JSON.readTree(aggregated.body()).at("/items/0/versions/0/resources"))
                .isNotEmpty();
        assertThat(get("/version/").at("/major")).isEqualTo("1");
        assertThat(get("/apis/apiextensions.k8s.io/v1/customresourcedefinitions")
                        .body()
                        .path("items"))
                .as("types of clients' own")
                .isEmpty();
        assertThat(new String(node.send(node.request("/livez")).body(), UTF_8)).isEqualTo("ok");
    }

    @Test
    void a_document_of_openapi_is_sent_once_to_who_keeps_it() throws Exception {
        String address = get("/openapi/v3").at("/paths/apis~1apps~1v1/serverRelativeURL");
        HttpResponse<byte[]> first = node.send(node.request(address));
        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(first.headers().firstValue("Cache-Control")).contains("public, immutable, max-age=31536000");
        String tag = first.headers().firstValue("ETag").orElseThrow();
        HttpResponse<byte[]> again =
                node.send(node.request("/openapi/v3/apis/apps/v1?hash=x").header("If-None-Match", tag));
        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
        HttpResponse<byte[]> protobuf = node.send(node.request("/openapi/v2")
                .header("Accept", "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"));
        assertThat(protobuf.headers().firstValue("Content-Type"))
                .contains("application/com.github.proto-openapi.spec.v2.v1.0+protobuf");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/apis/nowhere/v1",
                "/api/v1/gadgets",
                "/apis/apps/v2/deployments",
                "/api/v1/pods/x",
                "/openapi/v9"
            })
    void a_path_that_names_nothing_is_not_found(String path) throws Exception {
        HttpResponse<byte[]> response = node.send(node.request(path));
        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(new String(response.body(), UTF_8)).isEqualTo("404 page not found\n");
    }

    @Test
    void an_object_is_created_read_changed_and_deleted() throws Exception {
        Answer created = post(MAPS, map("life", "x"));
        assertThat(created.code()).isEqualTo(201);
        assertThat(get(MAPS + "/life").body()).isEqualTo(created.body());
        failure(post(MAPS, map("life", "x")), 409, "AlreadyExists", "configmaps \"life\" already exists");
        Answer changed = put(MAPS + "/life", "{'metadata':{'name':'life'},'data':{'a':'c'}}");
        assertThat(changed.at("/data/a")).isEqualTo("c");
        assertThat(patch(MAPS + "/life", "application/merge-patch+json", "{'data':{'a':null,'d':'e'}}")
                        .body()
                        .path("data"))
                .isEqualTo(JSON.readTree("{\"d\":\"e\"}"));
        assertThat(delete(MAPS + "/life").at("/status")).isEqualTo("Success");
        failure(get(MAPS + "/life"), 404, "NotFound", "configmaps \"life\" not found");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'metadata':{'name':'a','namespace':'other'}}|400|BadRequest|the namespace of the provided object does not match",
                "{'kind':'Pod','metadata':{'name':'a'}}|400|BadRequest|Pod in version \"v1\" cannot be handled as a ConfigMap: converting (v1.Pod) to (core.ConfigMap): unknown conversion",
                "{'metadata':{'name':'A'}}|422|Invalid|ConfigMap \"A\" is invalid: metadata.name: Invalid value",
                "{'metadata':{'name':'a','resourceVersion':'3'}}|400|BadRequest|resourceVersion should not be set on objects to be created",
                "{'metadata'|400|BadRequest|json parse error",
                "[]|400|BadRequest|it is no JSON object",
                "{'metadata':'x'}|400|BadRequest|cannot unmarshal string into Go struct field ConfigMap.metadata of type v1.ObjectMeta",
            })
    void a_bad_object_is_refused_with_a_status(String body, int code, String reason, String message) throws Exception {
        failure(post(MAPS, body), code, reason, message);
    }

    @Test
    void what_is_nested_too_deeply_or_too_large_is_refused() throws Exception {
        failure(post(MAPS, "{'data':" + "[".repeat(5000)), 400, "BadRequest", "nest");
        String large = "x".repeat(600 * 1024);
        failure(
                post(MAPS, "{'metadata':{'name':'large'},'data':{'a':'" + large + "'}}"),
                413,
                "RequestEntityTooLarge",
                "");
        assertThat(get(MAPS + "/large").code()).isEqualTo(404);
    }

    @Test
    void a_body_in_protobuf_is_understood_and_what_is_none_is_refused() throws Exception {
        // k8s, 0; version and kind; and the object: its name, and a time that is nothing
        String body = "6b387300" + "0a0f0a0276311209436f6e6669674d6170" + "1214" + "0a08" + "0a0462696e61" + "4200"
                + "12080a01611203626964";
        Answer created = protobuf(body);
        assertThat(created.code()).as(String.valueOf(created.body())).isEqualTo(201);
        assertThat(created.at("/metadata/name")).isEqualTo("bina");
        assertThat(created.at("/data/a")).isEqualTo("bid");
        // DeleteOptions: in 1 s, and only as a dry run
        byte[] options = HexFormat.of()
                .parseHex("6b387300" + "0a130a0276311" + "20d44656c6574654f7074696f6e73" + "1207" + "0801"
                        + "2a03416c6c");
        assertThat(answer(node.request(MAPS + "/bina")
                                .header("Content-Type", "application/vnd.kubernetes.protobuf")
                                .method("DELETE", BodyPublishers.ofByteArray(options)))
                        .at("/status"))
                .isEqualTo("Success");
        assertThat(get(MAPS + "/bina").code()).isEqualTo(200);
        failure(protobuf("6b387300" + "ff"), 400, "BadRequest", "the body is no object in protobuf: it ends too early");
        failure(protobuf("00"), 400, "BadRequest", "it does not begin as one");
        failure(
                protobuf("6b387300" + "0a0f0a0276311209436f6e6669674d6170" + "1203" + "fa0100"),
                415,
                "UnsupportedMediaType",
                "field 31 of core.v1.ConfigMap in protobuf is not known");
        failure(
                answer(node.request(MAPS)
                        .header("Content-Type", "application/xml")
                        .POST(BodyPublishers.ofString("<a/>"))),
                415,
                "UnsupportedMediaType",
                "application/json");
    }

    @Test
    void yaml_is_understood_and_what_grows_or_nests_without_end_is_refused() throws Exception {
        assertThat(yaml("metadata: {name: plain}\ndata:\n  a: b\n").at("/data/a"))
                .isEqualTo("b");
        StringBuilder bomb = new StringBuilder("metadata: {name: bomb}\ndata:\n  a: &a [x]\n");
        for (char each = 'b'; each < 'z'; each++) {
            char before = (char) (each - 1);
            bomb.append("  ")
                    .append(each)
                    .append(": &")
                    .append(each)
                    .append(" [*")
                    .append(before)
                    .append(",*")
                    .append(before)
                    .append("]\n");
        }
        assertThat(yaml(bomb.toString()).code()).isEqualTo(400);
        failure(yaml("data: " + "[".repeat(5000)), 400, "BadRequest", "error parsing YAML");
        failure(yaml("a: b: c"), 400, "BadRequest", "error parsing YAML");
        failure(yaml("- a"), 400, "BadRequest", "it is no JSON object");
        Answer applied = patch(MAPS + "/plain?fieldManager=me", "application/apply-patch+yaml", "data: {c: d}");
        assertThat(applied.at("/data/c")).isEqualTo("d");
        assertThat(applied.at("/metadata/managedFields/0/manager")).isEqualTo("me");
    }

    private static Answer yaml(String text) throws Exception {
        return answer(
                node.request(MAPS).header("Content-Type", "application/yaml").POST(BodyPublishers.ofString(text)));
    }

    private static Answer protobuf(String hex) throws Exception {
        return answer(node.request(MAPS)
                .header("Content-Type", "application/vnd.kubernetes.protobuf")
                .POST(BodyPublishers.ofByteArray(HexFormat.of().parseHex(hex))));
    }

    @Test
    void unknown_and_repeated_fields_are_refused_or_told() throws Exception {
        failure(
                post(MAPS + "?fieldValidation=Strict", "{'metadata':{'name':'odd'},'dataa':{}}"),
                400,
                "BadRequest",
                "strict decoding error: unknown field \"dataa\"");
        failure(
                post(MAPS + "?fieldValidation=Strict", "{'metadata':{'name':'odd'},'data':{'a':'b','a':'c'}}"),
                400,
                "BadRequest",
                "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: duplicate field \"data.a\"");
        assertThat(post(MAPS, "{'metadata':{'name':'twice'},'data':{'a':'b','a':'c'}}")
                        .response()
                        .headers()
                        .firstValue("Warning"))
                .contains("299 - \"duplicate field \\\"data.a\\\"\"");
        Answer warned = post(MAPS, "{'metadata':{'name':'odd'},'dataa':{}}");
        assertThat(warned.code()).isEqualTo(201);
        assertThat(warned.response().headers().firstValue("Warning")).contains("299 - \"unknown field \\\"dataa\\\"\"");
    }

    @Test
    void a_list_is_selected_and_goes_on_page_by_page() throws Exception {
        for (int i = 0; i < 5; i++) {
            post(MAPS, map("page-" + i, "pages"));
        }
        post(MAPS, map("page-other", "none"));
        Answer selected = get(MAPS + "?labelSelector=set%3Dpages&limit=2");
        assertThat(selected.at("/kind")).isEqualTo("ConfigMapList");
        List<String> names = new ArrayList<>();
        Answer page = selected;
        while (true) {
            page.body()
                    .path("items")
                    .forEach(item -> names.add(item.at("/metadata/name").asText()));
            String next = page.at("/metadata/continue");
            if (next.isEmpty()) {
                break;
            }
            page = get(MAPS + "?labelSelector=set%3Dpages&limit=2&continue=" + next);
            assertThat(page.at("/metadata/resourceVersion")).isEqualTo(selected.at("/metadata/resourceVersion"));
        }
        assertThat(names).containsExactly("page-0", "page-1", "page-2", "page-3", "page-4");
        assertThat(get(MAPS + "?fieldSelector=metadata.name%3Dpage-3").body().path("items"))
                .hasSize(1);
        failure(get(MAPS + "?fieldSelector=data.a%3Db"), 400, "BadRequest", "field label not supported: data.a");
        failure(get(MAPS + "?continue=zzz"), 400, "BadRequest", "continue key is not valid");
        assertThat(get("/api/v1/namespaces/nowhere/pods").body().path("items")).isEmpty();
    }

    @Test
    void a_table_has_columns_and_a_row_for_each_object() throws Exception {
        post(MAPS, map("row", "tables"));
        Answer table = answer(node.request(MAPS + "?labelSelector=set%3Dtables").header("Accept", TABLE));
        assertThat(table.at("/kind")).isEqualTo("Table");
        assertThat(table.body().path("columnDefinitions"))
                .extracting(each -> each.path("name").asText())
                .containsExactly("Name", "Data", "Age");
        assertThat(table.at("/rows/0/cells/0")).isEqualTo("row");
        assertThat(table.at("/rows/0/object/kind")).isEqualTo("PartialObjectMetadata");
        Answer nodes = answer(node.request("/api/v1/nodes/n8").header("Accept", TABLE));
        assertThat(nodes.at("/rows/0/cells/1")).isEqualTo("Ready");
        assertThat(nodes.at("/rows/0/cells/2")).isEqualTo("control-plane");
    }

    /** Events of a watch as they come; ends with the stream. */
    private static final class Watching implements AutoCloseable {
        private final Stream<String> lines;
        private final Iterator<String> events;

        Watching(String query) throws Exception {
            HttpResponse<Stream<String>> response =
                    node.stream(node.request(MAPS + "?watch=true&" + query).GET());
            assertThat(response.statusCode()).isEqualTo(200);
            lines = response.body();
            events = lines.iterator();
        }

        JsonNode next() throws Exception {
            return JSON.readTree(events.next());
        }

        String nextWords() throws Exception {
            JsonNode event = next();
            return event.path("type").asText() + " "
                    + event.at("/object/metadata/name").asText();
        }

        boolean hasEnded() {
            return !events.hasNext();
        }

        @Override
        public void close() {
            lines.close();
        }
    }

    private static String version() throws Exception {
        return get(MAPS).at("/metadata/resourceVersion");
    }

    @Test
    void a_watch_tells_each_change_after_its_version_once_and_in_order() throws Exception {
        String from = version();
        post(MAPS, map("seen", "watch-all"));
        try (Watching watch = new Watching("resourceVersion=" + from)) {
            assertThat(watch.nextWords()).isEqualTo("ADDED seen");
            patch(MAPS + "/seen", "application/merge-patch+json", "{'data':{'a':'z'}}");
            JsonNode modified = watch.next();
            assertThat(modified.path("type").asText()).isEqualTo("MODIFIED");
            assertThat(modified.at("/object/data/a").asText()).isEqualTo("z");
            delete(MAPS + "/seen");
            JsonNode deleted = watch.next();
            assertThat(deleted.path("type").asText()).isEqualTo("DELETED");
            assertThat(deleted.at("/object/metadata/resourceVersion").asLong())
                    .isEqualTo(modified.at("/object/metadata/resourceVersion").asLong() + 1);
        }
    }

    @Test
    void an_object_that_comes_to_be_selected_is_added_and_one_that_is_no_more_is_deleted() throws Exception {
        String from = version();
        try (Watching watch = new Watching("labelSelector=set%3Dchosen&resourceVersion=" + from)) {
            post(MAPS, map("chosen", "not-yet"));
            patch(MAPS + "/chosen", "application/merge-patch+json", "{'metadata':{'labels':{'set':'chosen'}}}");
            assertThat(watch.nextWords()).isEqualTo("ADDED chosen");
            Answer left =
                    patch(MAPS + "/chosen", "application/merge-patch+json", "{'metadata':{'labels':{'set':'gone'}}}");
            JsonNode deleted = watch.next();
            assertThat(deleted.path("type").asText()).isEqualTo("DELETED");
            assertThat(deleted.at("/object/metadata/labels/set").asText()).isEqualTo("chosen");
            assertThat(deleted.at("/object/metadata/resourceVersion").asText())
                    .isEqualTo(left.at("/metadata/resourceVersion"));
        }
    }

    @Test
    void who_wants_bookmarks_is_told_when_all_that_is_there_was_told() throws Exception {
        post(MAPS, map("told", "bookmarked"));
        try (Watching watch =
                new Watching("labelSelector=set%3Dbookmarked&allowWatchBookmarks=true&timeoutSeconds=5")) {
            assertThat(watch.nextWords()).isEqualTo("ADDED told");
            assertThat(watch.next().path("type").asText()).isEqualTo("BOOKMARK");
        }
    }

    @Test
    void a_watch_without_a_version_begins_with_what_is_there() throws Exception {
        post(MAPS, map("first", "present"));
        try (Watching watch = new Watching("labelSelector=set%3Dpresent")) {
            assertThat(watch.nextWords()).isEqualTo("ADDED first");
        }
    }

    @Test
    void a_watch_ends_after_the_time_that_was_asked_for() throws Exception {
        try (Watching watch =
                new Watching("labelSelector=set%3Dnobody&timeoutSeconds=1&resourceVersion=" + version())) {
            assertThat(watch.hasEnded()).isTrue();
        }
    }

    @Test
    void a_version_that_is_not_reached_is_expired_and_one_that_is_none_a_bad_request() throws Exception {
        failure(get(MAPS + "?watch=true&resourceVersion=999999"), 410, "Expired", "too old resource version: 999999");
        failure(get(MAPS + "?watch=true&resourceVersion=x"), 400, "BadRequest", "resourceVersion");
    }

    @Test
    void a_watch_that_is_behind_what_the_state_holds_goes_on_from_the_journal() throws Exception {
        String much = "x".repeat(400 * 1024);
        Answer created =
                post(MAPS, "{'metadata':{'name':'busy','labels':{'set':'journal'}},'data':{'much':'" + much + "'}}");
        String from = created.at("/metadata/resourceVersion");
        int changes = 50; // 20 MB: more than the state holds
        for (int i = 0; i < changes; i++) {
            patch(MAPS + "/busy", "application/merge-patch+json", "{'data':{'a':'" + i + "'}}");
        }
        patch(MAPS + "/busy", "application/merge-patch+json", "{'metadata':{'labels':{'set':'none'}}}");
        long last = Long.parseLong(from);
        try (Watching watch = new Watching("labelSelector=set%3Djournal&resourceVersion=" + from)) {
            for (int i = 0; i < changes; i++) {
                JsonNode event = watch.next();
                assertThat(event.path("type").asText()).isEqualTo("MODIFIED");
                assertThat(event.at("/object/data/a").asText()).isEqualTo(Integer.toString(i));
                long version = event.at("/object/metadata/resourceVersion").asLong();
                assertThat(version).isGreaterThan(last);
                last = version;
            }
            assertThat(watch.nextWords()).isEqualTo("DELETED busy");
        }
        delete(MAPS + "/busy");
    }

    @Test
    void a_watch_as_a_table_sends_its_columns_once() throws Exception {
        String from = version();
        HttpResponse<Stream<String>> response =
                node.stream(node.request(MAPS + "?watch=true&labelSelector=set%3Dlive&resourceVersion=" + from)
                        .header("Accept", TABLE)
                        .GET());
        try (Stream<String> lines = response.body()) {
            post(MAPS, map("live-1", "live"));
            post(MAPS, map("live-2", "live"));
            Iterator<String> events = lines.iterator();
            assertThat(JSON.readTree(events.next())
                            .at("/object/columnDefinitions/0/name")
                            .asText())
                    .isEqualTo("Name");
            JsonNode second = JSON.readTree(events.next()).path("object");
            assertThat(second.path("columnDefinitions").isNull()).isTrue();
            assertThat(second.at("/rows/0/cells/0").asText()).isEqualTo("live-2");
        }
    }

    @Test
    void a_deletion_says_what_becomes_of_dependents_in_words_that_are_known() throws Exception {
        post(MAPS, map("policy", "x"));
        failure(
                delete(MAPS + "/policy?propagationPolicy=Sideways"),
                400,
                "BadRequest",
                "supported values: \"Foreground\", \"Background\", \"Orphan\"");
        assertThat(delete(MAPS + "/policy?propagationPolicy=Orphan").at("/status"))
                .isEqualTo("Success");
    }

    @Test
    void a_namespace_goes_with_all_that_is_in_it() throws Exception {
        post("/api/v1/namespaces", "{'metadata':{'name':'whole'}}");
        post("/api/v1/namespaces/whole/configmaps", map("inside", "x"));
        Answer ending = delete("/api/v1/namespaces/whole");
        assertThat(ending.at("/status/phase")).isEqualTo("Terminating");
        String from = ending.at("/metadata/resourceVersion");
        HttpResponse<Stream<String>> response = node.stream(node.request(
                        "/api/v1/namespaces?watch=true&fieldSelector=metadata.name%3Dwhole&resourceVersion=" + from)
                .GET());
        try (Stream<String> lines = response.body()) {
            assertThat(JSON.readTree(lines.iterator().next()).path("type").asText())
                    .isEqualTo("DELETED");
        }
        assertThat(get("/api/v1/namespaces/whole/configmaps").body().path("items"))
                .isEmpty();
    }

    @Test
    void a_viewer_reads_all_but_secrets_and_writes_nothing() throws Exception {
        Answer issued = post("/v1/access", "{'name':'eve','kind':'viewer'}");
        String bearer = "Bearer " + issued.at("/token");
        assertThat(node.sendAsNobody(node.request(MAPS)
                                .header("Authorization", bearer)
                                .GET())
                        .statusCode())
                .isEqualTo(200);
        HttpResponse<byte[]> secret = node.sendAsNobody(node.request("/api/v1/namespaces/default/secrets")
                .header("Authorization", bearer)
                .GET());
        assertThat(secret.statusCode()).isEqualTo(403);
        assertThat(JSON.readTree(secret.body()).path("message").asText())
                .isEqualTo(
                        "secrets is forbidden: User \"eve\" cannot list resource \"secrets\" in API group \"\" in the namespace"
                                + " \"default\"");
        HttpResponse<byte[]> exec =
                node.sendAsNobody(node.request("/api/v1/namespaces/default/pods/web/exec?command=sh")
                        .header("Authorization", bearer));
        assertThat(exec.statusCode()).as("a connection is more than looking").isEqualTo(403);
        assertThat(JSON.readTree(exec.body()).path("message").asText())
                .contains("User \"eve\" cannot get resource \"pods/exec\"");
        HttpResponse<byte[]> write = node.sendAsNobody(
                node.request(MAPS).header("Authorization", bearer).POST(BodyPublishers.ofString("{}")));
        assertThat(write.statusCode()).isEqualTo(403);
        assertThat(JSON.readTree(write.body()).path("message").asText())
                .contains("User \"eve\" cannot create resource \"configmaps\"");
        HttpResponse<byte[]> review = node.sendAsNobody(node.request(
                        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews")
                .header("Authorization", bearer)
                .POST(BodyPublishers.ofString(
                        "{\"spec\":{\"resourceAttributes\":{\"verb\":\"create\",\"resource\":\"configmaps\"}}}")));
        assertThat(review.statusCode())
                .as("whoever may look may ask what it may do")
                .isEqualTo(201);
        assertThat(JSON.readTree(review.body()).at("/status/allowed").asBoolean())
                .isFalse();
        HttpResponse<byte[]> nobody = node.sendAsNobody(node.request(MAPS).GET());
        assertThat(nobody.statusCode()).isEqualTo(401);
        assertThat(JSON.readTree(nobody.body()).path("reason").asText()).isEqualTo("Unauthorized");
    }

    @Test
    void a_token_of_a_service_account_may_look_for_as_long_as_the_account_is_there() throws Exception {
        String accounts = "/api/v1/namespaces/default/serviceaccounts";
        assertThat(post(accounts, "{'metadata':{'name':'ci'}}").code()).isEqualTo(201);
        Answer asked = post(accounts + "/ci/token", "{'spec':{'expirationSeconds':700}}");
        assertThat(asked.code()).isEqualTo(201);
        assertThat(asked.at("/kind")).isEqualTo("TokenRequest");
        String bearer = "Bearer " + asked.at("/status/token");
        HttpResponse<byte[]> self = node.sendAsNobody(node.request("/apis/authentication.k8s.io/v1/selfsubjectreviews")
                .header("Authorization", bearer)
                .POST(BodyPublishers.ofString("{}")));
        assertThat(JSON.readTree(self.body()).at("/status/userInfo").toString())
                .contains("\"system:serviceaccount:default:ci\"", "\"system:serviceaccounts:default\"");
        assertThat(lookAs(bearer, MAPS)).isEqualTo(200);
        assertThat(lookAs(bearer, "/api/v1/secrets")).isEqualTo(403);
        failure(post(accounts + "/none/token", "{}"), 404, "NotFound", "serviceaccounts \"none\" not found");
        failure(
                post(accounts + "/ci/token", "{'spec':{'expirationSeconds':1}}"),
                422,
                "Invalid",
                "may not specify a duration less than 10 minutes");
        assertThat(delete(accounts + "/ci").code()).isEqualTo(200);
        assertThat(lookAs(bearer, MAPS)).isEqualTo(401);
    }

    private static int lookAs(String bearer, String path) throws Exception {
        return node.sendAsNobody(
                        node.request(path).header("Authorization", bearer).GET())
                .statusCode();
    }

    @Test
    void the_page_and_the_figures_are_served_where_their_addons_are_enabled() throws Exception {
        assertThat(new String(get("/dashboard").response().body(), UTF_8)).contains("`quorate enable dashboard`");
        assertThat(get("/apis/metrics.k8s.io/v1beta1/nodes").code()).isEqualTo(404);
        String addons = "/api/v1/namespaces/kube-system/configmaps";
        assertThat(post(
                                addons,
                                "{'metadata':{'name':'quorate-addons'},'data':{'dashboard':'{}','metrics':'{}','gone':'{\\'progress\\':\\'disabling\\'}'}}")
                        .code())
                .isEqualTo(201);
        HttpResponse<byte[]> page = node.sendAsNobody(node.request("/dashboard").GET());
        assertThat(new String(page.body(), UTF_8)).contains("<title>Quorate</title>");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("default-src 'none'", "script-src 'self'");
        for (String file : new String[] {"dashboard.css", "dashboard.js"}) {
            assertThat(node.sendAsNobody(node.request("/dashboard/" + file).GET())
                            .statusCode())
                    .isEqualTo(200);
        }
        assertThat(get("/dashboard/application.conf").code()).isEqualTo(404);
        assertThat(get("/apis/metrics.k8s.io/v1beta1").at("/groupVersion")).isEqualTo("metrics.k8s.io/v1beta1");
        Answer nodes = get("/apis/metrics.k8s.io/v1beta1/nodes");
        assertThat(nodes.at("/items/0/metadata/name")).isEqualTo("n8");
        assertThat(nodes.at("/items/0/usage/memory")).matches("[1-9]\\d*Ki");
        assertThat(get("/v1/status").body().path("addons"))
                .extracting(each ->
                        each.path("name").asText() + " " + each.path("status").asText())
                .containsExactly("dashboard enabled", "gone disabling", "metrics enabled");
        assertThat(delete(addons + "/quorate-addons").code()).isEqualTo(200);
        assertThat(get("/dashboard").code()).isEqualTo(404);
    }

    private static final String PODS = "/api/v1/namespaces/default/pods";

    private static void pod(String name, String home) throws Exception {
        String node = home.isEmpty() ? "'schedulerName':'by-hand'," : "'nodeName':'" + home + "',";
        assertThat(post(
                                PODS,
                                "{'metadata':{'name':'%s','labels':{'app':'%s'}},'spec':{%s'containers':[{'name':'c','image':'i'}]}}"
                                        .formatted(name, name, node))
                        .code())
                .isEqualTo(201);
    }

    private static void runs(String name) throws Exception {
        assertThat(patch(
                                PODS + "/" + name + "/status",
                                "application/strategic-merge-patch+json",
                                "{'status':{'phase':'Running','conditions':[{'type':'Ready','status':'True'}]}}")
                        .code())
                .isEqualTo(200);
    }

    @Test
    void a_pod_is_bound_by_its_path_once() throws Exception {
        pod("bound", "");
        String binding =
                "{'kind':'Binding','apiVersion':'v1','metadata':{'name':'bound'},'target':{'kind':'Node','name':'n8'}}";
        assertThat(post(PODS + "/bound/binding", binding).code()).isEqualTo(201);
        assertThat(get(PODS + "/bound").at("/spec/nodeName")).isEqualTo("n8");
        failure(post(PODS + "/bound/binding", binding), 409, "Conflict", "already assigned to node \"n8\"");
        failure(
                post(PODS + "/other/binding", binding),
                400,
                "BadRequest",
                "name in URL does not match name in Binding object");
        failure(get(PODS + "/bound/binding"), 405, "MethodNotAllowed", "does not allow this method");
        // Its image is not there: the node would try it again, and write, in the midst of other tests.
        assertThat(delete(PODS + "/bound?gracePeriodSeconds=0").code()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"policy/v1", "policy/v1beta1"})
    void a_pod_is_evicted_in_both_forms_and_not_where_its_budget_is_spent(String version) throws Exception {
        String name = "evicted-" + version.substring(7);
        pod(name, "far");
        runs(name);
        String budgets = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";
        post(
                budgets,
                "{'metadata':{'name':'%1$s'},'spec':{'minAvailable':1,'selector':{'matchLabels':{'app':'%1$s'}}}}"
                        .formatted(name));
        String eviction = "{'kind':'Eviction','apiVersion':'%s','metadata':{'name':'%s','namespace':'default'}%s}";
        Answer refused = post(PODS + "/" + name + "/eviction", eviction.formatted(version, name, ""));
        failure(refused, 429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.");
        assertThat(refused.at("/details/causes/0/reason")).isEqualTo("DisruptionBudget");
        delete(budgets + "/" + name);
        Answer dry = post(
                PODS + "/" + name + "/eviction",
                eviction.formatted(version, name, ",'deleteOptions':{'dryRun':['All']}"));
        assertThat(dry.code()).isEqualTo(201);
        assertThat(get(PODS + "/" + name).body().path("metadata").has("deletionTimestamp"))
                .isFalse();
        Answer done = post(PODS + "/" + name + "/eviction", eviction.formatted(version, name, ""));
        assertThat(done.code()).isEqualTo(201);
        assertThat(done.at("/status")).isEqualTo("Success");
        assertThat(get(PODS + "/" + name).body().path("metadata").has("deletionTimestamp"))
                .isTrue();
    }

    @Test
    void clients_find_what_can_be_done_to_pods() throws Exception {
        assertThat(get("/api/v1").body().path("resources"))
                .filteredOn(each -> each.path("name").asText().equals("pods/eviction"))
                .singleElement()
                .satisfies(each -> {
                    assertThat(each.path("kind").asText()).isEqualTo("Eviction");
                    assertThat(each.path("group").asText()).isEqualTo("policy");
                    assertThat(each.path("version").asText()).isEqualTo("v1");
                    assertThat(each.path("verbs")).hasSize(1);
                });
        assertThat(get("/apis/authorization.k8s.io/v1").body().path("resources"))
                .extracting(each -> each.path("name").asText())
                .containsExactly("selfsubjectaccessreviews", "selfsubjectrulesreviews");
    }

    @Test
    void who_asks_learns_who_it_is_and_what_it_may_do() throws Exception {
        Answer self = post("/apis/authentication.k8s.io/v1/selfsubjectreviews", "{}");
        assertThat(self.code()).isEqualTo(201);
        assertThat(self.at("/status/userInfo/username")).isEqualTo("n8");
        assertThat(self.at("/status/userInfo/groups/0")).isEqualTo("quorate:admins");
        String review =
                "{'kind':'SelfSubjectAccessReview','apiVersion':'authorization.k8s.io/v1','spec':{'resourceAttributes':{'verb':'delete','resource':'pods'}}}";
        Answer access = post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review);
        assertThat(access.code()).isEqualTo(201);
        assertThat(access.body().at("/status/allowed").asBoolean()).isTrue();
        assertThat(access.at("/spec/resourceAttributes/verb")).isEqualTo("delete");
        assertThat(post("/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", "{'spec':{'namespace':'default'}}")
                        .at("/status/resourceRules/0/verbs/0"))
                .isEqualTo("*");
        assertThat(post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "{'spec':{}}")
                        .code())
                .isEqualTo(422);
        failure(get("/apis/authentication.k8s.io/v1/selfsubjectreviews"), 405, "MethodNotAllowed", "");
    }
}
