package io.quorate.persistence.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A store is made of the files of another that goes on meanwhile. */
class CheckpointTest {
    private static final byte[] LAST = {'z'};
    private static final int PART = 100_000;

    @TempDir
    Path root;

    private KeyValueStore open(String engine, String name) {
        return StoreEngines.of(engine).open(root.resolve(name));
    }

    private static byte[] key(int number) {
        return "k%08d".formatted(number).getBytes(UTF_8);
    }

    /** One write: a key of its own, one that is overwritten, and which was the last. Its value ends with zeros. */
    private static void write(KeyValueStore store, Random random, int number) {
        byte[] value = new byte[500 + random.nextInt(3000)];
        random.nextBytes(value);
        java.util.Arrays.fill(value, value.length / 2, value.length, (byte) 0);
        store.write(
                new WriteBatch()
                        .put(key(number), value)
                        .put(("o" + random.nextInt(50)).getBytes(UTF_8), value)
                        .put(LAST, new byte[] {(byte) (number >> 16), (byte) (number >> 8), (byte) number}),
                false);
    }

    private static int last(KeyValueStore store) {
        byte[] last = store.get(LAST);
        return last == null ? -1 : (last[0] & 0xFF) << 16 | (last[1] & 0xFF) << 8 | last[2] & 0xFF;
    }

    private static StoreFiles files(KeyValueStore store) {
        return store.files().orElseThrow();
    }

    private static IncomingFiles copy(Checkpoint from, KeyValueStore to, UnaryOperator<byte[]> onItsWay) {
        IncomingFiles incoming = files(to).receive(from.files());
        for (int file = 0; file < from.files().size(); file++) {
            for (long at = 0; at < from.files().get(file).bytes(); at += PART) {
                incoming.write(file, at, onItsWay.apply(from.read(file, at, PART)));
            }
        }
        return incoming;
    }

    private static void replace(Checkpoint from, KeyValueStore to) {
        IncomingFiles incoming = copy(from, to, UnaryOperator.identity());
        incoming.complete(store -> {});
        files(to).replaceBy(incoming);
    }

    private static void assertHoldsWritesUpTo(int number, KeyValueStore store) {
        assertThat(last(store)).isEqualTo(number);
        try (KeyValueStore.Cursor cursor = store.cursor()) {
            cursor.seek(new byte[] {'k'});
            for (int expected = 0; expected <= number; expected++) {
                assertThat(cursor.key()).isEqualTo(key(expected));
                cursor.next();
            }
            assertThat(cursor.key()[0]).isEqualTo((byte) 'o');
        }
    }

    private List<String> beside(String part) throws IOException {
        try (Stream<Path> all = Files.list(root)) {
            return all.map(path -> path.getFileName().toString())
                    .filter(name -> name.contains(part))
                    .toList();
        }
    }

    @ParameterizedTest
    @CsvSource({"native, native", "java, java", "native, java", "java, native"})
    void a_checkpoint_is_one_moment_of_a_store_that_is_written_to_and_compacted_meanwhile(String from, String to)
            throws Exception {
        try (KeyValueStore source = open(from, "source")) {
            AtomicBoolean enough = new AtomicBoolean();
            CompletableFuture<Integer> writer = CompletableFuture.supplyAsync(() -> {
                Random random = new Random(1);
                int number = 0;
                while (!enough.get()) {
                    write(source, random, number++);
                }
                return number - 1;
            });
            for (int round = 0; round < 4; round++) {
                int before = Math.max(last(source), 0);
                while (last(source) < before + 6_000) {
                    Thread.onSpinWait();
                }
                int then = last(source);
                try (Checkpoint checkpoint = files(source).checkpoint();
                        KeyValueStore target = open(to, "target" + round)) {
                    int soonAfter = last(source);
                    replace(checkpoint, target);
                    assertThat(last(target)).isBetween(then, soonAfter);
                    assertHoldsWritesUpTo(last(target), target);
                    int copied = last(target);
                    write(target, new Random(2), copied + 1);
                    assertHoldsWritesUpTo(copied + 1, target);
                }
                try (KeyValueStore again = open(from, "target" + round)) {
                    assertThat(last(again)).isGreaterThan(then);
                }
            }
            enough.set(true);
            assertHoldsWritesUpTo(writer.get(), source);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"native", "java"})
    void what_is_written_while_its_parts_are_read_does_not_show(String engine) throws Exception {
        Random random = new Random(3);
        try (KeyValueStore source = open(engine, "source");
                KeyValueStore target = open(engine, "target")) {
            for (int number = 0; number <= 100; number++) {
                write(source, random, number);
            }
            try (Checkpoint checkpoint = files(source).checkpoint()) {
                for (int number = 101; number < 20_000; number++) {
                    write(source, random, number);
                }
                replace(checkpoint, target);
            }
            assertHoldsWritesUpTo(100, target);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"native", "java"})
    void a_table_that_was_damaged_on_its_way_is_not_taken(String engine) throws Exception {
        Random random = new Random(4);
        try (KeyValueStore source = open(engine, "source");
                KeyValueStore target = open(engine, "target")) {
            for (int number = 0; number < 20_000; number++) {
                write(source, random, number);
            }
            try (Checkpoint checkpoint = files(source).checkpoint()) {
                assertThat(checkpoint.files()).anyMatch(file -> StoreFile.isTable(file.name()));
                assertThatExceptionOfType(StorageException.class)
                        .isThrownBy(() -> copy(checkpoint, target, bytes -> {
                            bytes[bytes.length / 2] ^= 1;
                            return bytes;
                        }))
                        .matches(e -> e.kind() == StorageException.Kind.CORRUPT);
            }
            write(target, random, 0);
            assertHoldsWritesUpTo(0, target);
        }
    }

    @Test
    void what_is_not_whole_is_not_taken() {
        try (KeyValueStore source = open("java", "source");
                KeyValueStore target = open("java", "target")) {
            write(source, new Random(5), 0);
            try (Checkpoint checkpoint = files(source).checkpoint()) {
                IncomingFiles incoming = files(target).receive(checkpoint.files());
                assertThatExceptionOfType(StorageException.class)
                        .isThrownBy(() -> incoming.complete(store -> {}))
                        .withMessageContaining("are missing");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"native", "java"})
    void who_reads_when_the_files_are_replaced_begins_again(String engine) {
        try (KeyValueStore source = open(engine, "source");
                KeyValueStore target = open(engine, "target")) {
            write(source, new Random(6), 0);
            try (KeyValueStore.Cursor cursor = target.cursor()) {
                cursor.seek(LAST);
                try (Checkpoint checkpoint = files(source).checkpoint()) {
                    replace(checkpoint, target);
                }
                assertThatExceptionOfType(StorageException.class)
                        .isThrownBy(() -> cursor.seek(LAST))
                        .withMessageContaining("was replaced");
            }
            assertHoldsWritesUpTo(0, target);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"native", "java"})
    void nothing_is_left_of_it_once_it_or_its_store_is_closed_or_the_node_has_started_again(String engine)
            throws Exception {
        try (KeyValueStore source = open(engine, "source")) {
            write(source, new Random(7), 0);
            Checkpoint dropped = files(source).checkpoint();
            Checkpoint left = files(source).checkpoint();
            assertThat(beside("checkpoint")).hasSize(2);
            dropped.close();
            assertThat(beside("checkpoint")).hasSize(1);
            assertThatExceptionOfType(StorageException.class).isThrownBy(() -> dropped.read(0, 0, 1));
            assertThat(left.read(0, 0, 1)).hasSize(1);
        }
        assertThat(beside("checkpoint")).isEmpty();
        Files.createDirectories(root.resolve("source.checkpoint-7"));
        Files.writeString(
                Files.createDirectories(root.resolve("source.incoming")).resolve("000001.log"), "half");
        open(engine, "source").close();
        assertThat(beside("source.")).isEmpty();
    }

    @Test
    void another_nodes_files_have_the_names_that_a_store_gives_and_no_others() {
        for (String name : List.of("../node.yaml", "LOCK", "CURRENT/x", "000001.sst/..", "MANIFEST-", "1.yaml", "")) {
            assertThatIllegalArgumentException().isThrownBy(() -> new StoreFile(name, 1));
        }
        assertThatIllegalArgumentException().isThrownBy(() -> new StoreFile("000001.log", -1));
    }
}
