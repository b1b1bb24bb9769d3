package io.quorate.node.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.quorate.node.contract.RecoveryPlan;
import io.quorate.node.fault.Failpoint;
import io.quorate.node.fault.Failpoints;
import io.quorate.node.folder.DataFolder;
import io.quorate.node.folder.FolderException;
import io.quorate.node.folder.Identity;
import io.quorate.node.folder.Identity.Replica;
import io.quorate.persistence.contract.ClusterEpoch;
import io.quorate.persistence.contract.MemberId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RepairTest {
    private static final MemberId MEMBER = MemberId.parse("n2#3@10.0.0.2:19001");

    @TempDir
    Path root;

    private DataFolder folder;

    @BeforeEach
    void open() throws IOException {
        folder = DataFolder.open(root);
        Files.createDirectories(folder.log());
        Files.writeString(folder.log().resolve("000003.log"), "damaged");
    }

    @AfterEach
    void close() {
        folder.close();
    }

    private static Identity identity(Replica replica, List<String> contacts) {
        return new Identity(
                "c",
                ClusterEpoch.FIRST,
                MEMBER,
                "10.0.0.2:16443",
                "10.0.0.2:25000",
                List.of(MEMBER),
                replica,
                contacts,
                "",
                "removed by somebody");
    }

    private void assertRefused(Identity identity, String word) {
        folder.store(identity);
        assertThatExceptionOfType(FolderException.class)
                .isThrownBy(() -> Repair.setAside(folder, identity, Failpoints.NONE))
                .withMessageContaining(word);
        assertThat(folder.log().resolve("000003.log")).hasContent("damaged");
        assertThat(folder.identity()).contains(identity);
    }

    @ParameterizedTest
    @CsvSource({"MEMBER, REPAIRED", "REPAIRED, REPAIRED", "FOLLOWER, FOLLOWER"})
    void a_node_keeps_its_name_and_what_it_had_and_says_that_its_log_is_lost_where_it_may_have_voted(
            Replica replica, Replica then) {
        Identity identity = identity(replica, List.of("10.0.0.1:19001"));
        folder.store(identity);
        assertThat(Repair.setAside(folder, identity, Failpoints.NONE)).contains(root.resolve("backend.before-repair"));
        assertThat(root.resolve("backend.before-repair/log/000003.log")).hasContent("damaged");
        assertThat(folder.log()).doesNotExist();
        assertThat(folder.identity()).contains(identity.with(then));
        assertThat(Repair.setAside(folder, folder.identity().orElseThrow(), Failpoints.NONE))
                .as("nothing is left to move")
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = Failpoint.class,
            names = {"REPAIR_PLANNED", "BACKEND_ASIDE", "REPAIR_STORED"})
    void one_that_is_cut_off_at_any_step_is_finished_by_the_same_again(Failpoint step) {
        Identity identity = identity(Replica.MEMBER, List.of("10.0.0.1:19001"));
        folder.store(identity);
        assertThatIllegalStateException()
                .isThrownBy(() -> Repair.setAside(folder, identity, (point, node) -> {
                    if (point == step) {
                        throw new IllegalStateException(node);
                    }
                }));
        assertThat(folder.identity()).contains(identity.with(Replica.REPAIRED));
        Repair.setAside(folder, folder.identity().orElseThrow(), Failpoints.NONE);
        assertThat(root.resolve("backend.before-repair/log/000003.log")).hasContent("damaged");
        assertThat(root.resolve("backend.before-repair-2")).doesNotExist();
        assertThat(root.resolve("backend")).doesNotExist();
        assertThat(root.resolve("node.yaml")).content().doesNotContain("aside");
    }

    @Test
    void where_nobody_else_has_a_copy_there_is_none_to_get() {
        assertRefused(identity(Replica.MEMBER, List.of()), "nobody else has a copy");
    }

    @ParameterizedTest
    @CsvSource({"NONE, holds no copy", "WORKER, holds no copy", "REMOVED, was removed from its cluster"})
    void who_has_no_copy_has_nothing_to_repair(Replica replica, String word) {
        assertRefused(identity(replica, List.of("10.0.0.1:19001")), word);
    }

    @Test
    void what_a_cluster_is_being_recovered_with_is_not_set_aside() {
        folder.storeRecovery(new RecoveryPlan(
                "c", "2-00000007", "1", MEMBER.toString(), List.of("n1"), List.of(), "a test", 0, 0, "", false));
        assertRefused(identity(Replica.MEMBER, List.of("10.0.0.1:19001")), "is being recovered");
        folder.endRecovery();
        Identity identity = folder.identity().orElseThrow();
        assertThat(Repair.setAside(folder, identity, Failpoints.NONE)).isPresent();
    }
}
