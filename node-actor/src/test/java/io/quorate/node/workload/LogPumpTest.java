package io.quorate.node.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogPumpTest {
    @TempDir
    Path folder;

    private Path logs;

    @BeforeEach
    void begin() throws IOException {
        logs = Files.createDirectory(folder.resolve("logs"));
    }

    /** Of a process that begins with what the one before has left. */
    private boolean pump() throws IOException {
        try (LogPump pump = new LogPump(folder, logs, new CriLog(logs.resolve("log"), CriLog.MAX_BYTES))) {
            return pump.pump(false);
        }
    }

    private void say(String text) throws IOException {
        Files.writeString(folder.resolve("stdout"), text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private long lines(String word) throws IOException {
        try (var lines = Files.lines(logs.resolve("log"))) {
            return lines.filter(line -> line.endsWith(" " + word)).count();
        }
    }

    @Test
    void the_next_process_goes_on_where_the_one_before_was() throws IOException {
        say("one\n");
        assertThat(pump()).isTrue();
        assertThat(pump()).isFalse();
        say("two\n");
        assertThat(pump()).isTrue();
        assertThat(lines("one")).isEqualTo(1);
        assertThat(lines("two")).isEqualTo(1);
        assertThat(logs.resolve("taken")).hasContent("8 0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "4", "4 x", "-4 0", "4 0 0", "99999999999999999999 0", "\0\0\0"})
    void without_a_mark_that_can_be_read_lines_are_there_twice_rather_than_not_at_all(String mark) throws IOException {
        say("one\n");
        pump();
        Files.writeString(logs.resolve("taken"), mark);
        say("two\n");
        assertThat(pump()).isTrue();
        assertThat(lines("one")).isEqualTo(2);
        assertThat(lines("two")).isEqualTo(1);
        assertThat(logs.resolve("taken")).hasContent("8 0");
    }

    @Test
    void without_it_a_file_that_may_have_a_hole_is_gone_on_with_at_its_end() throws IOException {
        try (RandomAccessFile file =
                new RandomAccessFile(folder.resolve("stdout").toFile(), "rw")) {
            file.setLength(LogPump.HOLE_BYTES);
        }
        Files.createFile(logs.resolve("taken"));
        try (LogPump pump = new LogPump(folder, logs, new CriLog(logs.resolve("log"), CriLog.MAX_BYTES))) {
            assertThat(pump.pump(false)).isFalse();
            say("late\n");
            assertThat(pump.pump(false)).isTrue();
        }
        assertThat(lines("late")).isEqualTo(1);
        assertThat(logs.resolve("log")).content().doesNotContain("\0");
    }

    @Test
    void a_mark_that_cannot_be_written_leaves_the_one_before() throws IOException {
        say("one\n");
        pump();
        Files.createDirectory(logs.resolve("taken.new"));
        say("two\n");
        assertThatThrownBy(this::pump).isInstanceOf(IOException.class);
        assertThat(logs.resolve("taken")).hasContent("4 0");
    }
}
