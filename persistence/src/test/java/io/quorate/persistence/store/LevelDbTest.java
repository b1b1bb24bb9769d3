package io.quorate.persistence.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.iq80.leveldb.Options;
import org.iq80.leveldb.impl.Iq80DBFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LevelDbTest {
    @TempDir
    Path folder;

    @TempDir
    Path copies;

    private static byte[] b(String text) {
        return text.getBytes(UTF_8);
    }

    private static void fill(KeyValueStore store, String prefix, int count) {
        for (int i = 0; i < count; i++) {
            store.write(
                    new WriteBatch().put(b(prefix + "%05d".formatted(i)), b("value " + i + "x".repeat(200))), false);
        }
        store.sync();
    }

    private static int count(KeyValueStore store, String prefix) {
        int found = 0;
        try (KeyValueStore.Cursor cursor = store.cursor()) {
            for (cursor.seek(b(prefix));
                    cursor.valid() && new String(cursor.key(), UTF_8).startsWith(prefix);
                    cursor.next()) {
                found++;
            }
        }
        return found;
    }

    @ParameterizedTest
    @ValueSource(strings = {"native", "java"})
    void what_is_written_is_read_in_key_order_and_survives_a_reopening(String engine) {
        try (KeyValueStore store = StoreEngines.of(engine).open(folder)) {
            store.write(
                    new WriteBatch()
                            .put(b("b"), b("2"))
                            .put(b("a"), b("1"))
                            .put(b("c"), b("3"))
                            .delete(b("c")),
                    true);
        }
        try (KeyValueStore store = StoreEngines.of(engine).open(folder);
                KeyValueStore.Cursor cursor = store.cursor()) {
            assertThat(store.get(b("a"))).isEqualTo(b("1"));
            assertThat(store.get(b("c"))).isNull();
            cursor.seek(b(""));
            assertThat(cursor.key()).isEqualTo(b("a"));
            cursor.next();
            assertThat(cursor.key()).isEqualTo(b("b"));
            cursor.next();
            assertThat(cursor.valid()).isFalse();
        }
    }

    @Test
    void each_engine_reads_and_continues_the_files_of_the_other() {
        for (String engine : List.of("native", "java", "native", "java")) {
            try (KeyValueStore store = StoreEngines.of(engine).open(folder)) {
                fill(store, engine + System.nanoTime() + "-", 30_000 / 2);
            }
        }
        for (String engine : List.of("native", "java")) {
            try (KeyValueStore store = StoreEngines.of(engine).open(folder)) {
                assertThat(count(store, "native")).isEqualTo(30_000);
                assertThat(count(store, "java")).isEqualTo(30_000);
            }
        }
    }

    @Test
    void what_one_engine_has_merged_is_read_and_continued_by_the_other() throws Exception {
        byte[] value = new byte[2_000];
        for (String engine : List.of("java", "native", "java", "native")) {
            try (KeyValueStore store = StoreEngines.of(engine).open(folder)) {
                for (int i = 0; i < 30_000; i++) {
                    store.write(
                            new WriteBatch().put(b("k%08d".formatted(i)), value).put(b("o" + i % 50), value), false);
                }
            }
        }
        try (KeyValueStore store = StoreEngines.of("native").open(folder)) {
            assertThat(count(store, "k")).isEqualTo(30_000);
            assertThat(count(store, "o")).isEqualTo(50);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"native", "java"})
    void a_folder_in_use_is_refused_in_words(String engine) {
        try (KeyValueStore store = StoreEngines.of(engine).open(folder)) {
            store.write(new WriteBatch().put(b("a"), b("1")), true);
            assertThatExceptionOfType(StorageException.class)
                    .isThrownBy(() -> StoreEngines.of(engine).open(folder))
                    .satisfies(e -> assertThat(e.kind()).isEqualTo(StorageException.Kind.IN_USE));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"native", "java"})
    void a_closed_store_refuses_instead_of_ending_the_process(String engine) {
        KeyValueStore store = StoreEngines.of(engine).open(folder);
        KeyValueStore.Cursor cursor = store.cursor();
        store.close();
        assertThatExceptionOfType(StorageException.class).isThrownBy(() -> store.get(b("a")));
        assertThatExceptionOfType(StorageException.class).isThrownBy(() -> cursor.seek(b("a")));
        cursor.close();
        store.close();
    }

    private Path log() throws Exception {
        return WriteAheadLogs.in(folder).getLast();
    }

    @ParameterizedTest
    @ValueSource(strings = {"native", "java"})
    void a_torn_tail_is_cut_and_kept_aside(String engine) throws Exception {
        try (KeyValueStore store = StoreEngines.of(engine).open(folder)) {
            for (int i = 0; i < 3; i++) {
                store.write(new WriteBatch().put(b("k" + i), b("v" + "x".repeat(300))), true);
            }
            byte[] torn = withoutPadding(Files.readAllBytes(log()));
            Path copy = copies.resolve("torn");
            copyAll(folder, copy);
            Files.write(WriteAheadLogs.in(copy).getLast(), java.util.Arrays.copyOf(torn, torn.length - 5));
            try (KeyValueStore again = StoreEngines.of(engine).open(copy)) {
                assertThat(again.get(b("k1"))).isNotNull();
                assertThat(again.get(b("k2"))).isNull();
            }
            assertThat(Files.list(copy).map(p -> p.getFileName().toString())).anyMatch(n -> n.endsWith(".cut"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"native", "java"})
    void a_corrupt_middle_is_refused_with_file_and_offset(String engine) throws Exception {
        try (KeyValueStore store = StoreEngines.of(engine).open(folder)) {
            for (int i = 0; i < 3; i++) {
                store.write(new WriteBatch().put(b("k" + i), b("v" + "x".repeat(300))), true);
            }
            Path copy = copies.resolve("corrupt");
            copyAll(folder, copy);
            Path log = WriteAheadLogs.in(copy).getLast();
            byte[] bytes = Files.readAllBytes(log);
            bytes[400] ^= 1;
            Files.write(log, bytes);
            assertThatExceptionOfType(StorageException.class)
                    .isThrownBy(() -> StoreEngines.of(engine).open(copy))
                    .satisfies(e -> assertThat(e.kind()).isEqualTo(StorageException.Kind.CORRUPT))
                    .withMessageContaining(log.getFileName().toString())
                    .withMessageContaining("quorate repair");
        }
    }

    /** The Java engine does not look at the checksums of tables: those of what we store in them are our own. */
    @Test
    void a_damaged_table_is_corrupt_and_not_in_use() throws Exception {
        try (KeyValueStore store = StoreEngines.of("native").open(folder)) {
            for (int i = 0; i < 300; i++) {
                store.write(new WriteBatch().put(b("k" + i), b("v" + "x".repeat(300))), true);
            }
        }
        StoreEngines.of("native").open(folder).close(); // what was in the log is a table now
        try (Stream<Path> files = Files.list(folder)) {
            Path table = files.filter(file -> file.toString().matches(".*[.](sst|ldb)"))
                    .findFirst()
                    .orElseThrow();
            byte[] bytes = Files.readAllBytes(table);
            bytes[10_000] ^= 1;
            Files.write(table, bytes);
        }
        try (KeyValueStore store = StoreEngines.of("native").open(folder);
                KeyValueStore.Cursor cursor = store.cursor()) {
            assertThatExceptionOfType(StorageException.class)
                    .isThrownBy(() -> {
                        for (cursor.seek(b("k")); cursor.valid(); cursor.next()) {
                            assertThat(cursor.value()).isNotEmpty();
                        }
                    })
                    .satisfies(e -> assertThat(e.kind()).isEqualTo(StorageException.Kind.CORRUPT));
        }
    }

    private static byte[] withoutPadding(byte[] bytes) {
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] == 0) {
            end--;
        }
        return java.util.Arrays.copyOf(bytes, end);
    }

    private static void copyAll(Path from, Path to) throws Exception {
        Files.createDirectories(to);
        try (var files = Files.list(from)) {
            for (Path file : files.toList()) {
                if (!file.getFileName().toString().equals("LOCK")) {
                    Files.copy(file, to.resolve(file.getFileName().toString()));
                }
            }
        }
    }

    @Test
    void an_unknown_engine_is_refused() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> StoreEngines.of("rocks"))
                .withMessageContaining("auto, native or java");
    }

    @Test
    void a_store_stops_with_a_word_while_the_disk_has_some_room_yet() throws IOException {
        AtomicLong room = new AtomicLong(LevelDb.RESERVE_BYTES);
        try (KeyValueStore store = new LevelDb(
                folder,
                StoreEngines.of("java"),
                path -> Iq80DBFactory.factory.open(path.toFile(), new Options()),
                room::get)) {
            store.write(new WriteBatch().put(b("a"), b("1")), true);
            room.decrementAndGet();

            assertThatExceptionOfType(StorageException.class)
                    .isThrownBy(() -> store.write(new WriteBatch().put(b("b"), b("2")), true))
                    .matches(e -> e.kind() == StorageException.Kind.FULL)
                    .withMessageContaining("Free some space on it, 64 MiB at least, then start the node again");
        }
        try (KeyValueStore store = StoreEngines.of("java").open(folder)) {
            assertThat(store.get(b("a"))).isEqualTo(b("1"));
            assertThat(store.get(b("b"))).isNull();
        }
    }
}
