package io.quorate.persistence.remote;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What a follower hears of replicas that have more than it, less, or are not there. */
class JournalNewsTest {
    private record Asked(String address, long after, CompletableFuture<Long> answer) {}

    private final ContactPoints contacts = new ContactPoints(() -> List.of("a:1", "b:1", "c:1"));
    private final ArrayDeque<Asked> asked = new ArrayDeque<>();
    private final ArrayDeque<Runnable> later = new ArrayDeque<>();
    private final List<Long> heard = new ArrayList<>();
    private final Map<String, Long> applied = new LinkedHashMap<>();

    private final JournalNews.Wire wire = new JournalNews.Wire() {
        @Override
        public CompletionStage<Long> awaitMore(long after) {
            return awaitMoreAt(String.valueOf(contacts.address()), after);
        }

        @Override
        public CompletionStage<Long> awaitMoreAt(String address, long after) {
            Asked question = new Asked(address, after, new CompletableFuture<>());
            asked.add(question);
            return question.answer();
        }

        @Override
        public void later(Duration pause, Runnable task) {
            later.add(task);
        }
    };

    /** Everybody who is there answers, whether there is news or not. */
    private void answer() {
        for (int left = asked.size(); left > 0; left--) {
            Asked question = asked.remove();
            Long index = applied.get(question.address());
            if (index == null) {
                question.answer().completeExceptionally(new IllegalStateException("nobody is there"));
            } else {
                question.answer().complete(index);
            }
        }
        for (int left = later.size(); left > 0; left--) {
            later.remove().run();
        }
    }

    @Test
    void one_that_does_not_answer_is_passed_over() {
        applied.put("b:1", 7L);
        JournalNews.begin(contacts, wire, heard::add);
        answer();
        answer();
        assertThat(heard).containsExactly(7L);
        assertThat(contacts.address()).isEqualTo("b:1");
    }

    @Test
    void one_that_hears_of_nothing_itself_is_left_for_one_that_has_more() {
        applied.putAll(Map.of("a:1", 5L, "b:1", 5L, "c:1", 9L));
        JournalNews.begin(contacts, wire, heard::add);
        for (int i = 0; i < 4; i++) {
            answer();
        }
        assertThat(heard).containsExactly(5L, 9L);
        assertThat(contacts.address()).isEqualTo("c:1");
    }

    @Test
    void one_that_has_less_than_was_heard_of_is_left_for_one_that_has_that() {
        applied.put("a:1", 9L);
        JournalNews.begin(contacts, wire, heard::add);
        answer();
        applied.remove("a:1");
        applied.put("b:1", 8L);
        applied.put("c:1", 9L);
        for (int i = 0; i < 4; i++) {
            answer();
        }
        assertThat(heard).containsExactly(9L);
        assertThat(contacts.address()).isEqualTo("c:1");
    }

    @Test
    void while_nobody_has_more_and_some_are_not_there_the_same_one_goes_on_being_asked() {
        applied.put("a:1", 5L);
        applied.put("b:1", 4L);
        JournalNews.begin(contacts, wire, heard::add);
        for (int i = 0; i < 6; i++) {
            answer();
        }
        assertThat(heard).containsExactly(5L);
        assertThat(contacts.address()).isEqualTo("a:1");
    }

    @Test
    void what_is_closed_asks_nobody_any_more() {
        applied.put("a:1", 5L);
        JournalNews news = JournalNews.begin(contacts, wire, heard::add);
        news.close();
        answer();
        assertThat(heard).isEmpty();
        assertThat(asked).isEmpty();
    }
}
