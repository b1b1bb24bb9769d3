package io.quorate.persistence.events;

import io.quorate.persistence.contract.EventData;
import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.Operation.AppendEvents;
import io.quorate.persistence.contract.Operation.Barrier;
import io.quorate.persistence.contract.Operation.DeleteEvents;
import io.quorate.persistence.contract.Operation.DeleteSnapshots;
import io.quorate.persistence.contract.Operation.SaveSnapshot;
import io.quorate.persistence.contract.OperationCodec;
import io.quorate.persistence.contract.Outcome;
import io.quorate.persistence.contract.Payload;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.Offset;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.journal.StoredEvent;
import io.quorate.persistence.store.IncomingFiles;
import io.quorate.persistence.store.KeyValueStore;
import io.quorate.persistence.store.StorageException;
import io.quorate.persistence.store.StoreFile;
import io.quorate.persistence.store.WriteBatch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The replicated state machine on a key-value store. {@link #apply}, {@link #adopt}, {@link #skip}, {@link #flush} and {@link
 * #sync} are called by one thread; {@link #ask} and {@link #appliedIndex} by any.
 *
 * <p>An append costs one record of where it is; an entry one record with all of its operations, byte for byte as they were
 * committed; a flush one head for each entity that it touched, and the applied index.
 */
public final class EventStore implements AutoCloseable {
    /** Heads that are kept in memory; each is about 100 bytes. */
    private static final int HEADS = 20_000;

    private final KeyValueStore store;
    private final Answers answers;
    private final PendingChanges changes;
    private SyncPoint synced;
    private Reclaim reclaim;
    private final Map<String, Head> dirtyHeads = new HashMap<>();
    private final LinkedHashMap<String, Head> heads = new LinkedHashMap<>(1024, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Head> eldest) {
            return size() > HEADS;
        }
    };

    private final Map<String, Watched> watched = new ConcurrentHashMap<>();
    private long pendingIndex;
    private long pendingTerm;
    private long pendingKilledAt;
    private volatile Applied applied = Applied.NOTHING;

    /** Where the store was when something was written that is not whole, the last time. */
    private volatile long tornAt;

    private static final class Watched {
        private final Consumer<List<StoredEvent>> watcher;
        private List<StoredEvent> pending = new ArrayList<>();

        Watched(Consumer<List<StoredEvent>> watcher) {
            this.watcher = watcher;
        }
    }

    private EventStore(KeyValueStore store) {
        this.store = store;
        this.changes = new PendingChanges(store);
        this.answers = new Answers(store);
        this.synced = SyncPoint.open(store);
        this.reclaim = Reclaim.open(store);
    }

    /**
     * Opens the state in a store; creates it where the store is empty. Where a power loss has taken a part of it, the state is that
     * of the last {@link #sync}: whoever wrote brings the rest again.
     *
     * @throws StorageException {@code CORRUPT} when a newer release has written it
     */
    public static EventStore open(KeyValueStore store) {
        Applied.refuseNewerLayout(store.get(Keys.APPLIED));
        EventStore events = new EventStore(store);
        events.readApplied();
        return events;
    }

    private void readApplied() {
        Applied found = Applied.read(store.get(Keys.APPLIED));
        pendingIndex = found.index();
        pendingTerm = found.term();
        pendingKilledAt = found.killedAt();
        tornAt = found.isWhole() ? 0 : found.index();
        applied = found;
    }

    /**
     * Applies one entry of the log in memory; nothing is visible to {@link #ask} or on disk before {@link #flush}. Entries at or
     * below the applied index change nothing (replay after a restart) and answer an empty list.
     *
     * @param entry the batch of operations as {@code OperationCodec} encodes it
     * @return one outcome for each operation of the entry
     * @throws IllegalStateException when entries before this one are missing, or the store is not whole
     */
    public List<Outcome> apply(long index, long term, byte[] entry) {
        if (index <= pendingIndex) {
            return List.of();
        }
        if (index != pendingIndex + 1) {
            throw new IllegalStateException("entry " + index + " was to be applied over " + pendingIndex
                    + ": the entries in between are missing");
        }
        if (!pendingIsWhole()) {
            throw new IllegalStateException("entry " + index + " was to be applied to a copy that is whole from index "
                    + pendingKilledAt + " on: up to there it has to come by the journal stream");
        }
        List<Operation> operations = OperationCodec.decode(entry);
        List<Operation> resolved = new ArrayList<>(operations.size());
        List<Outcome> outcomes = new ArrayList<>(operations.size());
        BitSet alive = new BitSet(operations.size());
        int ordinal = 0;
        boolean changed = false;
        for (int position = 0; position < operations.size(); position++) {
            Operation operation = operations.get(position);
            Operation stored = operation;
            Outcome outcome = switch (operation) {
                case Barrier barrier -> new Outcome.Applied(index, 0);
                case AppendEvents append -> {
                    Outcome decided = decide(append, index, position, ordinal, operations);
                    if (decided instanceof Outcome.Applied applied
                            && applied.index() == index
                            && applied.ordinal() == ordinal) {
                        place(append, index, position, ordinal);
                        alive.set(position);
                    }
                    ordinal += append.events().size();
                    yield decided;
                }
                case DeleteEvents delete -> {
                    DeleteEvents fact = new DeleteEvents(
                            delete.persistenceId(),
                            delete.toSequenceNr(),
                            head(delete.persistenceId()).highest());
                    stored = fact;
                    changed = true;
                    deleteEvents(fact, index);
                    alive.set(position);
                    yield new Outcome.Applied(index, 0);
                }
                case SaveSnapshot save -> {
                    saveSnapshot(save, index, position, alive);
                    alive.set(position);
                    yield new Outcome.Applied(index, 0);
                }
                case DeleteSnapshots delete -> {
                    deleteSnapshots(delete, alive, index);
                    alive.set(position);
                    yield new Outcome.Applied(index, 0);
                }
            };
            resolved.add(stored);
            outcomes.add(outcome);
        }
        if (!alive.isEmpty()) {
            byte[] batch = changed ? OperationCodec.encode(resolved) : entry;
            changes.put(Keys.entry(index), new StoredEntry(index, term, alive, batch).toBytes());
        }
        pendingIndex = index;
        pendingTerm = term;
        return outcomes;
    }

    private Outcome decide(AppendEvents append, long index, int position, int ordinal, List<Operation> entry) {
        Head head = head(append.persistenceId());
        long highest = head.highest();
        if (append.fromSequenceNr() == highest + 1) {
            return new Outcome.Applied(index, ordinal);
        }
        if (append.toSequenceNr() <= highest && append.toSequenceNr() > head.deletedTo()) {
            byte[] key = Keys.append(append.persistenceId(), append.toSequenceNr());
            byte[] value = changes.get(key);
            Place place = value == null ? null : Place.read(value);
            if (place != null && place.number() == append.fromSequenceNr()) {
                List<Operation> operations =
                        place.index() == index ? entry : load(place.index()).operations();
                if (operations.get(place.position()) instanceof AppendEvents stored && sameWrite(stored, append)) {
                    return new Outcome.Applied(place.index(), ordinalOf(operations, place.position()));
                }
            }
        }
        return new Outcome.Fenced(index, highest);
    }

    private static boolean sameWrite(AppendEvents stored, AppendEvents again) {
        if (!stored.writer().equals(again.writer())
                || stored.events().size() != again.events().size()) {
            return false;
        }
        for (int i = 0; i < stored.events().size(); i++) {
            Payload a = stored.events().get(i).payload();
            Payload b = again.events().get(i).payload();
            if (a.serializerId() != b.serializerId()
                    || !a.manifest().equals(b.manifest())
                    || !Arrays.equals(a.bytes(), b.bytes())) {
                return false;
            }
        }
        return true;
    }

    /** Ordinal of the first event of the operation at a position of its entry. */
    static int ordinalOf(List<Operation> operations, int position) {
        int ordinal = 0;
        for (Operation before : operations.subList(0, position)) {
            if (before instanceof AppendEvents append) {
                ordinal += append.events().size();
            }
        }
        return ordinal;
    }

    private void place(AppendEvents append, long index, int position, int firstOrdinal) {
        String id = append.persistenceId();
        changes.put(
                Keys.append(id, append.toSequenceNr()), new Place(index, position, append.fromSequenceNr()).toBytes());
        Watched by = watched.get(id);
        if (by != null) {
            for (int i = 0; i < append.events().size(); i++) {
                by.pending.add(Answers.event(append, i, new Offset(index, firstOrdinal + i)));
            }
        }
        int ordinal = firstOrdinal;
        for (EventData event : append.events()) {
            for (String tag : event.tags()) {
                changes.put(
                        Keys.tag(tag, index, ordinal),
                        new Place(index, position, append.fromSequenceNr() + ordinal - firstOrdinal).toBytes());
            }
            ordinal++;
        }
        Head head = head(id);
        dirtyHeads.put(id, new Head(head.deletedTo(), Math.max(head.highest(), append.toSequenceNr())));
    }

    /** The head tells that they are deleted; taken away they are once that is on disk. */
    private void deleteEvents(DeleteEvents delete, long index) {
        String id = delete.persistenceId();
        Head head = head(id);
        long highest = Math.max(head.highest(), delete.highestSequenceNr());
        long to = Math.min(delete.toSequenceNr(), highest);
        if (to > head.deletedTo()) {
            reclaim.add(id, changes);
        }
        dirtyHeads.put(id, new Head(Math.max(head.deletedTo(), to), highest));
        killed(index);
    }

    /** The entry at an index has deleted something that came before it. */
    private void killed(long index) {
        pendingKilledAt = Math.max(pendingKilledAt, index);
    }

    private void saveSnapshot(SaveSnapshot save, long index, int position, BitSet aliveHere) {
        byte[] key = Keys.snapshot(save.persistenceId(), save.sequenceNr());
        byte[] place = new Place(index, position, save.timestampMillis()).toBytes();
        byte[] replaced = changes.get(key);
        if (replaced == null) {
            changes.put(key, place);
        } else {
            bury(Place.read(replaced), aliveHere, index);
            changes.replace(key, place);
            killed(index);
        }
    }

    private void deleteSnapshots(DeleteSnapshots delete, BitSet aliveHere, long indexHere) {
        byte[] first = Keys.snapshot(delete.persistenceId(), Math.max(0, delete.minSequenceNr()));
        for (Map.Entry<byte[], byte[]> entry :
                changes.withPrefix(Keys.prefix(first, 8), first).entrySet()) {
            Place place = Place.read(entry.getValue());
            if (Keys.numberAt(entry.getKey(), 8) > delete.maxSequenceNr()) {
                break;
            }
            if (place.number() >= delete.minTimestampMillis() && place.number() <= delete.maxTimestampMillis()) {
                changes.delete(entry.getKey());
                bury(place, aliveHere, indexHere);
                killed(indexHere);
            }
        }
    }

    /** A snapshot is dead; its entry goes when it was the last one alive. */
    private void bury(Place place, BitSet aliveHere, long indexHere) {
        if (place.index() == indexHere) {
            aliveHere.clear(place.position());
            return;
        }
        byte[] bytes = changes.get(Keys.entry(place.index()));
        if (bytes == null) {
            return;
        }
        StoredEntry entry = StoredEntry.read(place.index(), bytes);
        StoredEntry rest = entry.without(place.position());
        if (rest.alive().isEmpty()) {
            changes.delete(Keys.entry(place.index()));
        } else {
            changes.replace(Keys.entry(place.index()), rest.toBytes());
        }
    }

    private StoredEntry load(long index) {
        byte[] bytes = changes.get(Keys.entry(index));
        if (bytes == null) {
            throw new StorageException(
                    StorageException.Kind.CORRUPT,
                    Path.of("backend", "events"),
                    "backend/events is corrupt: entry " + index
                            + " is referred to and missing. Keep a copy of the folder; then `quorate repair` seeds this node"
                            + " again from the group");
        }
        return StoredEntry.read(index, bytes);
    }

    private Head head(String persistenceId) {
        Head dirty = dirtyHeads.get(persistenceId);
        if (dirty != null) {
            return dirty;
        }
        return heads.computeIfAbsent(persistenceId, id -> Head.read(store.get(Keys.head(id))));
    }

    /** Index up to which everything is applied, unflushed entries included. */
    public long pendingIndex() {
        return pendingIndex;
    }

    /**
     * Whether what is at {@link #pendingIndex} is the state at that index. Entries of the journal stream come as they are at their source:
     * what was deleted there since is missing in them, and before the deletion has come as well an entity may seem to have been less far than it
     * was. Until then nothing may be decided here, and nothing read.
     */
    public boolean pendingIsWhole() {
        return pendingIndex >= pendingKilledAt;
    }

    /** The same of what {@link #ask} sees, any thread. */
    public boolean isWhole() {
        return applied.isWhole();
    }

    /**
     * Takes what is here for whole, where nobody has the rest any more: what is deleted by entries that are lost stays deleted in part.
     *
     * @return whether it was not
     */
    public boolean takeAsWhole() {
        if (pendingIsWhole()) {
            return false;
        }
        sync();
        pendingKilledAt = pendingIndex;
        applied = new Applied(pendingIndex, pendingTerm, pendingKilledAt);
        store.write(new WriteBatch().put(Keys.APPLIED, applied.toBytes()), true);
        synced.advance(applied);
        return true;
    }

    /** Notes that the log has reached an index with an entry of the engine's own, which has no operations. */
    public void skip(long index, long term) {
        if (index > pendingIndex) {
            pendingIndex = index;
            pendingTerm = term;
        }
    }

    /**
     * Stores what comes from the journal stream; facts, not requests: nothing is refused. Entries that are here already change
     * nothing.
     *
     * @throws StorageException {@code CORRUPT} when an entry was damaged on its way
     */
    public void adopt(Query.Entries entries) {
        if (entries.upTo() <= pendingIndex) {
            return;
        }
        for (Query.Entry streamed : entries.entries()) {
            if (streamed.index() <= pendingIndex) {
                continue;
            }
            StoredEntry entry = StoredEntry.read(streamed.index(), streamed.bytes());
            BitSet alive = (BitSet) entry.alive().clone();
            List<Operation> operations = entry.operations();
            int ordinal = 0;
            for (int position = 0; position < operations.size(); position++) {
                Operation operation = operations.get(position);
                if (entry.alive().get(position)) {
                    switch (operation) {
                        case AppendEvents append -> place(append, entry.index(), position, ordinal);
                        case DeleteEvents delete -> deleteEvents(delete, entry.index());
                        case SaveSnapshot save -> saveSnapshot(save, entry.index(), position, alive);
                        case DeleteSnapshots delete -> deleteSnapshots(delete, alive, entry.index());
                        case Barrier barrier -> {}
                    }
                }
                if (operation instanceof AppendEvents append) {
                    ordinal += append.events().size();
                }
            }
            changes.put(Keys.entry(entry.index()), streamed.bytes());
            pendingIndex = entry.index();
            pendingTerm = entry.term();
        }
        if (entries.upTo() > pendingIndex) {
            pendingIndex = entries.upTo();
            pendingTerm = entries.term();
        }
        killed(entries.killedAt());
    }

    /** Whether nothing is here yet, and the files of another node's store can take the place of those of this one. */
    public boolean canBeSeeded() {
        return pendingIndex == 0 && store.files().isPresent();
    }

    /**
     * Begins to gather the files of a checkpoint of another node's store; by the thread that applies.
     *
     * @throws IllegalArgumentException where they are no files of a store
     * @throws StorageException where there is no room for them
     */
    public IncomingFiles receive(List<Query.CheckpointFile> files) {
        return store.files()
                .orElseThrow(() -> new IllegalStateException("this store is not made of files"))
                .receive(files.stream()
                        .map(file -> new StoreFile(file.name(), file.bytes()))
                        .toList());
    }

    /**
     * Begins with what another node's store held, as it is on disk on return: it is committed, whatever this one held was nothing. Who
     * watches an entity is not told of its events.
     *
     * @throws StorageException when the files are not whole, or of a newer release: nothing has happened then
     * @throws IllegalStateException when something is here already
     */
    public void seed(IncomingFiles files) {
        if (!canBeSeeded()) {
            throw new IllegalStateException("this store is not empty: it is at index " + pendingIndex);
        }
        files.complete(EventStore::open);
        store.files().orElseThrow().replaceBy(files);
        synced = SyncPoint.open(store);
        reclaim = Reclaim.open(store);
        heads.clear();
        dirtyHeads.clear();
        readApplied();
    }

    /**
     * Writes everything applied since the last flush as one batch, together with the applied index; and takes away a piece of what is
     * deleted. Not durable by itself.
     */
    public void flush() {
        if (pendingIndex != applied.index()) {
            write();
        }
        if (!reclaim.isDone()) {
            synced.advance(applied);
            reclaim.takePiece();
        }
    }

    /** Whether the next {@link #flush} has something to take away, though nothing is applied until then. */
    public boolean hasMoreToTakeAway() {
        return !reclaim.isDone();
    }

    private void write() {
        if (changes.isDestructive()) {
            synced.advance(applied);
        }
        Map<String, Head> before = new HashMap<>();
        // A deletion from an entity that has never been leaves no trace of it.
        dirtyHeads.values().removeIf(Head.NONE::equals);
        dirtyHeads.forEach((id, head) -> {
            changes.put(Keys.head(id), head.toBytes());
            before.put(id, heads.containsKey(id) ? heads.get(id) : Head.read(store.get(Keys.head(id))));
            heads.put(id, head);
        });
        Applied next = new Applied(pendingIndex, pendingTerm, pendingKilledAt);
        changes.put(Keys.APPLIED, next.toBytes());
        synced.record(applied.index(), pendingIndex, before, changes);
        boolean destructive = changes.isDestructive();
        if (!next.isWhole()) {
            tornAt = next.index();
            applied = new Applied(
                    applied.index(), applied.term(), next.killedAt()); // before anybody sees what is written
        }
        changes.write();
        if (destructive || synced.isFarBack()) {
            synced.advance(next);
        }
        dirtyHeads.clear();
        applied = next;
        for (Watched each : watched.values()) {
            if (!each.pending.isEmpty()) {
                List<StoredEvent> events = each.pending;
                each.pending = new ArrayList<>();
                each.watcher.accept(events);
            }
        }
    }

    /** Flushes; on return all of it is on disk. A Raft snapshot, which lets the log be cut, comes after this. */
    public void sync() {
        flush();
        synced.advance(applied);
    }

    /** Index up to which {@link #ask} sees everything. */
    public long appliedIndex() {
        return applied.index();
    }

    /**
     * Hands on an entity's new events as they become visible to {@link #ask}: whoever keeps a state up to date need not read
     * them again. One watcher for each entity; any thread may register it.
     *
     * @param watcher called by the thread that applies, in order and without a gap from some event on; must return at once
     */
    public void watch(String persistenceId, Consumer<List<StoredEvent>> watcher) {
        watched.put(persistenceId, new Watched(watcher));
    }

    /** Raft term of the entry at {@link #appliedIndex()}. */
    public long appliedTerm() {
        return applied.term();
    }

    /** Answers a query; blocks on the disk for as long as a bounded read takes. */
    public <A> A ask(Query<A> query) {
        return answers.to(query);
    }

    /**
     * As {@link #ask}, and never an answer from a store that is not whole, but to whoever copies it.
     *
     * @throws JournalException {@code NO_LEADER} where it is not: another replica may be asked, or this one again
     */
    public <A> A askWhole(Query<A> query) {
        if (copies(query)) {
            return answers.to(query);
        }
        long torn = tornAt;
        if (isWhole()) {
            A answer = answers.to(query);
            if (isWhole() && torn == tornAt) {
                return answer;
            }
        }
        throw new JournalException(
                JournalException.Kind.NO_LEADER,
                "this copy of the journal is catching up: it is at index " + appliedIndex()
                        + ", and can be read again at index " + applied.killedAt());
    }

    private static boolean copies(Query<?> query) {
        return query instanceof Query.EntriesAfter
                || query instanceof Query.TakeCheckpoint
                || query instanceof Query.CheckpointPart
                || query instanceof Query.DropCheckpoint;
    }

    /** Everything that is visible to {@link #ask} now, to be read while others go on writing; any thread. To be closed soon: it keeps old files. */
    public JournalCut cut() {
        return new JournalCut(store);
    }

    /** Flushes; the key-value store stays open, it is its opener's. */
    @Override
    public void close() {
        flush();
    }
}
