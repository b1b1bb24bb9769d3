package io.quorate.node.workload.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.node.workload.oci.ImageArchive.Tar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageStoreTest {
    @TempDir
    Path folder;

    private ImageStore store;

    @BeforeEach
    void begin() {
        store = new ImageStore(folder.resolve("images"), folder.resolve("unpacked"));
    }

    private Path archive(ImageArchive image) throws IOException {
        return image.write(folder.resolve("image.tar"));
    }

    private Path root(Tar... layers) throws IOException {
        ImageArchive image = new ImageArchive();
        for (Tar each : layers) {
            image.layer(each);
        }
        store.bringIn(archive(image), "");
        return store.open("example/test:1").root();
    }

    @Test
    void an_image_that_is_brought_in_is_there_by_its_name_and_says_how_it_is_run() throws IOException {
        ImageArchive image = new ImageArchive()
                .named("docker.io/library/web:1.4")
                .layer(new Tar().file("etc/os-release", "ID=test"))
                .config("""
                        {"Entrypoint":["/web"],"Cmd":["--port","80"],"Env":["A=b"],"WorkingDir":"/srv","User":"web",
                         "StopSignal":"SIGQUIT"}""");
        assertThat(store.bringIn(archive(image), "")).containsExactly("docker.io/library/web:1.4");
        assertThat(store.has("web:1.4")).isTrue();
        assertThat(store.has("web")).isFalse();
        Image found = store.open("web:1.4");
        assertThat(found.entrypoint()).containsExactly("/web");
        assertThat(found.command()).containsExactly("--port", "80");
        assertThat(found.environment()).containsExactly("A=b");
        assertThat(List.of(found.workingFolder(), found.user(), found.stopSignal()))
                .containsExactly("/srv", "web", "SIGQUIT");
        assertThat(found.root().resolve("etc/os-release")).hasContent("ID=test");
        assertThat(store.list()).extracting(ImageStore.Listed::name).containsExactly("docker.io/library/web:1.4");
    }

    @ParameterizedTest
    @CsvSource({
        "nginx, docker.io/library/nginx:latest",
        "team/web:2, docker.io/team/web:2",
        "localhost:5000/web, localhost:5000/web:latest",
        "registry.example/web@sha256:00, registry.example/web@sha256:00"
    })
    void a_name_is_the_same_with_what_it_leaves_unsaid(String name, String whole) {
        assertThat(ImageStore.fullName(name)).isEqualTo(whole);
    }

    @Test
    void the_next_image_with_a_name_takes_the_place_of_the_one_before() throws IOException {
        store.bringIn(archive(new ImageArchive().layer(new Tar().file("one", "1"))), "");
        store.bringIn(archive(new ImageArchive().layer(new Tar().file("two", "2"))), "");
        assertThat(store.list()).hasSize(1);
        assertThat(store.open("example/test:1").root().resolve("two")).exists();
    }

    @Test
    void a_damaged_image_is_refused_and_nothing_of_it_stays() throws IOException {
        Path archive =
                archive(new ImageArchive().layer(new Tar().file("a", "b")).damaged());
        assertThatThrownBy(() -> store.bringIn(archive, ""))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("is damaged");
        assertThat(store.has("example/test:1")).isFalse();
    }

    @Test
    void a_blob_that_is_damaged_later_is_found_when_it_is_unpacked() throws IOException {
        store.bringIn(archive(new ImageArchive().layer(new Tar().file("a", "b"))), "");
        ImageStore other = new ImageStore(folder.resolve("images"), folder.resolve("elsewhere"));
        try (var blobs = Files.list(folder.resolve("images/blobs/sha256"))) {
            for (Path blob : blobs.toList()) {
                if (Files.readAllBytes(blob)[0] == 0x1f) { // the layer
                    Files.write(blob, new ImageArchive.Tar().file("other", "c").bytes());
                }
            }
        }
        assertThatThrownBy(() -> other.open("example/test:1")).isInstanceOf(ImageException.class);
        assertThat(folder.resolve("elsewhere")).isEmptyDirectory();
    }

    @Test
    void an_archive_that_is_no_image_layout_is_refused_with_what_to_do() throws IOException {
        Path archive = Files.write(
                folder.resolve("other.tar"),
                new Tar().file("manifest.json", "[]").bytes());
        assertThatThrownBy(() -> store.bringIn(archive, "")).hasMessageContaining("no image layout", "skopeo");
    }

    @Test
    void an_image_that_is_not_there_is_told_with_what_to_do() {
        assertThatThrownBy(() -> store.open("nginx")).hasMessageContaining("quorate image import");
    }

    // ---- layers

    @Test
    void a_layer_replaces_and_takes_away_what_is_below() throws IOException {
        Path root = root(
                new Tar()
                        .folder("d")
                        .file("d/old", "1")
                        .file("keep", "1")
                        .file("gone", "1")
                        .folder("e")
                        .file("e/x", "1"),
                new Tar()
                        .file("keep", "2")
                        .file(".wh.gone", "")
                        .file("e/y", "2")
                        .file("e/.wh..wh..opq", ""));
        assertThat(root.resolve("keep")).hasContent("2");
        assertThat(root.resolve("gone")).doesNotExist();
        assertThat(root.resolve("d/old")).exists();
        assertThat(root.resolve("e/x")).doesNotExist();
        assertThat(root.resolve("e/y")).hasContent("2");
    }

    @Test
    void links_lead_where_they_would_inside_of_the_image() throws IOException {
        Path outside = Files.createDirectory(folder.resolve("outside"));
        Path root = root(
                new Tar().folder("usr/lib").link("lib", "usr/lib").link("out", outside.toString()),
                new Tar().file("lib/a", "1").file("out/b", "2").alias("c", "lib/a"));
        assertThat(root.resolve("usr/lib/a")).hasContent("1");
        assertThat(root.resolve("c")).hasContent("1");
        assertThat(outside).isEmptyDirectory();
        assertThat(RootFolder.inside(root, "out/b", true)).hasContent("2").startsWith(root);
        assertThat(RootFolder.inside(root, "lib/../../../a/..", true)).startsWith(root);
    }

    @Test
    void nothing_leads_out_of_an_image() throws IOException {
        Files.writeString(folder.resolve("secret"), "s");
        for (Tar evil : List.of(
                new Tar().file("../evil", "x"),
                new Tar().file("a/../../evil", "x"),
                new Tar().alias("mine", "../../secret"),
                new Tar().link("up", "..").alias("mine", "up/secret"),
                new Tar().file(".wh...", ""))) {
            Path archive = archive(new ImageArchive().layer(evil));
            assertThatThrownBy(() -> store.bringIn(archive, "")).isInstanceOf(ImageException.class);
            assertThat(store.has("example/test:1")).isFalse();
        }
        assertThat(folder.resolve("evil")).doesNotExist();
        assertThat(folder.resolve("secret")).exists();
    }

    @Test
    void a_folder_that_a_link_takes_the_place_of_gives_its_mode_to_nothing_outside() throws IOException {
        Path outside = Files.createDirectory(folder.resolve("outside"));
        Path closed = Files.createDirectory(
                outside.resolve("sub"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path root = root(
                new Tar().folder("a").folder("a/sub").link("a", outside.toString()),
                new Tar().folder("b/sub").folder("c").file(".wh.b", "").link("b", outside.toString()));
        assertThat(root.resolve("a")).isSymbolicLink();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(closed)))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve("c"))))
                .isEqualTo("rwxr-xr-x");
    }

    @Test
    void a_link_that_goes_round_is_told() throws IOException {
        Path root = root(new Tar().link("a", "b").link("b", "a"));
        assertThatThrownBy(() -> RootFolder.inside(root, "a", true)).hasMessageContaining("goes round");
    }
}
