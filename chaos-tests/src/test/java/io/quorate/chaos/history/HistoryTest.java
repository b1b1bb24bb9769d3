package io.quorate.chaos.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.NullNode;
import io.quorate.chaos.history.Call.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryTest {
    @TempDir
    private Path folder;

    private static JsonNode number(int value) {
        return IntNode.valueOf(value);
    }

    private Path file(String... lines) throws IOException {
        return Files.write(folder.resolve("given.jsonl"), List.of(lines));
    }

    @Test
    void what_is_written_is_read_again() throws IOException {
        Path file = folder.resolve("history.jsonl");
        try (HistoryWriter history = HistoryWriter.create(file)) {
            RecordedClient one = history.client();
            RecordedClient two = history.client();
            one.invoke("write", "x", number(1), "127.0.0.1:1");
            two.invoke("read", "x", NullNode.getInstance(), "");
            two.ok(number(1));
            one.info("no answer");
            one.invoke("cas", "x", HistoryLine.tree("[1,2]"), "");
            one.fail("it has another value");
        }
        List<Call> calls = HistoryReader.calls(file);
        assertThat(calls).extracting(Call::process).containsExactly(0L, 1L, 2L);
        assertThat(calls).extracting(Call::outcome).containsExactly(Outcome.INFO, Outcome.OK, Outcome.FAIL);
        assertThat(calls).extracting(Call::invoked).containsExactly(0L, 1L, 4L);
        assertThat(calls).extracting(Call::completed).containsExactly(Call.NEVER, 2L, 5L);
        assertThat(calls.get(1).answered()).isEqualTo(number(1));
        assertThat(calls.get(0).node()).isEqualTo("127.0.0.1:1");
    }

    @Test
    void a_line_has_the_fields_that_jepsens_checkers_want() {
        assertThat(new HistoryLine(4, 17, 2, HistoryLine.Type.FAIL, "cas", "x", HistoryLine.tree("[1,2]"), "n", "why")
                        .json())
                .isEqualTo("{\"index\":4,\"time\":17,\"process\":2,\"type\":\"fail\",\"f\":\"cas\",\"key\":\"x\","
                        + "\"value\":[1,2],\"node\":\"n\",\"error\":\"why\"}");
    }

    @Test
    void lines_of_many_threads_stand_in_the_order_of_their_times() throws Exception {
        Path file = folder.resolve("history.jsonl");
        try (HistoryWriter history = HistoryWriter.create(file)) {
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                RecordedClient client = history.client();
                threads.add(Thread.ofPlatform().start(() -> {
                    for (int j = 0; j < 200; j++) {
                        client.invoke("write", "x", number(j), "");
                        client.ok(number(j));
                    }
                }));
            }
            for (Thread each : threads) {
                each.join();
            }
        }
        List<HistoryLine> lines = new ArrayList<>();
        HistoryReader.read(file, lines::add);
        assertThat(lines).extracting(HistoryLine::nanos).isSorted().hasSize(1600);
        assertThat(Files.readAllLines(file).get(1599)).startsWith("{\"index\":1599,");
        assertThat(Call.paired(lines)).hasSize(800).allMatch(Call::isOk);
    }

    @Test
    void what_was_never_completed_is_unknown() throws IOException {
        assertThat(HistoryReader.calls(file("{\"process\":3,\"type\":\"invoke\",\"f\":\"write\",\"value\":1}")))
                .singleElement()
                .matches(call -> call.outcome() == Outcome.INFO && call.completed() == Call.NEVER);
    }

    @Test
    void lines_of_the_nemesis_are_passed_over() throws IOException {
        assertThat(HistoryReader.calls(file("{\"process\":\"nemesis\",\"type\":\"info\",\"f\":\"kill\"}")))
                .isEmpty();
    }

    @Test
    void a_process_that_goes_on_after_an_unknown_outcome_is_refused() throws IOException {
        Path file = file(
                "{\"process\":0,\"type\":\"invoke\",\"f\":\"write\",\"value\":1}",
                "{\"process\":0,\"type\":\"info\",\"f\":\"write\",\"value\":1}",
                "{\"process\":0,\"type\":\"invoke\",\"f\":\"write\",\"value\":2}");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HistoryReader.calls(file))
                .withMessageContaining("line 3")
                .withMessageContaining("new process");
    }

    @Test
    void a_line_that_cannot_be_read_is_named() throws IOException {
        Path cut = file("{\"process\":0,\"type\":\"invoke\",\"f\":\"wri");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HistoryReader.calls(cut))
                .withMessageContaining("line 1")
                .withMessageContaining("not JSON");
        Path strange = file("{\"process\":0,\"type\":\"begin\",\"f\":\"write\"}");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HistoryReader.calls(strange))
                .withMessageContaining("invoke, ok, fail or info");
        Path alone = file("{\"process\":0,\"type\":\"ok\",\"f\":\"write\"}");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HistoryReader.calls(alone))
                .withMessageContaining("not under way");
    }

    @Test
    void a_process_has_one_operation_under_way() throws IOException {
        try (HistoryWriter history = HistoryWriter.create(folder.resolve("history.jsonl"))) {
            RecordedClient client = history.client();
            assertThatIllegalStateException().isThrownBy(() -> client.ok(number(1)));
            client.invoke("write", "x", number(1), "");
            assertThatIllegalStateException().isThrownBy(() -> client.invoke("write", "x", number(2), ""));
        }
    }
}
