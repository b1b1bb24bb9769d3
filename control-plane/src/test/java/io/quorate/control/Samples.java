package io.quorate.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** The forms that events and messages were once given, kept as hexadecimal text for ever. */
public final class Samples {
    private Samples() {}

    /**
     * A sample by its name.
     *
     * @param today what is to be stored where there is none yet
     */
    public static byte[] read(String name, byte[] today) throws IOException {
        try (InputStream in = Samples.class.getResourceAsStream("/contract/" + name + ".hex")) {
            assertThat(in)
                    .as(
                            "there is no sample: store today's form as src/test/resources/contract/%s.hex: %s",
                            name, HexFormat.of().formatHex(today))
                    .isNotNull();
            return HexFormat.of()
                    .parseHex(new String(in.readAllBytes(), StandardCharsets.US_ASCII).replaceAll("\\s", ""));
        }
    }
}
