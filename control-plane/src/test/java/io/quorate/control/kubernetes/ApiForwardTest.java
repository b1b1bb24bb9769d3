package io.quorate.control.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.quorate.control.resource.Failure;
import io.quorate.control.upstream.Upstreams;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What clients of a node without a copy see, whatever becomes of the nodes that it asks. */
class ApiForwardTest {
    private static ActorSystem<Void> system;

    @TempDir
    private Path folder;

    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, List<Supplier<CompletionStage<ApiAnswer>>>> answers = new HashMap<>();
    private ApiForward forward;

    @BeforeAll
    static void begin() {
        system = ActorSystem.create(
                Behaviors.empty(),
                "forward",
                ConfigFactory.parseString("pekko.actor.provider = local").withFallback(ConfigFactory.load()));
    }

    @AfterAll
    static void end() {
        system.terminate();
    }

    private final class Others implements OtherNodes {
        @Override
        public CompletionStage<ApiAnswer> get(String apiAddress, String path) {
            throw new AssertionError();
        }

        @Override
        public CompletionStage<ApiAnswer> send(String apiAddress, ApiRequest request, String target) {
            asked.add(apiAddress + " " + target);
            return answers.get(apiAddress).removeFirst().get();
        }

        @Override
        public CompletionStage<Flow<ByteString, ByteString, NotUsed>> connect(
                String apiAddress, String path, String protocol) {
            throw new AssertionError();
        }

        @Override
        public CompletionStage<Flow<ByteString, ByteString, NotUsed>> pod(String apiAddress, String address, int port) {
            throw new AssertionError();
        }
    }

    @BeforeEach
    void aNodeThatAsksTwo() {
        List<Upstreams.Upstream> two = List.of(new Upstreams.Upstream("a", false), new Upstreams.Upstream("b", true));
        forward = new ApiForward(
                new Upstreams("w", () -> two, folder.resolve("provider.yaml"), Duration.ofHours(1), () -> 1),
                new Others(),
                system);
    }

    private void answers(String node, Supplier<CompletionStage<ApiAnswer>> answer) {
        answers.computeIfAbsent(node, name -> new ArrayList<>()).add(answer);
    }

    private static CompletionStage<ApiAnswer> done(ApiAnswer answer) {
        return CompletableFuture.completedFuture(answer);
    }

    private static CompletionStage<ApiAnswer> unreachable() {
        return CompletableFuture.failedFuture(new OtherNodes.NothingAsked("a", new IOException("refused")));
    }

    private static ApiRequest request(String method, String query) {
        return new ApiRequest(
                method, "/api/v1/pods", query, Map.of(), new byte[0], "admin ada", "ada", "quorate:admins", true, "c");
    }

    private ApiAnswer answer(ApiRequest request) throws Exception {
        return forward.answer(request).toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private static String event(String type, long version) {
        return "{\"type\":\"%s\",\"object\":{\"metadata\":{\"resourceVersion\":\"%d\"}}}\n".formatted(type, version);
    }

    private static CompletionStage<ApiAnswer> events(String... events) {
        return done(new ApiAnswer.Passed(
                200, ApiAnswer.JSON, Source.from(List.of(events)).map(ByteString::fromString), List.of()));
    }

    private static CompletionStage<ApiAnswer> eventsAndDeath(String... events) {
        return done(new ApiAnswer.Passed(
                200,
                ApiAnswer.JSON,
                Source.from(List.of(events))
                        .map(ByteString::fromString)
                        .concatLazy(
                                Source.lazySource(() -> Source.failed(new IOException("the connection was reset")))),
                List.of()));
    }

    private String watched(String query) throws Exception {
        ApiAnswer.Passed passed = (ApiAnswer.Passed) answer(request("GET", "watch=true" + query));
        return passed.body()
                .runWith(Sink.fold(ByteString.emptyByteString(), ByteString::concat), system)
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS)
                .utf8String();
    }

    @Test
    void a_watch_goes_on_at_another_node_from_the_last_event_that_its_client_saw() throws Exception {
        String half = event("ADDED", 12).substring(0, 20);
        answers("a", () -> eventsAndDeath(event("ADDED", 11), half));
        answers("b", () -> eventsAndDeath(event("ADDED", 12), event("BOOKMARK", 40)));
        answers("a", () -> done(ApiAnswer.failure(Failure.expired("too old"))));
        assertThat(watched("&resourceVersion=10&timeoutSeconds=600"))
                .isEqualTo(event("ADDED", 11) + event("ADDED", 12) + " "
                        + WatchEvents.error(Failure.expired("too old resource version: 40"))
                                .utf8String());
        assertThat(asked).hasSize(3);
        assertThat(asked.get(0)).startsWith("a ").contains("resourceVersion=10", "allowWatchBookmarks=true");
        assertThat(asked.get(1)).contains("resourceVersion=11");
        assertThat(asked.get(2)).contains("resourceVersion=40");
    }

    @Test
    void a_watch_that_was_still_telling_what_is_there_ends_and_its_client_begins_anew() throws Exception {
        answers("a", () -> eventsAndDeath(event("ADDED", 30)));
        assertThat(watched("")).isEqualTo(event("ADDED", 30));
        assertThat(asked).hasSize(1);
    }

    @Test
    void a_watch_that_has_lasted_as_long_as_it_was_to_is_not_gone_on_with() throws Exception {
        answers("a", () -> events(event("ADDED", 11)));
        assertThat(watched("&resourceVersion=10&timeoutSeconds=1")).isEqualTo(event("ADDED", 11));
        assertThat(asked).hasSize(1);
    }

    @Test
    void what_certainly_came_to_nobody_is_asked_of_the_next_node() throws Exception {
        answers("a", ApiForwardTest::unreachable);
        answers("b", () -> done(ApiAnswer.text(201, "created")));
        assertThat(((ApiAnswer.Whole) answer(request("POST", ""))).code()).isEqualTo(201);
    }

    @Test
    void a_write_that_may_have_been_done_is_not_asked_for_again() throws Exception {
        answers("a", () -> CompletableFuture.failedFuture(new IOException("reset")));
        ApiAnswer.Whole answer = (ApiAnswer.Whole) answer(request("POST", ""));
        assertThat(answer.code()).isEqualTo(504);
        assertThat(new String(answer.body(), UTF_8)).contains("it may be stored, or may not");
        assertThat(asked).hasSize(1);
    }

    @Test
    void a_read_is_asked_of_the_next_node_whatever_became_of_the_first() throws Exception {
        answers("a", () -> CompletableFuture.failedFuture(new IOException("reset")));
        answers("b", () -> done(ApiAnswer.text(200, "it")));
        assertThat(((ApiAnswer.Whole) answer(request("GET", ""))).code()).isEqualTo(200);
    }

    @Test
    void where_nobody_can_be_reached_the_client_is_told_to_try_again() throws Exception {
        answers("a", ApiForwardTest::unreachable);
        answers("b", ApiForwardTest::unreachable);
        ApiAnswer.Whole answer = (ApiAnswer.Whole) answer(request("POST", ""));
        assertThat(answer.code()).isEqualTo(503);
        assertThat(new String(answer.body(), UTF_8)).contains("nothing was stored");
    }
}
