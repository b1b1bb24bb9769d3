package io.quorate.persistence.plugin;

import io.quorate.persistence.contract.EventData;
import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.Operation.AppendEvents;
import io.quorate.persistence.contract.OperationCodec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.persistence.AtomicWrite;
import org.apache.pekko.persistence.PersistentRepr;
import scala.jdk.javaapi.CollectionConverters;

/**
 * What a batch of atomic writes becomes: the fewest appends, in order, each of one entity and one writer without a gap. An
 * atomic write is never split over two appends.
 *
 * @param appends to be submitted one after another
 * @param rejections one for each atomic write: empty, or why it is not stored
 */
record AppendPlan(List<AppendEvents> appends, List<Optional<Exception>> rejections) {

    /** Serializes and groups. What cannot be stored is rejected; places of the same number take its sequence numbers. */
    static AppendPlan of(Iterable<AtomicWrite> writes, EventForm form, long nowMillis) {
        List<AppendEvents> appends = new ArrayList<>();
        List<Optional<Exception>> rejections = new ArrayList<>();
        for (AtomicWrite write : writes) {
            List<PersistentRepr> events = CollectionConverters.asJava(write.payload());
            AppendEvents append;
            try {
                List<EventData> stored = new ArrayList<>(events.size());
                for (PersistentRepr event : events) {
                    stored.add(form.toStored(event));
                }
                append = append(write, events, stored, nowMillis);
                check(append);
                rejections.add(Optional.empty());
            } catch (Exception e) {
                rejections.add(Optional.of(e));
                if (!nameFits(write.persistenceId())) {
                    continue; // not even its place can be held
                }
                append = append(
                        write,
                        events,
                        events.stream().map(event -> EventForm.rejected()).toList(),
                        nowMillis);
            }
            addOrMerge(appends, append);
        }
        return new AppendPlan(appends, rejections);
    }

    private static AppendEvents append(
            AtomicWrite write, List<PersistentRepr> events, List<EventData> stored, long nowMillis) {
        return new AppendEvents(
                write.persistenceId(),
                write.lowestSequenceNr(),
                events.getFirst().writerUuid(),
                nowMillis,
                stored);
    }

    private static void addOrMerge(List<AppendEvents> appends, AppendEvents next) {
        if (!appends.isEmpty()) {
            AppendEvents last = appends.getLast();
            if (last.persistenceId().equals(next.persistenceId())
                    && last.writer().equals(next.writer())
                    && last.toSequenceNr() + 1 == next.fromSequenceNr()) {
                List<EventData> both = new ArrayList<>(last.events());
                both.addAll(next.events());
                AppendEvents merged = new AppendEvents(
                        last.persistenceId(), last.fromSequenceNr(), last.writer(), last.timestampMillis(), both);
                if (OperationCodec.sizeOf(merged) <= Operation.MAX_OPERATION_BYTES) {
                    appends.set(appends.size() - 1, merged);
                    return;
                }
            }
        }
        appends.add(next);
    }

    private static void check(AppendEvents append) {
        if (!nameFits(append.persistenceId())) {
            throw new IllegalArgumentException(wants("the persistence id", append.persistenceId()));
        }
        for (EventData event : append.events()) {
            for (String tag : event.tags()) {
                if (!nameFits(tag)) {
                    throw new IllegalArgumentException(wants("a tag of " + append.persistenceId(), tag));
                }
            }
        }
        int size = OperationCodec.sizeOf(append);
        if (size > Operation.MAX_OPERATION_BYTES) {
            throw new IllegalArgumentException(
                    "the " + append.events().size() + " events of " + append.persistenceId() + " from "
                            + append.fromSequenceNr() + " have " + size + " bytes together; "
                            + Operation.MAX_OPERATION_BYTES + " are allowed in one write: persist less at once");
        }
    }

    private static String wants(String what, String name) {
        return what + " wants 1 to " + Operation.MAX_NAME_BYTES + " bytes of UTF-8 without a NUL, has "
                + name.getBytes(StandardCharsets.UTF_8).length;
    }

    /** Whether the journal takes a persistence id or a tag. */
    static boolean nameFits(String name) {
        return !name.isEmpty()
                && name.indexOf('\0') < 0
                && name.getBytes(StandardCharsets.UTF_8).length <= Operation.MAX_NAME_BYTES;
    }
}
