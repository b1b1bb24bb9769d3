package io.quorate.node.folder;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class WriteBehindTest {
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final List<String> disk = new ArrayList<>();
    private final WriteBehind<String> behind = new WriteBehind<>(tasks::add, disk::add);

    @Test
    void who_puts_does_not_write() {
        behind.put("a");
        assertThat(disk).isEmpty();
        writeAll();
        assertThat(disk).containsExactly("a");
    }

    @Test
    void of_what_is_put_while_the_disk_is_busy_the_newest_is_written_once() {
        behind.put("a");
        behind.put("b");
        behind.put("c");
        assertThat(tasks).hasSize(1);
        writeAll();
        assertThat(disk).containsExactly("c");
    }

    @Test
    void what_was_put_last_is_not_written_again() {
        behind.put("a");
        writeAll();
        behind.put("a");
        assertThat(tasks).isEmpty();
        behind.put("b");
        behind.put("a");
        writeAll();
        assertThat(disk).containsExactly("a", "a");
    }

    @Test
    void what_is_put_while_another_is_written_is_written_after_it() {
        List<String> written = new ArrayList<>();
        List<WriteBehind<String>> self = new ArrayList<>();
        self.add(new WriteBehind<>(tasks::add, value -> {
            written.add(value);
            if (value.equals("a")) {
                self.getFirst().put("b");
            }
        }));
        self.getFirst().put("a");
        writeAll();
        assertThat(written).containsExactly("a", "b");
    }

    @Test
    void a_flush_leaves_nothing_to_write() {
        behind.put("a");
        behind.flush();
        assertThat(disk).containsExactly("a");
        writeAll();
        behind.flush();
        assertThat(disk).containsExactly("a");
    }

    @Test
    void a_writer_that_refuses_loses_nothing() {
        WriteBehind<String> refused = new WriteBehind<>(
                task -> {
                    throw new RejectedExecutionException();
                },
                disk::add);
        refused.put("a");
        refused.put("b");
        assertThat(disk).containsExactly("a", "b");
    }

    private void writeAll() {
        while (!tasks.isEmpty()) {
            tasks.remove().run();
        }
    }
}
