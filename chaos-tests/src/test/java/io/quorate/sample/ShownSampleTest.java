package io.quorate.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What the documents show is what compiles. */
class ShownSampleTest {
    @Test
    void the_page_about_peer_services_shows_the_sample_as_it_is() throws IOException {
        String sample = Files.readString(Path.of("src", "test", "java", "io", "quorate", "sample", "Invoicing.java"));
        String shown = sample.substring(sample.indexOf("public final class"));
        assertThat(Files.readString(Path.of("..", "docs", "how-to", "write-a-peer-service.md")))
                .contains("```java\n" + shown + "```");
    }
}
