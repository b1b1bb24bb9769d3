package io.quorate.node.workload.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Volumes; what images make of it is in {@link ImageStoreTest}. */
class RootFolderTest {
    @TempDir
    Path folder;

    private Path volume;
    private Path outside;

    @BeforeEach
    void begin() throws IOException {
        volume = Files.createDirectory(folder.resolve("volume"));
        outside = Files.createDirectory(folder.resolve("outside"));
    }

    @Test
    void a_part_that_is_not_there_is_made_as_open_as_its_volume_is() throws IOException {
        Files.setPosixFilePermissions(volume, PosixFilePermissions.fromString("rwxr-x---"));
        assertThat(RootFolder.part(volume, "sub/of")).isEqualTo(volume.resolve("sub/of"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(volume.resolve("sub/of"))))
                .isEqualTo("rwxr-x---");
    }

    @Test
    void a_part_that_is_there_may_be_a_file_or_a_link_within_the_volume() throws IOException {
        Path file = Files.writeString(Files.createDirectory(volume.resolve("a")).resolve("file"), "x");
        Files.createSymbolicLink(volume.resolve("link"), Path.of("a"));
        assertThat(RootFolder.part(volume, "link/file")).isEqualTo(file);
        assertThat(RootFolder.part(volume, "b/../a/file")).isEqualTo(file);
        assertThat(volume.resolve("b")).doesNotExist();
    }

    @Test
    void a_volume_may_be_reached_by_a_link_itself() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), volume);
        assertThat(RootFolder.part(link, "sub")).isEqualTo(link.resolve("sub"));
        assertThat(volume.resolve("sub")).isDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "..", "../outside", "a/../../outside", "../volume2"})
    void a_link_that_leads_out_is_refused_wherever_it_stands_and_nothing_is_made_there(String target)
            throws IOException {
        Files.createDirectory(volume.resolve("a"));
        Files.createDirectory(folder.resolve("volume2"));
        Files.createSymbolicLink(volume.resolve("out"), Path.of(target));
        for (String each : new String[] {"out", "out/quorate-test", "a/../out"}) {
            assertThatThrownBy(() -> RootFolder.part(volume, each))
                    .isInstanceOf(IOException.class)
                    .hasMessage(each + " leads out of its volume");
        }
        assertThat(outside).isEmptyDirectory();
        assertThat(Path.of("/quorate-test")).doesNotExist();
    }

    @Test
    void a_path_that_leads_out_is_refused_and_so_is_a_link_to_nowhere() throws IOException {
        for (String each : new String[] {"..", "../outside", "a/../../outside"}) {
            assertThatThrownBy(() -> RootFolder.part(volume, each)).hasMessageContaining("leads out of its volume");
        }
        Files.createSymbolicLink(volume.resolve("nowhere"), outside.resolve("none"));
        assertThatThrownBy(() -> RootFolder.part(volume, "nowhere")).hasMessageContaining("is not there");
        assertThatThrownBy(() -> RootFolder.part(volume, "a\0b")).hasMessageContaining("is no path");
        assertThat(outside).isEmptyDirectory();
    }
}
