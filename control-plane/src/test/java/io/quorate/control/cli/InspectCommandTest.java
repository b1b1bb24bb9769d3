package io.quorate.control.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectCommandTest {
    @Test
    void a_file_that_cannot_be_looked_at_is_one_line_of_what_is_missing(@TempDir Path root) throws Exception {
        Path folder = Files.createDirectory(root.resolve("data"));
        Files.createSymbolicLink(folder.resolve("current"), Path.of("versions/9.9.9"));
        Files.writeString(folder.resolve("recovery.yaml"), "epoch: 2\n");
        Files.createDirectory(folder.resolve("quorate.log"));
        Path zip = root.resolve("n1.zip");
        StringWriter said = new StringWriter();
        PrintWriter writer = new PrintWriter(said, true);
        assertThat(QuorateCli.run(writer, writer, "inspect", zip.toString(), "--data-folder", folder.toString()))
                .as(said.toString())
                .isEqualTo(ExitCode.OK);
        try (FileSystem in = FileSystems.newFileSystem(zip)) {
            assertThat(in.getPath("data-folder/files.txt"))
                    .content()
                    .contains("recovery.yaml", "current -> versions/9.9.9");
            assertThat(in.getPath("data-folder/recovery.yaml")).hasContent("epoch: 2");
            assertThat(Files.readString(in.getPath("missing.txt")).lines())
                    .anyMatch(line -> line.startsWith("status.json: quorate is not running"))
                    .filteredOn(line -> line.startsWith("quorate.log: "))
                    .hasSize(1);
            assertThat(in.getPath("system.txt")).content().contains("taken at ");
        }
    }

    @Test
    void what_opens_anything_is_not_in_it() {
        String text = """
                quorate.credentials.password = "swordfish"
                my.api-token: abc
                -----BEGIN PRIVATE KEY-----
                MC4CAQAwBQYDK2VwBCIEIJ
                -----END PRIVATE KEY-----
                the join line is 10.0.0.1:25000/3f9c0a115834b31bfd2c42cee5d1a1b2/9b1d2e5e0d5b4d8f9a1c3e5f7a9b1c3d
                """;
        assertThat(InspectCommand.withoutSecretSettings(text))
                .doesNotContain("swordfish", "abc", "MC4CAQ", "834b31bfd2c4", "5b4d8f9a")
                .contains("(a private key)", "3f9c0a11…");
    }

    @Test
    void what_helps_to_find_out_what_is_wrong_is() {
        String log =
                "time=2026-11-26T11:37:05.880Z level=WARN node=n2 offset=4 logger=Node the token 949dd7d1 was used\n"
                        + "cluster: 541096bc-0f2e-4b08-8da4-eeabd14addb9\nepoch: 2-9002d3b2\n";
        assertThat(InspectCommand.withoutSecrets(log)).isEqualTo(log);
        String history =
                "{\"entries\":[{\"text\":\"the join token 9aee79b5 was issued\"},{\"text\":\"n2 has joined\"}]}";
        assertThat(InspectCommand.withoutSecrets(history)).isEqualTo(history);
    }
}
