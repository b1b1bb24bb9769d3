package io.quorate.node;

import io.quorate.node.aggregate.HostedAggregate;
import io.quorate.node.contract.Asked;
import io.quorate.node.contract.MembershipForm;
import io.quorate.node.contract.RecoveryPlan;
import io.quorate.node.contract.SurvivorReport;
import io.quorate.node.folder.DataFolder;
import io.quorate.node.folder.Identity;
import io.quorate.node.lead.Contacts;
import io.quorate.node.membership.MembershipState;
import io.quorate.node.presence.Transition;
import io.quorate.node.recovery.Assessment;
import io.quorate.node.recovery.Recovery;
import io.quorate.node.recovery.RecoverySurvey;
import io.quorate.node.recovery.Survivor;
import io.quorate.node.trust.NodeTrust;
import io.quorate.persistence.backup.BackupHeader;
import io.quorate.persistence.backup.BackupWriter;
import io.quorate.persistence.contract.ByteWriter;
import io.quorate.persistence.contract.ClusterEpoch;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.events.EventStore;
import io.quorate.persistence.events.JournalCut;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.JournalException.Kind;
import io.quorate.persistence.raft.RaftReplica;
import io.quorate.persistence.raft.ReplicaReport;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node asks and answers when a majority is lost: what each has, whether the cluster may be recovered, and with whom; and the backup
 * that one takes before it comes to that. The decisions are in {@link io.quorate.node.recovery}. Any thread.
 */
final class RecoveryExchange {
    private static final Logger LOG = LoggerFactory.getLogger(RecoveryExchange.class);

    /** Requests to the actor of a node: what it has, and to be the one that the cluster goes on with. */
    static final int SURVIVOR = 11;

    static final int RECOVER = 12;

    private static final Duration SURVEY_PATIENCE = Duration.ofSeconds(2);

    private final NodeParts parts;
    private final DataFolder folder;
    private final EventStore events;
    private final NodeTrust trust;
    private final Contacts contacts;
    private final Consumer<Transition> become;

    /** Nothing writes one while this part of a node runs. */
    private final Optional<RecoveryPlan> plan;

    RecoveryExchange(
            NodeParts parts,
            DataFolder folder,
            EventStore events,
            NodeTrust trust,
            Contacts contacts,
            Consumer<Transition> become) {
        this.parts = parts;
        this.folder = folder;
        this.events = events;
        this.trust = trust;
        this.contacts = contacts;
        this.become = become;
        this.plan = Recovery.plan(folder)
                .filter(planned ->
                        ClusterEpoch.parse(planned.epoch()).equals(identity().epoch()));
    }

    private Identity identity() {
        return parts.identity();
    }

    /** Has the journal told of a recovery that was done on this node; once it has, nothing is left to do. */
    void journalled(HostedAggregate.Committed<MembershipState> committed) {
        if (committed.state().isIn(identity().epoch())) {
            plan.ifPresent(done -> folder.endRecovery());
            return;
        }
        if (!committed.leading()) {
            return;
        }
        Asked recover = Survivor.toTell(
                identity(), plan, events.appliedIndex(), System.currentTimeMillis(), trust.fingerprint());
        parts.membershipCommand(recover, true).whenComplete((done, failure) -> {
            if (failure != null) {
                LOG.warn("the journal could not be told of the recovery yet: {}", failure.getMessage());
            }
        });
    }

    /** What this node has, for who decides on a recovery. */
    CompletionStage<SurvivorReport> survivor() {
        RaftReplica replica = parts.replica();
        CompletionStage<Optional<ReplicaReport>> report = replica == null
                ? CompletableFuture.completedFuture(Optional.empty())
                : replica.report().thenApply(Optional::of);
        return report.thenApply(now -> Survivor.report(
                identity(), now, events.appliedTerm(), events.appliedIndex(), parts.membership(), parts.version()));
    }

    /**
     * Judges whether the cluster may be recovered.
     *
     * @param at addresses, {@code host:port}, where survivors are that are not where they are known to be
     * @param base name of the node to go on with; empty for the best one
     */
    CompletionStage<Assessment> assess(List<String> at, String base) {
        RecoverySurvey survey = new RecoverySurvey(
                address -> SocketProbe.of(address, Thread::startVirtualThread),
                address -> (address.equals(identity().member().address())
                        ? survivor()
                        : parts.ask(address, new byte[] {SURVIVOR}, SURVEY_PATIENCE)
                                .thenApply(bytes -> MembershipForm.read(bytes, SurvivorReport.class))));
        return survey.of(parts.membership(), contacts.book()::of)
                .thenCompose(findings -> survey.elsewhere(findings, at))
                .thenApply(findings -> Assessment.of(findings, identity().epoch(), base));
    }

    /**
     * Writes a backup of what this replica has now. Blocks until all of it is written; nobody else waits for it.
     *
     * @throws JournalException where there is no copy here
     */
    void backup(OutputStream out, long nowMillis) throws IOException {
        Identity now = identity();
        if (!now.holdsCopy()) {
            throw new JournalException(
                    Kind.INVALID,
                    now.member().node() + " has no copy of the journal: take the backup on a master or standby node");
        }
        try (JournalCut cut = events.cut()) {
            if (!cut.isWhole()) {
                throw new JournalException(
                        Kind.NO_LEADER,
                        now.member().node()
                                + " is catching up, and its copy is not whole: take the backup on another node, or"
                                + " again in a moment");
            }
            BackupWriter.write(
                    new BackupHeader(
                            now.clusterId(),
                            now.epoch().toString(),
                            now.member().node(),
                            nowMillis,
                            cut.index(),
                            cut.term(),
                            parts.version()),
                    cut,
                    out);
        }
    }

    /** Begins a recovery with the node that was chosen for it, here or elsewhere. */
    CompletionStage<byte[]> begin(RecoveryPlan ordered) {
        MemberId base = MemberId.parse(ordered.member());
        return base.node().equals(identity().member().node())
                ? recover(ordered)
                : parts.ask(
                        base,
                        new ByteWriter(1024)
                                .u8(RECOVER)
                                .block(MembershipForm.bytes(ordered))
                                .toBytes());
    }

    /** This node is to be the one that the cluster goes on with. */
    CompletionStage<byte[]> recover(RecoveryPlan ordered) {
        Identity now = identity();
        RaftReplica replica = parts.replica();
        boolean led = replica != null && replica.leadership().leader().isPresent();
        Optional<String> refusal = Survivor.refusal(ordered, now, led);
        if (refusal.isPresent()) {
            return CompletableFuture.failedFuture(new JournalException(Kind.INVALID, refusal.get()));
        }
        become.accept(new Transition.Recover(Survivor.planned(ordered, now, parts.membership())));
        return CompletableFuture.completedFuture(new byte[] {1});
    }
}
