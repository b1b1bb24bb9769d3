package io.quorate.node.recovery;

import io.quorate.node.contract.RecoveryPlan;
import io.quorate.node.fault.Failpoint;
import io.quorate.node.fault.Failpoints;
import io.quorate.node.folder.DataFolder;
import io.quorate.node.folder.FolderException;
import io.quorate.node.folder.Identity;
import io.quorate.node.membership.Membership;
import io.quorate.node.membership.MembershipState;
import io.quorate.node.trust.NodeTrust;
import io.quorate.persistence.backup.BackupException;
import io.quorate.persistence.backup.BackupHeader;
import io.quorate.persistence.backup.BackupReader;
import io.quorate.persistence.contract.ClusterEpoch;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.events.EventStore;
import io.quorate.persistence.events.JournalCut;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.raft.LoneGroup;
import io.quorate.persistence.store.KeyValueStore;
import io.quorate.persistence.store.StoreEngine;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * Makes a cluster of one node of a backup, in an empty data folder: what the journal has is that of the backup, and who belongs to the
 * cluster is that node alone. It is another cluster, with another authority, so that nothing of the old one takes it for its own.
 *
 * <p>{@code node.yaml} comes last. Where it is cut off before, the next one begins anew; the folder is marked until it is done.
 */
public final class Restoration {
    private static final Duration CERTIFICATE_LIFETIME = Duration.ofDays(365);

    private Restoration() {}

    /**
     * The node that is made.
     *
     * @param clusterAddress {@code host:port}, as the others
     */
    public record NewNode(String name, String clusterAddress, String apiAddress, String joinAddress) {}

    /**
     * Up to where the journal is restored; the whole of it where both are as large as can be.
     *
     * @param offset index of the last entry
     * @param millis time of the last event, by its writer's clock, since 1970
     */
    public record Until(long offset, long millis) {
        public static final Until END = new Until(Long.MAX_VALUE, Long.MAX_VALUE);
    }

    /** What came of it. */
    public record Restored(Identity identity, BackupHeader of, long index, long events) {}

    /**
     * Restores.
     *
     * @param folder holds no node, or what a restore has left that was cut off
     * @param random tells the new epoch from others
     * @param progress told how many events have been read, now and then
     * @param failpoints told of each step that lasts
     * @throws BackupException when the backup is not whole; then there is no node
     * @throws FolderException when the folder holds something else
     */
    public static Restored restore(
            DataFolder folder,
            StoreEngine engine,
            InputStream backup,
            Until until,
            NewNode node,
            int random,
            Clock clock,
            LongConsumer progress,
            Failpoints failpoints)
            throws IOException {
        Consumer<Failpoint> reached = point -> failpoints.reached(point, node.name());
        if (folder.identity().isPresent()) {
            throw new FolderException("the data folder holds the node "
                    + folder.identity().get().member().node()
                    + " already: a backup is restored into one of its own (--data-folder)");
        }
        folder.beginRestore();
        reached.accept(Failpoint.RESTORE_BEGUN);
        BackupReader reader = new BackupReader(backup);
        long events = 0;
        MembershipState known;
        MemberId self;
        try (KeyValueStore log = engine.open(folder.log());
                KeyValueStore store = engine.open(folder.events());
                EventStore copy = EventStore.open(store)) {
            events = adopt(reader, copy, until, count -> {
                reached.accept(Failpoint.RESTORE_CHUNK);
                progress.accept(count);
            });
            known = Reconfiguration.known(copy, new Membership("", ClusterEpoch.FIRST, List.of()));
            self = known.nextMember(node.name(), node.clusterAddress());
            LoneGroup.found(log, copy, self);
            reached.accept(Failpoint.RESTORE_FOUNDED);
            Identity identity = identity(node, self, known.epoch().next(random));
            folder.storeRecovery(plan(identity, known, reader.header(), copy.appliedIndex(), clock.millis()));
            reached.accept(Failpoint.RESTORE_PLANNED);
            NodeTrust.stageFounded(
                    folder,
                    identity.clusterId(),
                    node.name(),
                    NodeTrust.names(node.name(), self.host(), List.of()),
                    CERTIFICATE_LIFETIME,
                    clock);
            reached.accept(Failpoint.CERTIFICATES_STAGED);
            folder.adoptTls(identity.clusterId());
            reached.accept(Failpoint.CERTIFICATES_TAKEN);
            folder.store(identity);
            reached.accept(Failpoint.RESTORE_STORED);
            folder.endRestore();
            return new Restored(identity, reader.header(), copy.appliedIndex(), events);
        }
    }

    private static Identity identity(NewNode node, MemberId self, ClusterEpoch epoch) {
        return new Identity(
                UUID.randomUUID().toString(),
                epoch,
                self,
                node.apiAddress(),
                node.joinAddress(),
                List.of(self),
                Identity.Replica.MEMBER,
                List.of(),
                "",
                "");
    }

    private static RecoveryPlan plan(
            Identity identity, MembershipState known, BackupHeader of, long index, long atMillis) {
        return new RecoveryPlan(
                identity.clusterId(),
                identity.epoch().toString(),
                known.epoch().toString(),
                identity.member().toString(),
                List.of(),
                known.nodes().values().stream()
                        .map(member -> member.member().toString())
                        .toList(),
                "quorate restore on " + identity.member().node(),
                atMillis,
                index,
                "restored from a backup of cluster " + of.clusterId() + ", taken on " + of.node() + ", up to index "
                        + index + (index < of.index() ? " of " + of.index() : ""),
                true);
    }

    private static long adopt(BackupReader reader, EventStore copy, Until until, LongConsumer progress)
            throws IOException {
        long events = 0;
        boolean past = false;
        long upTo = 0;
        for (Optional<Query.Entries> next = reader.next(); next.isPresent(); next = reader.next()) {
            List<Query.Entry> wanted = new ArrayList<>();
            for (Query.Entry entry : next.get().entries()) {
                JournalCut.Contents contents = JournalCut.contents(entry);
                past |= entry.index() > until.offset() || contents.newestMillis() > until.millis();
                if (!past) { // the rest is read, so that the whole of it is checked
                    wanted.add(entry);
                    events += contents.events();
                }
            }
            if (!wanted.isEmpty()) {
                upTo = wanted.getLast().index();
                copy.adopt(new Query.Entries(
                        wanted, upTo, reader.header().term(), reader.header().index()));
                copy.flush();
                progress.accept(events);
            }
        }
        BackupHeader header = reader.header();
        if (!past) {
            copy.adopt(new Query.Entries(List.of(), header.index(), header.term(), header.index()));
        } else if (upTo == 0) {
            throw new BackupException("nothing in it is as old as that: its first event is younger");
        }
        copy.sync();
        return events;
    }
}
