package io.quorate.control.kv;

import org.pcollections.HashPMap;
import org.pcollections.HashTreePMap;

/**
 * Which event holds each key's value. The values stay in the journal: memory goes with the number of keys alone.
 *
 * @param revisions sequence number of the event that wrote a key last
 * @param answered commands that were done, for those that are sent again
 */
public record KeyValueState(HashPMap<String, Long> revisions, AnsweredCommands answered) {
    static final KeyValueState EMPTY = new KeyValueState(HashTreePMap.empty(), AnsweredCommands.NONE);
}
