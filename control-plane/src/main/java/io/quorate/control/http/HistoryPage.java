package io.quorate.control.http;

import io.quorate.control.history.HistoryEntry;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.journal.StoredEvent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What happened, a page of it, oldest first. Pure.
 *
 * @param prefix of an entry's number, where it is not one of the cluster's own history; empty for those
 * @param read makes an entry of a stored event
 */
record HistoryPage(String persistenceId, String prefix, Function<StoredEvent, HistoryEntry> read) {
    private static final int SIZE = 200;

    Query.EventsByPersistenceId query(long after) {
        return new Query.EventsByPersistenceId(persistenceId, after + 1, Long.MAX_VALUE, SIZE);
    }

    /**
     * The document of a page.
     *
     * @param wanted which of its entries are told
     */
    Map<String, Object> document(long after, List<StoredEvent> stored, Predicate<HistoryEntry> wanted) {
        List<HistoryEntry> all = stored.stream().map(read).toList();
        long upTo = all.isEmpty() ? after : all.getLast().sequenceNr();
        List<Map<String, Object>> entries = new ArrayList<>();
        all.stream().filter(wanted).map(this::entry).forEach(entries::add);
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("upTo", upTo);
        body.put("more", upTo > after);
        body.put("entries", entries);
        return body;
    }

    private Map<String, Object> entry(HistoryEntry entry) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("nr", prefix.isEmpty() ? (Object) entry.sequenceNr() : prefix + entry.sequenceNr());
        one.put("offset", entry.offset());
        one.put("at", HistoryEntry.time(entry.atMillis()));
        one.put("atMillis", entry.atMillis());
        one.put("type", entry.type());
        one.put("node", entry.node());
        one.put("by", entry.by());
        one.put("text", entry.text());
        return one;
    }
}
