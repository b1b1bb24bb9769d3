package io.quorate.node.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.quorate.persistence.backup.BackupHeader;
import io.quorate.persistence.backup.BackupWriter;
import io.quorate.persistence.events.EventStore;
import io.quorate.persistence.events.JournalCut;
import io.quorate.persistence.store.KeyValueStore;
import io.quorate.persistence.store.StoreEngines;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackupFolderTest {
    private static final long AT = 1_790_000_000_123L;

    @TempDir
    private Path root;

    private Path to;
    private BackupFolder folder;

    @BeforeEach
    void there_is_a_folder() throws IOException {
        to = Files.createDirectory(root.resolve("backups"));
        folder = new BackupFolder(to, "3fa81c09", "n1");
    }

    /** A backup of an empty journal, up to an offset. */
    private byte[] backup(long offset) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (KeyValueStore store = StoreEngines.of("java").open(root.resolve("events"));
                EventStore events = EventStore.open(store);
                JournalCut cut = events.cut()) {
            BackupWriter.write(new BackupHeader("3fa81c09-7f0c", "1", "n1", AT, offset, 1, "test"), cut, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private BackupFolder.Written written(long offset, int keep) throws Exception {
        return folder.write(out -> out.write(backup(offset)), AT + offset * 1000, keep);
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(to)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void a_backup_is_there_under_its_name_for_its_owner_only() throws Exception {
        BackupFolder.Written written = written(7, 3);
        assertThat(files()).containsExactly("quorate-3fa81c09-20260921T141327Z-7-n1.quorate");
        assertThat(written.file()).hasParent(to).hasSize(written.bytes());
        assertThat(written.offset()).isEqualTo(7);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(written.file())))
                .isEqualTo("rw-------");
    }

    @Test
    void the_newest_stay_and_what_somebody_else_put_there_stays() throws Exception {
        Files.writeString(to.resolve("today.quorate"), "an operator's");
        Files.createDirectory(to.resolve("quorate-3fa81c09-20200101T000000Z-1-n1.quorate"));
        Files.writeString(to.resolve("quorate-77777777-20200101T000000Z-1-n1.quorate"), "another cluster's");
        Files.writeString(to.resolve("quorate-3fa81c09-20200101T000000Z-n2.quorate.partial"), "another node's");
        Files.writeString(to.resolve("quorate-3fa81c09-20200101T000000Z-n1.quorate.partial"), "cut off");
        List<String> others = files();
        for (int offset = 10; offset < 15; offset++) {
            written(offset, 2);
        }
        assertThat(files())
                .contains(
                        "quorate-3fa81c09-20260921T141333Z-13-n1.quorate",
                        "quorate-3fa81c09-20260921T141334Z-14-n1.quorate")
                .containsAll(others.stream()
                        .filter(name -> !name.equals("quorate-3fa81c09-20200101T000000Z-n1.quorate.partial"))
                        .toList())
                .hasSize(others.size() + 1);
    }

    @Test
    void what_is_not_whole_gets_no_name_and_takes_nobodys_place() throws Exception {
        written(1, 1);
        List<String> before = files();
        byte[] torn = backup(2);
        torn[torn.length - 1] ^= 1;
        assertThatExceptionOfType(BackupFolder.FailedException.class)
                .isThrownBy(() -> folder.write(out -> out.write(torn), AT, 1))
                .withMessageContaining("is not whole");
        assertThatExceptionOfType(BackupFolder.FailedException.class)
                .isThrownBy(() -> folder.write(
                        out -> {
                            out.write(new byte[1000]);
                            throw new IOException("No space left on device");
                        },
                        AT,
                        1))
                .withMessage(to + " cannot be written to: No space left on device");
        assertThat(files()).isEqualTo(before);
    }

    @Test
    void a_folder_that_is_not_there_is_not_made_and_the_same_is_said_each_time() throws Exception {
        Path missing = root.resolve("not-mounted");
        BackupFolder nowhere = new BackupFolder(missing, "3fa81c09", "n1");
        for (int i = 0; i < 2; i++) {
            long at = AT + i * 1000L;
            assertThatExceptionOfType(BackupFolder.FailedException.class)
                    .isThrownBy(() -> nowhere.write(out -> {}, at, 1))
                    .withMessage("the folder " + missing + " is not there");
        }
        assertThat(missing).doesNotExist();
        Files.writeString(missing, "a file");
        assertThatExceptionOfType(BackupFolder.FailedException.class)
                .isThrownBy(() -> nowhere.write(out -> {}, AT, 1))
                .withMessage(missing + " is no folder");
    }
}
