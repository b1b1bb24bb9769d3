package io.quorate.node.workload;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CriLogTest {
    private static final Instant TIME = Instant.parse("2026-01-02T03:04:05.6Z");

    @TempDir
    Path folder;

    private static LogCursor.Selection all() {
        return new LogCursor.Selection(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(), false, false);
    }

    private static LogCursor.Selection tail(long lines) {
        return new LogCursor.Selection(
                OptionalLong.of(lines), OptionalLong.empty(), OptionalLong.empty(), false, false);
    }

    private String read(LogCursor.Selection selection) throws IOException {
        try (LogCursor cursor = new LogCursor("u", "c", 0, folder.resolve("log"), selection)) {
            StringBuilder text = new StringBuilder();
            for (byte[] bytes = cursor.next(); bytes.length > 0; bytes = cursor.next()) {
                text.append(new String(bytes, UTF_8));
            }
            return text.toString();
        }
    }

    private static int write(CriLog log, String text, boolean all) throws IOException {
        byte[] bytes = text.getBytes(UTF_8);
        return log.write("stdout", bytes, bytes.length, all, TIME);
    }

    @Test
    void lines_stand_in_the_form_of_the_container_runtime_interface() throws IOException {
        try (CriLog log = new CriLog(folder.resolve("log"), 1000)) {
            assertThat(write(log, "one\n\ntwo\nopen", false)).isEqualTo(9);
        }
        assertThat(Files.readString(folder.resolve("log"))).isEqualTo("""
                2026-01-02T03:04:05.600000000Z stdout F one
                2026-01-02T03:04:05.600000000Z stdout F\s
                2026-01-02T03:04:05.600000000Z stdout F two
                """);
        assertThat(read(all())).isEqualTo("one\n\ntwo\n");
    }

    @Test
    void a_long_line_is_kept_in_parts_and_read_as_one() throws IOException {
        String line = "x".repeat(CriLog.MAX_LINE_BYTES * 2 + 10);
        try (CriLog log = new CriLog(folder.resolve("log"), 1_000_000)) {
            write(log, line + "\nend\n", false);
        }
        assertThat(Files.readString(folder.resolve("log"))).contains(" P x");
        assertThat(read(all())).isEqualTo(line + "\nend\n");
    }

    @Test
    void a_log_is_bounded_and_is_read_through_its_files() throws IOException {
        try (CriLog log = new CriLog(folder.resolve("log"), 500)) {
            for (int i = 0; i < 100; i++) {
                write(log, "line " + i + "\n", false);
            }
        }
        assertThat(CriLog.files(folder.resolve("log"))).hasSize(CriLog.MAX_FILES);
        assertThat(read(all())).endsWith("line 98\nline 99\n").doesNotContain("line 10\n");
        assertThat(read(tail(20))).startsWith("line 80\n").endsWith("line 99\n");
        assertThat(read(tail(0))).isEmpty();
        assertThat(read(tail(1))).isEqualTo("line 99\n");
        assertThat(read(tail(1000))).endsWith("line 99\n");
    }

    @Test
    void whoever_reads_while_it_is_written_misses_no_line() throws IOException {
        try (CriLog log = new CriLog(folder.resolve("log"), 500);
                LogCursor cursor = new LogCursor("u", "c", 0, folder.resolve("log"), all())) {
            StringBuilder read = new StringBuilder();
            StringBuilder wrote = new StringBuilder();
            for (int i = 0; i < 50; i++) {
                write(log, "line " + i + "\n", false);
                wrote.append("line ").append(i).append('\n');
                read.append(new String(cursor.next(), UTF_8));
                read.append(new String(cursor.next(), UTF_8));
            }
            assertThat(read.toString()).isEqualTo(wrote.toString());
        }
    }

    @Test
    void times_limits_and_beginnings_are_as_asked() throws IOException {
        try (CriLog log = new CriLog(folder.resolve("log"), 5000)) {
            write(log, "old\n", false);
            byte[] bytes = "new\nest\n".getBytes(UTF_8);
            log.write("stderr", bytes, bytes.length, false, TIME.plusSeconds(60));
        }
        assertThat(read(new LogCursor.Selection(
                        OptionalLong.empty(),
                        OptionalLong.of(TIME.plusSeconds(30).toEpochMilli()),
                        OptionalLong.empty(),
                        true,
                        false)))
                .isEqualTo("2026-01-02T03:05:05.600000000Z new\n2026-01-02T03:05:05.600000000Z est\n");
        assertThat(read(new LogCursor.Selection(
                        OptionalLong.empty(), OptionalLong.empty(), OptionalLong.of(6), false, false)))
                .isEqualTo("old\nne");
    }
}
