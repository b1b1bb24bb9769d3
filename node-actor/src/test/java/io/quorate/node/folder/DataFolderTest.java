package io.quorate.node.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.quorate.persistence.contract.ClusterEpoch;
import io.quorate.persistence.contract.MemberId;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataFolderTest {
    private static final Identity IDENTITY = new Identity(
            "6f1f4f0e-7f0c-4f4e-9b9a-0d8c2f1f2a3b",
            new ClusterEpoch(2, "3fa81c09"),
            new MemberId("n1", 2, "10.0.0.1:19001"),
            "10.0.0.1:16443",
            "10.0.0.1:25000",
            List.of(new MemberId("n2", 1, "10.0.0.2:19001")),
            Identity.Replica.FOLLOWER,
            List.of("10.0.0.2:19001", "10.0.0.3:19001"),
            "",
            "");

    @TempDir
    Path root;

    /** Members are equal wherever they are, and so are identities: what was stored is more. */
    private static void assertStored(Optional<Identity> read, Identity stored) {
        assertThat(read).map(Identity::toString).contains(stored.toString());
    }

    private Path folder() {
        return root.resolve("of/a/node");
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void an_identity_is_read_as_it_was_stored_and_its_last_form_stands() {
        try (DataFolder folder = DataFolder.open(folder())) {
            assertThat(folder.identity()).isEmpty();
            folder.store(IDENTITY);
            assertStored(folder.identity(), IDENTITY);
            folder.store(IDENTITY.with(Identity.Replica.MEMBER).withContacts(List.of()));
        }
        assertStored(
                DataFolder.readIdentity(folder()),
                IDENTITY.with(Identity.Replica.MEMBER).withContacts(List.of()));
    }

    @Test
    void a_planned_address_is_kept_until_the_node_is_somewhere_else() {
        Identity planned = IDENTITY.withNextAddress("10.0.7.1:19001");
        Identity there = planned.at("10.0.7.1:19001", "10.0.7.1:16443", "10.0.7.1:25000");
        try (DataFolder folder = DataFolder.open(folder())) {
            folder.store(planned);
            assertStored(folder.identity(), planned);
            folder.store(there);
            assertThat(folder.identity())
                    .hasValueSatisfying(read -> assertThat(read.nextAddress()).isEmpty())
                    .hasValueSatisfying(
                            read -> assertThat(read.isElsewhere(planned)).isTrue());
        }
        assertThat(planned.at("10.0.0.1:19001", "10.0.0.1:443", "10.0.0.1:25000")
                        .nextAddress())
                .as("only another port for clients")
                .isEqualTo("10.0.7.1:19001");
    }

    @Test
    void every_file_is_0600_and_every_folder_0700() throws IOException {
        try (DataFolder folder = DataFolder.open(folder())) {
            folder.store(IDENTITY);
            DataFolder.ListedMember self = new DataFolder.ListedMember("10.0.0.1:19001", "n1#2@10.0.0.1:19001", 1);
            folder.storeMembers(List.of(self), self);
            try (Stream<Path> all = Files.walk(folder())) {
                for (Path path : all.toList()) {
                    assertThat(mode(path))
                            .as("%s", path)
                            .isEqualTo(Files.isDirectory(path) ? "rwx------" : "rw-------");
                }
            }
        }
    }

    @Test
    void the_members_are_listed_as_operators_know_them() throws IOException {
        try (DataFolder folder = DataFolder.open(folder())) {
            DataFolder.ListedMember self = new DataFolder.ListedMember("10.0.0.1:19001", "n1#2@10.0.0.1:19001", 0);
            folder.storeMembers(
                    List.of(self, new DataFolder.ListedMember("10.0.0.2:19001", "n2#1@10.0.0.2:19001", 1)), self);
        }
        assertThat(folder().resolve("backend/cluster.yaml")).hasContent("""
                - Address: 10.0.0.1:19001
                  ID: n1#2@10.0.0.1:19001
                  Role: 0
                - Address: 10.0.0.2:19001
                  ID: n2#1@10.0.0.2:19001
                  Role: 1
                """);
        assertThat(folder().resolve("backend/info.yaml")).hasContent("""
                Address: 10.0.0.1:19001
                ID: n1#2@10.0.0.1:19001
                Role: 0
                """);
    }

    @Test
    void a_folder_serves_one_node_at_a_time_and_is_free_when_that_is_closed() {
        try (DataFolder first = DataFolder.open(folder())) {
            assertThatExceptionOfType(FolderException.class)
                    .isThrownBy(() -> DataFolder.open(folder()))
                    .withMessageContaining(
                            "in use by the process " + ProcessHandle.current().pid())
                    .withMessageContaining("quorate stop")
                    .withMessageContaining("--data-folder");
            assertThat(first.identity()).isEmpty();
        }
        DataFolder.open(folder()).close();
    }

    /** Holds a folder until its input ends. */
    static final class Holder {
        public static void main(String[] arguments) throws IOException {
            try (DataFolder folder = DataFolder.open(Path.of(arguments[0]))) {
                System.out.println("held " + folder.identity().isPresent());
                while (System.in.read() >= 0) {}
            }
        }
    }

    @Test
    void a_folder_that_another_process_has_is_refused_with_that_process_and_free_when_it_dies() throws Exception {
        Process holder = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        folder().toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader said =
                new BufferedReader(new InputStreamReader(holder.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(said.readLine()).isEqualTo("held false");
            assertThatExceptionOfType(FolderException.class)
                    .isThrownBy(() -> DataFolder.open(folder()))
                    .withMessageContaining("in use by the process " + holder.pid());
        } finally {
            holder.destroyForcibly().onExit().join();
        }
        DataFolder.open(folder()).close();
    }

    @Test
    void a_folder_that_cannot_be_is_refused_in_words() throws IOException {
        Path file = Files.writeString(root.resolve("file"), "");
        assertThatExceptionOfType(FolderException.class)
                .isThrownBy(() -> DataFolder.open(file.resolve("below")))
                .withMessageContaining("cannot be used")
                .withMessageContaining("--data-folder");
    }

    private static final String WHOLE = """
            cluster: "6f1f4f0e-7f0c-4f4e-9b9a-0d8c2f1f2a3b"
            member: "n1#2@10.0.0.1:19001"
            api: "10.0.0.1:16443"
            join: "10.0.0.1:25000"
            founders:
              - "n2#1@10.0.0.2:19001"
            replica: follower
            contacts: []
            """;

    private FolderException refused(byte[] content) throws IOException {
        Files.write(root.resolve("node.yaml"), content);
        return org.assertj.core.api.Assertions.catchThrowableOfType(
                FolderException.class, () -> DataFolder.readIdentity(root));
    }

    private void assertRefused(byte[] content, String... words) throws IOException {
        assertThat(refused(content))
                .isNotNull()
                .message()
                .contains("node.yaml")
                .contains("Restore it from a backup of the folder")
                .satisfies(message -> assertThat(List.of(words)).allMatch(message::contains))
                .doesNotContain("\n", "java.", "io.quorate", "ClassCast");
    }

    @Test
    void a_field_that_a_newer_release_wrote_is_passed_over() throws IOException {
        Files.writeString(root.resolve("node.yaml"), WHOLE + "failureDomain: 3\n");
        assertThat(DataFolder.readIdentity(root))
                .get()
                .extracting(Identity::member)
                .isEqualTo(IDENTITY.member());
    }

    @ParameterizedTest
    @ValueSource(strings = {"cluster", "member", "api", "join", "founders", "replica", "contacts"})
    void an_identity_without_a_field_is_refused_with_the_fields_name(String field) throws IOException {
        String without = WHOLE.replaceAll("(?m)^" + field + ":.*\n(  - .*\n)*", "");
        assertRefused(without.getBytes(StandardCharsets.UTF_8), "no field '" + field + "'");
    }

    @Test
    void an_identity_with_a_wrong_value_is_refused_with_the_fields_name() throws IOException {
        assertRefused(WHOLE.replace("n1#2@", "n1@").getBytes(StandardCharsets.UTF_8), "'member'", "n1@10.0.0.1:19001");
        assertRefused((WHOLE + "next-address: here\n").getBytes(StandardCharsets.UTF_8), "'next-address'", "host:port");
        assertRefused(WHOLE.replace("follower", "king").getBytes(StandardCharsets.UTF_8), "'replica'", "king");
        assertRefused(WHOLE.replace("contacts: []", "contacts: 7").getBytes(StandardCharsets.UTF_8), "'contacts'");
        assertRefused(WHOLE.replace("contacts: []", "contacts: [~]").getBytes(StandardCharsets.UTF_8), "'contacts'");
        assertRefused(
                WHOLE.replace("\"n2#1@10.0.0.2:19001\"", "n2").getBytes(StandardCharsets.UTF_8), "'founders'", "n2");
    }

    @Test
    void an_identity_that_is_empty_torn_or_no_yaml_is_refused_in_words() throws IOException {
        assertRefused(new byte[0]);
        assertRefused("nothing but words".getBytes(StandardCharsets.UTF_8));
        assertRefused("- a\n- list\n".getBytes(StandardCharsets.UTF_8));
        assertRefused((WHOLE + "torn: \"at the e").getBytes(StandardCharsets.UTF_8), "line");
        assertRefused(new byte[] {0, 1, 2, 3, (byte) 0xFF, (byte) 0xFE});
        byte[] whole = WHOLE.getBytes(StandardCharsets.UTF_8);
        for (int length = 0; length < whole.length - "contacts: []\n".length(); length++) {
            assertRefused(java.util.Arrays.copyOf(whole, length));
        }
    }

    @Test
    void an_identity_that_cannot_be_opened_is_refused_in_words() throws IOException {
        Files.createDirectory(root.resolve("node.yaml"));
        assertThatExceptionOfType(FolderException.class)
                .isThrownBy(() -> DataFolder.readIdentity(root))
                .withMessageContaining("node.yaml cannot be read");
    }

    @Test
    void a_node_that_stops_on_its_way_to_another_cluster_goes_on_at_its_next_start_and_the_old_backend_serves_neither()
            throws IOException {
        Identity next = IDENTITY.as(new MemberId("n1", 3, "10.0.0.1:19001"), Identity.Replica.MEMBER);
        try (DataFolder folder = DataFolder.open(folder())) {
            folder.store(IDENTITY);
            Files.createDirectories(folder.log());
            folder.storeMoved(next, "after-leave");
        }
        try (DataFolder folder = DataFolder.open(folder())) {
            assertThat(folder.identity()).contains(next);
            assertThat(folder.setBackendAside()).contains(folder().resolve("backend.after-leave"));
            assertThat(folder.setBackendAside()).as("it is aside").isEmpty();
            folder.store(next);
            Files.createDirectories(folder.log());
            assertThat(folder.setBackendAside()).as("that is the new one").isEmpty();
        }
    }

    @Test
    void what_was_set_aside_once_is_kept_when_it_happens_again() throws IOException {
        try (DataFolder folder = DataFolder.open(folder())) {
            folder.storeMoved(IDENTITY, "before-join");
            Files.createDirectories(folder.log());
            Files.writeString(folder.log().resolve("a"), "first");
            Path first = folder.setBackendAside().orElseThrow();
            Files.createDirectories(folder.log());
            Files.writeString(folder.log().resolve("a"), "second");
            Path second = folder.setBackendAside().orElseThrow();
            assertThat(first.resolve("log/a")).hasContent("first");
            assertThat(second.resolve("log/a")).hasContent("second");
            assertThat(folder.log()).doesNotExist();
        }
    }
}
