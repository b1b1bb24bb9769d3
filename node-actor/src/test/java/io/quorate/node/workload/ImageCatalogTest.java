package io.quorate.node.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.node.workload.ImageCatalog.Program;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageCatalogTest {
    @ParameterizedTest
    @CsvSource({
        "nginx, nginx",
        "nginx:1.27, nginx",
        "docker.io/library/nginx:latest, nginx",
        "localhost:5000/team/web:v2, team/web",
        "dontrebootme/microbot:v1, dontrebootme/microbot",
        "busybox@sha256:0123, busybox"
    })
    void an_image_is_known_whatever_its_registry_and_tag(String image, String name) {
        assertThat(ImageCatalog.name(image)).isEqualTo(name);
    }

    @Test
    void the_sites_are_built_in() throws StartRefused {
        assertThat(ImageCatalog.program("dontrebootme/microbot:v1", List.of(), List.of()))
                .isEqualTo(new Program.BuiltIn("microbot", 80));
        assertThat(ImageCatalog.program("nginx", List.of("nginx", "-g", "daemon off;"), List.of()))
                .isEqualTo(new Program.BuiltIn("nginx", 80));
    }

    @Test
    void a_command_is_run_whatever_the_image() throws StartRefused {
        assertThat(ImageCatalog.program("somebody/thing", List.of("sleep"), List.of("9")))
                .isEqualTo(new Program.Command(List.of("sleep", "9")));
        assertThat(ImageCatalog.program("busybox", List.of(), List.of("sleep", "9")))
                .isEqualTo(new Program.Command(List.of("sleep", "9")));
        assertThat(ImageCatalog.has("somebody/thing")).isFalse();
    }

    @Test
    void an_unknown_image_without_a_command_is_refused_with_what_there_is() {
        assertThatThrownBy(() -> ImageCatalog.program("somebody/thing", List.of(), List.of("x")))
                .isInstanceOfSatisfying(StartRefused.class, no -> {
                    assertThat(no.reason()).isEqualTo("ErrImagePull");
                    assertThat(no.message()).contains("dontrebootme/microbot", "give it one that the machine has");
                });
    }
}
