package io.quorate.chaos.history;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** Reads a history's file, a line at a time. */
public final class HistoryReader {
    private HistoryReader() {}

    /**
     * Hands over each line as it is read; those whose process is no number are left out.
     *
     * @throws IllegalArgumentException that names the line which cannot be read
     */
    public static void read(Path file, Consumer<HistoryLine> lines) throws IOException {
        try (BufferedReader in = Files.newBufferedReader(file)) {
            long number = 0;
            for (String text = in.readLine(); text != null; text = in.readLine()) {
                try {
                    if (!text.isBlank()) {
                        JsonNode tree = HistoryLine.tree(text);
                        if (tree.path("process").isIntegralNumber()) {
                            lines.accept(HistoryLine.of(number, tree));
                        }
                    }
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException(
                            file + ", line " + (number + 1) + ": " + e.getMessage()
                                    + "; docs/how-to/check-a-history.md",
                            e);
                }
                number++;
            }
        }
    }

    /** All calls of a history. */
    public static List<Call> calls(Path file) throws IOException {
        CallPairing pairing = new CallPairing();
        read(file, pairing::add);
        return pairing.calls();
    }
}
