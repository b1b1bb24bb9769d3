package io.quorate.node;

import io.quorate.node.aggregate.HostedAggregate;
import io.quorate.node.contract.Asked;
import io.quorate.node.contract.MembershipForm;
import io.quorate.node.contract.MembershipMessage;
import io.quorate.node.contract.RecoveryPlan;
import io.quorate.node.contract.SurvivorReport;
import io.quorate.node.folder.DataFolder;
import io.quorate.node.folder.Identity;
import io.quorate.node.lead.Contacts;
import io.quorate.node.membership.MembershipState;
import io.quorate.node.presence.Transition;
import io.quorate.node.recovery.Assessment;
import io.quorate.node.recovery.Recovery;
import io.quorate.node.role.Role;
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
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
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
        if (isInEpoch(committed.state())) {
            plan.ifPresent(done -> folder.endRecovery());
            return;
        }
        if (!committed.leading()) {
            return;
        }
        MembershipMessage recover = new MembershipMessage.Recover(
                identity().epoch().toString(),
                identity().member().toString(),
                plan.map(RecoveryPlan::kept).orElse(List.of()),
                plan.map(RecoveryPlan::lost).orElse(List.of()),
                plan.map(RecoveryPlan::offset).orElseGet(events::appliedIndex),
                plan.map(RecoveryPlan::note).orElse("what was known when it was ordered is lost"),
                plan.map(RecoveryPlan::atMillis).orElseGet(System::currentTimeMillis),
                identity().apiAddress(),
                identity().joinAddress(),
                plan.filter(RecoveryPlan::newAuthority)
                        .map(done -> trust.fingerprint())
                        .orElse(""));
        parts.membershipCommand(new Asked(recover, plan.map(RecoveryPlan::by).orElse("")), true)
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        LOG.warn("the journal could not be told of the recovery yet: {}", failure.getMessage());
                    }
                });
    }

    /** Whether the journal knows of the epoch that this node is in; a leader decides nothing else before. */
    boolean isInEpoch(MembershipState state) {
        return state.nodes().isEmpty() || state.epoch().equals(identity().epoch());
    }

    /** What this node has, for who decides on a recovery. */
    CompletionStage<SurvivorReport> survivor() {
        RaftReplica replica = parts.replica();
        if (replica == null) {
            List<String> voters = parts.membership().nodes().values().stream()
                    .filter(node -> node.role() == Role.VOTER)
                    .map(node -> node.member().node())
                    .toList();
            return CompletableFuture.completedFuture(
                    survivor(0, events.appliedTerm(), events.appliedIndex(), "", voters));
        }
        return replica.report()
                .thenApply(report -> survivor(
                        report.term(),
                        report.lastLogTerm(),
                        report.lastLogIndex(),
                        report.leader().map(MemberId::node).orElse(""),
                        report.voters().stream().map(MemberId::node).toList()));
    }

    private SurvivorReport survivor(long term, long lastTerm, long lastIndex, String leads, List<String> voters) {
        Identity now = identity();
        return new SurvivorReport(
                now.clusterId(),
                now.epoch().toString(),
                now.member().toString(),
                now.replica().name().toLowerCase(Locale.ROOT),
                term,
                lastTerm,
                lastIndex,
                events.appliedIndex(),
                leads,
                voters,
                parts.version());
    }

    /**
     * Judges whether the cluster may be recovered.
     *
     * @param at addresses, {@code host:port}, where survivors are that are not where they are known to be
     * @param base name of the node to go on with; empty for the best one
     */
    CompletionStage<Assessment> assess(List<String> at, String base) {
        MembershipState state = parts.membership();
        RecoverySurvey survey = new RecoverySurvey(
                Thread::startVirtualThread,
                address -> (address.equals(identity().member().address())
                        ? survivor()
                        : parts.ask(address, new byte[] {SURVIVOR}, SURVEY_PATIENCE)
                                .thenApply(bytes -> MembershipForm.read(bytes, SurvivorReport.class))));
        List<RecoverySurvey.Asked> members = state.nodes().values().stream()
                .filter(node -> !node.isWorker())
                .map(node -> new RecoverySurvey.Asked(
                        node.member(), node.listed(), contacts.book().of(node.member())))
                .toList();
        return survey.of(members)
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
        if (!ordered.clusterId().equals(now.clusterId())
                || !ordered.previousEpoch().equals(now.epoch().toString())
                || !now.holdsCopy()
                || led) {
            return CompletableFuture.failedFuture(new JournalException(
                    Kind.INVALID,
                    now.member().node()
                            + (led ? " knows a leader by now" : " is not what it was when this was decided")
                            + ": look again with `quorate recover --dry-run`"));
        }
        become.accept(new Transition.Recover(
                ordered.as(parts.membership().nextMember(now.member()).toString())));
        return CompletableFuture.completedFuture(new byte[] {1});
    }
}
