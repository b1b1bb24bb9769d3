package io.quorate.node;

import io.quorate.node.backup.BackupAttempt;
import io.quorate.node.backup.BackupFolder;
import io.quorate.node.backup.BackupPlanner;
import io.quorate.node.backup.BackupStep;
import io.quorate.node.contract.Asked;
import io.quorate.node.contract.BackupOrder;
import io.quorate.node.contract.BackupReport;
import io.quorate.node.contract.MembershipForm;
import io.quorate.node.contract.MembershipMessage;
import io.quorate.node.membership.BackupSchedule;
import io.quorate.node.membership.MembershipState;
import io.quorate.node.role.ClusterView;
import io.quorate.persistence.contract.ByteReader;
import io.quorate.persistence.contract.ByteWriter;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.JournalException.Kind;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Backups that are scheduled: on the leader, has them taken and journals what came of it; on any node, takes one. When, and by whom, is
 * decided in {@link io.quorate.node.backup}. Any thread.
 *
 * <p>The leader asks the same thing again and again until the node says what came of it: requests may be lost, and a backup may take long.
 */
final class BackupExchange {
    private static final Logger LOG = LoggerFactory.getLogger(BackupExchange.class);

    /** Request to the actor of a node: take a backup, or say what came of it. */
    static final int BACKUP = 13;

    private final NodeParts parts;
    private Optional<BackupAttempt> attempt = Optional.empty();
    private boolean asking;
    private Optional<BackupReport> own = Optional.empty();

    BackupExchange(NodeParts parts) {
        this.parts = parts;
    }

    /** This node begins to lead: what it knew when it led before is old. */
    synchronized void begin() {
        attempt = Optional.empty();
    }

    /** Looks whether a backup is due, or what became of one; on the leader, again and again. */
    synchronized void look(ClusterView view, long nowMillis) {
        MembershipState state = parts.membership();
        if (asking || state.backups().isEmpty()) {
            return;
        }
        BackupSchedule schedule = state.backups().get();
        BackupPlanner.plan(schedule, view, state.policy(), attempt, nowMillis).ifPresent(step -> {
            asking = true;
            if (attempt.filter(known -> known.order().equals(step.order())).isEmpty()) {
                attempt = Optional.of(BackupAttempt.begin(step.node(), step.order()));
            }
            CompletableFuture.completedFuture(step)
                    .thenCompose(this::take)
                    .whenComplete((taken, failure) -> told(step, failure));
        });
    }

    private synchronized void told(BackupStep step, @Nullable Throwable failure) {
        asking = false;
        if (failure != null) {
            LOG.info(
                    "{} was asked for a backup and has not answered yet: {}",
                    step.node(),
                    JournalException.of(failure).getMessage());
        }
    }

    private CompletionStage<Void> take(BackupStep step) {
        return switch (step) {
            case BackupStep.GiveUp(var node, var order, var reason) ->
                heard(node, order, BackupReport.failed(order, reason));
            case BackupStep.Ask(var node, var order) ->
                ask(node, order).thenCompose(report -> heard(node, order, report));
        };
    }

    private CompletionStage<BackupReport> ask(String node, BackupOrder order) {
        MembershipState.Node known = parts.membership().nodes().get(node);
        if (known == null) {
            return CompletableFuture.completedFuture(BackupReport.failed(order, "it is a member no longer"));
        }
        if (known.member().equals(parts.identity().member())) {
            return CompletableFuture.completedFuture(report(order));
        }
        byte[] request = new ByteWriter(256)
                .u8(BACKUP)
                .block(MembershipForm.bytes(order))
                .toBytes();
        return parts.ask(known.member(), request)
                .thenApply(bytes -> MembershipForm.read(bytes, BackupReport.class))
                .exceptionallyCompose(failure -> unanswered(order, JournalException.of(failure)));
    }

    /** It is asked again, but where it is of a release that knows of no such request. */
    private synchronized CompletionStage<BackupReport> unanswered(BackupOrder order, JournalException failure) {
        if (failure.kind() == Kind.INVALID) {
            return CompletableFuture.completedFuture(
                    BackupReport.failed(order, "it cannot do that: " + failure.getMessage()));
        }
        attempt = attempt.map(BackupAttempt::hearsNothing);
        return CompletableFuture.failedFuture(failure);
    }

    /** A node has said what it is at, or what came of it; that is in the journal before it is over. */
    private CompletionStage<Void> heard(String node, BackupOrder order, BackupReport report) {
        if (report.underWay()) {
            synchronized (this) {
                attempt = attempt.map(known -> known.hears(report));
            }
            return CompletableFuture.completedFuture(null);
        }
        MembershipMessage outcome = report.state().equals(BackupReport.TAKEN)
                ? new MembershipMessage.ReportBackup(
                        order.schedule(), node, report.file(), report.offset(), report.bytes(), order.atMillis())
                : new MembershipMessage.ReportBackupFailure(order.schedule(), node, report.reason(), order.atMillis());
        return parts.membershipCommand(new Asked(outcome, Asked.PLANNER), true).thenAccept(done -> {
            synchronized (this) {
                attempt = attempt.map(known -> known.order().equals(order) ? known.close() : known);
            }
        });
    }

    /** A leader asks. */
    CompletionStage<byte[]> answer(ByteReader in) {
        BackupOrder order = MembershipForm.read(in.block(), BackupOrder.class);
        return CompletableFuture.completedFuture(MembershipForm.bytes(report(order)));
    }

    /** What came of an order; one that is new is begun, unless another one is under way. */
    private synchronized BackupReport report(BackupOrder order) {
        Optional<BackupReport> known = own.filter(report -> report.answers(order));
        if (known.isPresent()) {
            return known.get();
        }
        BackupReport begun = BackupReport.taking(order);
        own = Optional.of(begun);
        // It reads the whole store, and waits for a disk that may be far away.
        Thread.ofPlatform().name("quorate-backup").daemon(true).start(() -> done(written(order)));
        return begun;
    }

    private synchronized void done(BackupReport report) {
        own = Optional.of(report);
    }

    private BackupReport written(BackupOrder order) {
        long now = System.currentTimeMillis();
        try {
            BackupFolder.Written written = new BackupFolder(
                            Path.of(order.folder()),
                            parts.shortClusterId(),
                            parts.identity().member().node())
                    .write(out -> parts.recovery().backup(out, now), now, order.keep());
            LOG.info("a backup was taken up to offset {}: {}", written.offset(), written.file());
            return BackupReport.taken(order, written.file().toString(), written.offset(), written.bytes());
        } catch (BackupFolder.FailedException e) {
            LOG.warn("no backup was taken: {}", e.getMessage());
            return BackupReport.failed(order, String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.warn("no backup was taken", e);
            return BackupReport.failed(order, e.getMessage() == null ? e.toString() : e.getMessage());
        }
    }
}
