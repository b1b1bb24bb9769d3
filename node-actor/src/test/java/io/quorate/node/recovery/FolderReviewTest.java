package io.quorate.node.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.folder.DataFolder;
import io.quorate.node.folder.Identity;
import io.quorate.node.trust.NodeTrust;
import io.quorate.persistence.contract.ClusterEpoch;
import io.quorate.persistence.contract.EventData;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.Payload;
import io.quorate.persistence.embedded.EmbeddedJournal;
import io.quorate.persistence.store.KeyValueStore;
import io.quorate.persistence.store.StoreEngine;
import io.quorate.persistence.store.StoreEngines;
import io.quorate.persistence.store.WriteBatch;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderReviewTest {
    private static final StoreEngine ENGINE = StoreEngines.of("java");
    private static final MemberId SELF = MemberId.parse("embedded#1@localhost:0");

    @TempDir
    Path root;

    private DataFolder folder;

    @BeforeEach
    void aFolderWithTwoEntitiesAndASnapshot() throws Exception {
        folder = DataFolder.open(root);
        NodeTrust.stageFounded(folder, "c", "embedded", List.of("embedded"), Duration.ofDays(1), Clock.systemUTC());
        folder.adoptTls("c");
        folder.store(identity(Identity.Replica.MEMBER));
        try (EmbeddedJournal journal = EmbeddedJournal.open(root.resolve("backend"), ENGINE, (reason, cause) -> {
            throw new AssertionError(reason, cause);
        })) {
            for (int sequenceNr = 1; sequenceNr <= 3; sequenceNr++) {
                submit(journal, append("a", sequenceNr));
                submit(journal, append("b", sequenceNr));
            }
            submit(journal, new Operation.SaveSnapshot("a", 2, 0, new Payload(0, "state", new byte[] {2})));
            submit(journal, new Operation.DeleteEvents("a", 2, 3));
        }
    }

    @AfterEach
    void close() {
        folder.close();
    }

    private static Identity identity(Identity.Replica replica) {
        return new Identity(
                "c", ClusterEpoch.FIRST, SELF, "localhost:1", "localhost:2", List.of(SELF), replica, List.of(), "", "");
    }

    private static Operation append(String id, long sequenceNr) {
        return new Operation.AppendEvents(id, sequenceNr, "w", 0, List.of(EventData.of(0, "text", new byte[] {1})));
    }

    private static void submit(EmbeddedJournal journal, Operation operation) throws Exception {
        journal.submit(operation).toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private FolderReview review() {
        return FolderReview.of(folder, ENGINE, Instant.now());
    }

    private List<String> problemsOf(String part) {
        return problemsOf(part, review());
    }

    private static List<String> problemsOf(String part, FolderReview review) {
        return review.parts().stream()
                .filter(each -> each.name().equals(part))
                .flatMap(each -> each.problems().stream())
                .toList();
    }

    /** Changes the first value whose key begins with a letter and does not come before the n-th of them. */
    private void change(Path path, char kind, int n, boolean delete) {
        try (KeyValueStore store = ENGINE.open(path);
                KeyValueStore.Cursor cursor = store.cursor()) {
            cursor.seek(new byte[] {(byte) kind});
            for (int i = 1; i < n; i++) {
                cursor.next();
            }
            byte[] key = cursor.key();
            byte[] value = cursor.value();
            value[value.length / 2] ^= 1;
            store.write(delete ? new WriteBatch().delete(key) : new WriteBatch().put(key, value), true);
        }
    }

    @Test
    void what_a_node_left_is_sound_and_is_said_part_by_part() {
        FolderReview review = review();
        assertThat(review.isSound()).as("%s", review).isTrue();
        assertThat(review.parts())
                .extracting(FolderReview.Part::name)
                .containsExactly("node.yaml", "tls", "backend/log", "backend/events");
        assertThat(review.parts().getLast().holds()).contains("4 events of 2 entities, 1 snapshots");
    }

    @Test
    void a_certificate_that_has_ended_and_one_that_has_not_begun_are_found() {
        Instant now = Instant.now();
        assertThat(problemsOf("tls", FolderReview.of(folder, ENGINE, now.plus(Duration.ofDays(2)))))
                .singleElement()
                .asString()
                .contains("has ended");
        assertThat(problemsOf("tls", FolderReview.of(folder, ENGINE, now.minus(Duration.ofDays(2)))))
                .singleElement()
                .asString()
                .contains("begins at", "the clock is behind, or was ahead");
    }

    @Test
    void a_flipped_bit_in_the_log_and_a_gap_in_it_are_found() {
        change(folder.log(), 'e', 2, false);
        assertThat(problemsOf("backend/log")).singleElement().asString().contains("checksum of entry 2");
        change(folder.log(), 'e', 2, true);
        assertThat(problemsOf("backend/log")).singleElement().asString().contains("entry 2 is missing");
    }

    @Test
    void a_flipped_bit_in_an_event_and_one_that_is_not_there_are_found() {
        change(folder.events(), 'o', 2, false);
        assertThat(problemsOf("backend/events")).anyMatch(problem -> problem.contains("checksum of entry"));
        change(folder.events(), 'o', 2, true);
        assertThat(problemsOf("backend/events")).anyMatch(problem -> problem.contains("is missing"));
    }

    @Test
    void an_entity_that_has_lost_the_record_of_an_event_is_found() {
        change(folder.events(), 'p', 2, true);
        assertThat(problemsOf("backend/events"))
                .anyMatch(problem -> problem.contains("is not found where its entity has it"));
    }

    @Test
    void a_member_without_its_log_and_the_log_of_another_are_found() {
        folder.deleteLog();
        assertThat(problemsOf("backend/log")).singleElement().asString().contains("must not vote");
        folder.store(identity(Identity.Replica.FOLLOWER));
        assertThat(review().isSound()).as("who does not vote needs none").isTrue();
    }

    @Test
    void a_copy_of_the_journal_that_is_not_there_is_found_and_who_holds_none_needs_none() {
        folder.deleteEvents();
        assertThat(problemsOf("backend/events")).singleElement().asString().contains("is missing");
        folder.deleteLog();
        folder.store(identity(Identity.Replica.NONE));
        assertThat(review().isSound()).isTrue();
    }

    @Test
    void a_log_that_was_set_back_to_an_older_state_is_found() {
        for (int entry = 1; entry <= 3; entry++) {
            lastEntryIsLost();
        }
        assertThat(problemsOf("backend/events")).singleElement().asString().contains("was set back");
    }

    private void lastEntryIsLost() {
        try (KeyValueStore store = ENGINE.open(folder.log());
                KeyValueStore.Cursor cursor = store.cursor()) {
            byte[] last = new byte[0];
            for (cursor.seek(new byte[] {'e'}); cursor.valid() && cursor.key()[0] == 'e'; cursor.next()) {
                last = cursor.key();
            }
            store.write(new WriteBatch().delete(last), true);
        }
    }
}
