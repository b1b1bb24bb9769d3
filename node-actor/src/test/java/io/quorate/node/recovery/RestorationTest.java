package io.quorate.node.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.quorate.node.fault.Failpoints;
import io.quorate.node.folder.DataFolder;
import io.quorate.node.folder.FolderException;
import io.quorate.node.folder.Identity;
import io.quorate.persistence.backup.BackupException;
import io.quorate.persistence.backup.BackupHeader;
import io.quorate.persistence.backup.BackupWriter;
import io.quorate.persistence.contract.EventData;
import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.OperationCodec;
import io.quorate.persistence.events.EventStore;
import io.quorate.persistence.events.JournalCut;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.store.KeyValueStore;
import io.quorate.persistence.store.StoreEngine;
import io.quorate.persistence.store.StoreEngines;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestorationTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-26T09:00:00Z"), ZoneOffset.UTC);
    private static final StoreEngine ENGINE = StoreEngines.of("auto");
    private static final int EVENTS = 3_000;
    private static final long BEGAN = 1_790_000_000_000L;

    @TempDir
    Path root;

    private byte[] backup;

    @BeforeEach
    void take() throws IOException {
        Path folder = Files.createDirectory(root.resolve("source"));
        try (KeyValueStore store = ENGINE.open(folder);
                EventStore events = EventStore.open(store)) {
            for (int i = 1; i <= EVENTS; i++) {
                events.apply(
                        i,
                        1,
                        OperationCodec.encode(List.of(new Operation.AppendEvents(
                                "a",
                                i,
                                "w",
                                BEGAN + i,
                                List.of(EventData.of(
                                        0,
                                        "text",
                                        ("event " + i + " ".repeat(200)).getBytes(StandardCharsets.UTF_8)))))));
            }
            events.flush();
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (JournalCut cut = events.cut()) {
                BackupWriter.write(new BackupHeader("c", "1", "n1", BEGAN, cut.index(), cut.term(), "1"), cut, out);
            }
            backup = out.toByteArray();
        }
    }

    private Restoration.Restored restore(InputStream from, Restoration.Until until) throws IOException {
        try (DataFolder folder = DataFolder.open(root.resolve("restored"))) {
            return Restoration.restore(
                    folder,
                    ENGINE,
                    from,
                    until,
                    new Restoration.NewNode("r1", "10.0.9.1:19001", "10.0.9.1:16443", "10.0.9.1:25000"),
                    7,
                    CLOCK,
                    events -> {},
                    Failpoints.NONE);
        }
    }

    private Restoration.Restored restore() throws IOException {
        return restore(new ByteArrayInputStream(backup), Restoration.Until.END);
    }

    private void assertRestored(long highest) throws IOException {
        try (DataFolder folder = DataFolder.open(root.resolve("restored"))) {
            assertThat(FolderReview.of(folder, ENGINE, CLOCK.instant()).isSound())
                    .isTrue();
            try (KeyValueStore store = ENGINE.open(folder.events());
                    EventStore events = EventStore.open(store)) {
                assertThat(events.ask(new Query.HighestSequenceNr("a"))).isEqualTo(highest);
            }
        }
    }

    @Test
    void a_backup_makes_a_cluster_of_one_with_a_name_of_its_own_and_everything_in_it() throws IOException {
        Restoration.Restored restored = restore();
        assertThat(restored.events()).isEqualTo(EVENTS);
        assertThat(restored.identity().clusterId()).isNotEqualTo("c");
        assertThat(restored.identity().epoch()).hasToString("2-00000007");
        assertThat(restored.identity().replica()).isEqualTo(Identity.Replica.MEMBER);
        assertRestored(EVENTS);
        assertThatExceptionOfType(FolderException.class)
                .isThrownBy(this::restore)
                .withMessageContaining("r1 already");
    }

    @Test
    void the_past_is_restored_up_to_an_offset_or_a_time() throws IOException {
        assertThat(restore(new ByteArrayInputStream(backup), new Restoration.Until(1_234, Long.MAX_VALUE))
                        .index())
                .isEqualTo(1_234);
        assertRestored(1_234);
    }

    @Test
    void a_time_before_everything_is_refused() {
        assertThatExceptionOfType(BackupException.class)
                .isThrownBy(
                        () -> restore(new ByteArrayInputStream(backup), new Restoration.Until(Long.MAX_VALUE, BEGAN)))
                .withMessageContaining("nothing in it is as old");
    }

    @Test
    void a_backup_that_is_cut_off_makes_no_node_and_the_whole_one_is_restored_over_what_it_left() throws IOException {
        for (int part = 1; part < 8; part++) {
            byte[] torn = Arrays.copyOf(backup, backup.length * part / 8);
            assertThatExceptionOfType(BackupException.class)
                    .isThrownBy(() -> restore(new ByteArrayInputStream(torn), Restoration.Until.END));
            assertThat(DataFolder.readIdentity(root.resolve("restored"))).isEmpty();
        }
        restore();
        assertRestored(EVENTS);
    }

    @Test
    void a_part_of_a_backup_is_nothing_that_a_node_could_begin_with() {
        byte[] torn = Arrays.copyOf(backup, backup.length / 2);
        assertThatExceptionOfType(BackupException.class)
                .isThrownBy(() -> restore(new ByteArrayInputStream(torn), Restoration.Until.END));
        try (DataFolder folder = DataFolder.open(root.resolve("restored"))) {
            assertThatExceptionOfType(FolderException.class)
                    .isThrownBy(folder::endRestore)
                    .withMessageContaining("the same `quorate restore` again");
        }
    }

    @Test
    void data_that_no_restore_has_left_is_not_written_over() throws IOException {
        Files.createDirectories(root.resolve("restored/backend/events"));
        assertThatExceptionOfType(FolderException.class)
                .isThrownBy(this::restore)
                .withMessageContaining("belongs to no node");
    }
}
