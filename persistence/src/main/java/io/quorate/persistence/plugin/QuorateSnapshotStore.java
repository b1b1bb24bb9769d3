package io.quorate.persistence.plugin;

import com.typesafe.config.Config;
import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.Operation.DeleteSnapshots;
import io.quorate.persistence.contract.OperationCodec;
import io.quorate.persistence.contract.Payload;
import io.quorate.persistence.journal.Journal;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.journal.StoredSnapshot;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.persistence.SelectedSnapshot;
import org.apache.pekko.persistence.SnapshotMetadata;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;
import org.apache.pekko.persistence.snapshot.japi.SnapshotStore;
import scala.concurrent.Future;
import scala.jdk.javaapi.FutureConverters;
import scala.jdk.javaapi.OptionConverters;

/**
 * The snapshot store plugin, {@code quorate.snapshot}. Saved means on disk on a majority; loading sees everything saved
 * anywhere. A snapshot with its metadata has at most {@value Operation#MAX_OPERATION_BYTES} bytes.
 */
public final class QuorateSnapshotStore extends SnapshotStore {
    private final PatientJournal journal;
    private final EventForm form;

    /** What has to be known before a deletion: the next snapshot of the same entity comes after it. */
    private final UnderWay underWay = new UnderWay();

    /** Called by Pekko with the section {@code quorate.snapshot}. */
    public QuorateSnapshotStore(Config config) {
        ExtendedActorSystem system = (ExtendedActorSystem) context().system();
        this.journal = new PatientJournal(
                JournalExtension.get(system).journal(),
                system.scheduler(),
                context().dispatcher(),
                config.getDuration("patience"));
        this.form = new EventForm(system);
    }

    @Override
    public Future<Optional<SelectedSnapshot>> doLoadAsync(String persistenceId, SnapshotSelectionCriteria criteria) {
        Query.LatestSnapshot query = new Query.LatestSnapshot(
                persistenceId,
                Math.max(0, criteria.minSequenceNr()),
                criteria.maxSequenceNr(),
                Math.max(0, criteria.minTimestamp()),
                criteria.maxTimestamp());
        if (criteria.maxSequenceNr() < 0 || criteria.maxTimestamp() < 0) {
            return FutureConverters.asScala(CompletableFuture.completedFuture(Optional.<SelectedSnapshot>empty()));
        }
        return FutureConverters.asScala(journal.call(j -> j.barrier().thenCompose(index -> j.ask(query)))
                .thenApply(found -> found.map(this::selected)));
    }

    private SelectedSnapshot selected(StoredSnapshot stored) {
        EventForm.Snapshot snapshot = form.snapshotFromStored(
                stored.snapshot(), "the snapshot of " + stored.persistenceId() + " at " + stored.sequenceNr());
        SnapshotMetadata metadata =
                new SnapshotMetadata(stored.persistenceId(), stored.sequenceNr(), stored.timestampMillis());
        return SelectedSnapshot.create(
                snapshot.metadata().map(metadata::withMetadata).orElse(metadata), snapshot.state());
    }

    @Override
    public Future<Void> doSaveAsync(SnapshotMetadata metadata, Object snapshot) {
        Operation.SaveSnapshot save;
        try {
            if (!AppendPlan.nameFits(metadata.persistenceId())) {
                throw new IllegalArgumentException("the persistence id wants 1 to " + Operation.MAX_NAME_BYTES
                        + " bytes of UTF-8 without a NUL: " + metadata.persistenceId());
            }
            Payload payload = form.snapshotToStored(snapshot, OptionConverters.toJava(metadata.metadata()));
            save = new Operation.SaveSnapshot(
                    metadata.persistenceId(), metadata.sequenceNr(), metadata.timestamp(), payload);
            int size = OperationCodec.sizeOf(save);
            if (size > Operation.MAX_OPERATION_BYTES) {
                throw new IllegalArgumentException("the snapshot of " + metadata.persistenceId() + " at "
                        + metadata.sequenceNr() + " has " + size + " bytes; " + Operation.MAX_OPERATION_BYTES
                        + " are allowed: keep less in the entity's state, or split the entity");
            }
        } catch (Exception e) {
            return FutureConverters.asScala(CompletableFuture.<Void>failedFuture(e));
        }
        return FutureConverters.asScala(
                underWay.settled(metadata.persistenceId()).thenCompose(done -> submit(save)));
    }

    private CompletionStage<Void> submit(Operation operation) {
        return journal.call(j -> j.submit(operation)).thenApply(outcome -> null);
    }

    @Override
    public Future<Void> doDeleteAsync(SnapshotMetadata metadata) {
        boolean anyTime = metadata.timestamp() == 0;
        return FutureConverters.asScala(submit(new DeleteSnapshots(
                metadata.persistenceId(),
                metadata.sequenceNr(),
                metadata.sequenceNr(),
                anyTime ? 0 : metadata.timestamp(),
                anyTime ? Long.MAX_VALUE : metadata.timestamp())));
    }

    @Override
    public Future<Void> doDeleteAsync(String persistenceId, SnapshotSelectionCriteria criteria) {
        DeleteSnapshots delete = new DeleteSnapshots(
                persistenceId,
                Math.max(0, criteria.minSequenceNr()),
                criteria.maxSequenceNr(),
                Math.max(0, criteria.minTimestamp()),
                criteria.maxTimestamp());
        if (delete.maxSequenceNr() < Long.MAX_VALUE) {
            return FutureConverters.asScala(submit(delete));
        }
        // As the journal's: it may be repeated late, so it ends at what is there now.
        CompletableFuture<Optional<DeleteSnapshots>> bounded = underWay.settled(persistenceId)
                .thenCompose(done -> journal.call(j -> j.barrier().thenCompose(index -> bounded(j, delete))));
        underWay.begin(persistenceId, bounded);
        return FutureConverters.asScala(bounded.thenCompose(
                some -> some.map(this::submit).orElseGet(() -> CompletableFuture.completedFuture(null))));
    }

    /** What a deletion deletes, and nothing that is saved later; empty where there is nothing. */
    private static CompletionStage<Optional<DeleteSnapshots>> bounded(Journal journal, DeleteSnapshots delete) {
        return latest(journal, delete, delete.minTimestampMillis())
                .thenCompose(newest -> newest.isEmpty()
                        ? CompletableFuture.completedFuture(Optional.empty())
                        : lastSaved(journal, delete, newest.get().timestampMillis())
                                .thenApply(lastSaved -> Optional.of(new DeleteSnapshots(
                                        delete.persistenceId(),
                                        delete.minSequenceNr(),
                                        newest.get().sequenceNr(),
                                        delete.minTimestampMillis(),
                                        lastSaved))));
    }

    /** When the last of them was saved: where clocks differ not the one with the highest sequence number. */
    private static CompletionStage<Long> lastSaved(Journal journal, DeleteSnapshots delete, long knownMillis) {
        return knownMillis >= delete.maxTimestampMillis()
                ? CompletableFuture.completedFuture(knownMillis)
                : latest(journal, delete, knownMillis + 1)
                        .thenCompose(later -> later.isEmpty()
                                ? CompletableFuture.completedFuture(knownMillis)
                                : lastSaved(journal, delete, later.get().timestampMillis()));
    }

    private static CompletionStage<Optional<StoredSnapshot>> latest(
            Journal journal, DeleteSnapshots delete, long minTimestampMillis) {
        return journal.ask(new Query.LatestSnapshot(
                delete.persistenceId(),
                delete.minSequenceNr(),
                delete.maxSequenceNr(),
                minTimestampMillis,
                delete.maxTimestampMillis()));
    }
}
