package io.quorate.persistence.journal;

import java.util.List;

/**
 * A bounded part of an answer.
 *
 * @param items in order
 * @param upTo everything up to and including this offset was looked at: ask again from here
 * @param complete whether nothing more was there at {@code appliedIndex}
 * @param appliedIndex of the replica when it answered
 */
public record Page<T>(List<T> items, Offset upTo, boolean complete, long appliedIndex) {
    public Page {
        items = List.copyOf(items);
    }
}
