package io.quorate.simulations.invariant;

import io.quorate.persistence.contract.EventData;
import io.quorate.persistence.journal.StoredEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;

/** How an append can be told from all others: its token is in its events, the manifest counts them. */
public final class Tokens {
    private Tokens() {}

    /** So many events of one append; {@code padding} makes them larger. */
    public static List<EventData> events(String token, int count, int padding) {
        byte[] bytes = (token + "\n" + "x".repeat(padding)).getBytes(StandardCharsets.UTF_8);
        return IntStream.range(0, count)
                .mapToObj(i -> EventData.of(0, "event " + i, bytes))
                .toList();
    }

    /** What is no client's has the token of its place. */
    static String of(StoredEvent event) {
        String text = new String(event.event().payload().bytes(), StandardCharsets.UTF_8);
        int end = text.indexOf('\n');
        return end < 0 || !event.event().payload().manifest().startsWith("event ")
                ? event.offset().toString()
                : text.substring(0, end);
    }
}
