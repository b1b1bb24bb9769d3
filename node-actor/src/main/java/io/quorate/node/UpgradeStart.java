package io.quorate.node;

import io.quorate.node.backup.BackupFolder;
import io.quorate.node.contract.Asked;
import io.quorate.node.contract.ClusterReport;
import io.quorate.node.contract.MembershipForm;
import io.quorate.node.contract.MembershipMessage;
import io.quorate.node.contract.ReleaseFacts;
import io.quorate.node.contract.UpgradeAnswer;
import io.quorate.node.contract.UpgradeAsked;
import io.quorate.node.contract.UpgradeMessage;
import io.quorate.node.contract.UpgradePlan;
import io.quorate.node.contract.UpgradeWish;
import io.quorate.node.fault.Failpoint;
import io.quorate.node.membership.FeatureLevels;
import io.quorate.node.release.ReleaseOffer;
import io.quorate.node.release.ReleaseRefused;
import io.quorate.node.upgrade.Phase;
import io.quorate.node.upgrade.Preflight;
import io.quorate.node.upgrade.UpgradeState;
import io.quorate.persistence.contract.ByteReader;
import io.quorate.persistence.contract.ByteWriter;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.JournalException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The two ends of an upgrade, on the leader: what speaks against it is found out, and it is planned; and it is finalized. On any node, says
 * what it finds of a release, and sends to the leader what is for the leader. Any thread; what reads a source has a thread of its own.
 */
final class UpgradeStart {
    private static final Logger LOG = LoggerFactory.getLogger(UpgradeStart.class);

    /** Request to the actor of a node: what it finds of a release. */
    static final int FACTS = 15;

    /** Request to the leader: plan an upgrade. */
    static final int PLAN = 16;

    /** Request to the leader: finalize it. */
    static final int FINALIZE = 17;

    private static final Duration PATIENCE_WITH_NODES = Duration.ofSeconds(40);

    /** The leader waits for its nodes, reads a source, and writes a backup. */
    private static final Duration PATIENCE_WITH_LEADER = Duration.ofMinutes(5);

    /** Longer than an election takes on a slow machine. */
    private static final Duration WITHOUT_LEADER = Duration.ofSeconds(20);

    private static final Executor LATER = CompletableFuture.delayedExecutor(500, TimeUnit.MILLISECONDS);

    private static final int KEPT_BACKUPS = 2;

    private static final Executor THREADS =
            task -> Thread.ofPlatform().daemon().name("quorate-preflight").start(task);

    private final NodeParts parts;
    private final Path dataFolder;

    UpgradeStart(NodeParts parts, Path dataFolder) {
        this.parts = parts;
        this.dataFolder = dataFolder;
    }

    CompletionStage<UpgradeAnswer> plan(UpgradeWish wish) {
        byte[] request =
                new ByteWriter(512).u8(PLAN).block(MembershipForm.bytes(wish)).toBytes();
        return asked(() -> parts.leader().isHere() ? planHere(wish) : askLeader(request), System.nanoTime());
    }

    CompletionStage<UpgradeAnswer> finish(String by) {
        byte[] request = new ByteWriter(64).u8(FINALIZE).text(by).toBytes();
        return asked(() -> parts.leader().isHere() ? finishHere(by) : askLeader(request), System.nanoTime());
    }

    /** Asked again of the next leader where one goes away before it answers: asked twice, a wish is the same wish. */
    private CompletionStage<UpgradeAnswer> asked(Supplier<CompletionStage<UpgradeAnswer>> question, long sinceNanos) {
        return parts.askedAgainOnChange(question).exceptionallyCompose(failure -> {
            JournalException why = JournalException.of(failure);
            if (why.kind() != Kind.NO_LEADER) {
                return CompletableFuture.failedFuture(why);
            }
            return System.nanoTime() - sinceNanos > WITHOUT_LEADER.toNanos()
                    ? CompletableFuture.failedFuture(new JournalException(
                            Kind.UNKNOWN, "nobody leads now; whether it was done is known when somebody does"))
                    : CompletableFuture.supplyAsync(() -> question, LATER)
                            .thenCompose(again -> asked(again, sinceNanos));
        });
    }

    private CompletionStage<UpgradeAnswer> askLeader(byte[] request) {
        String address = parts.leader().address();
        return address == null
                ? CompletableFuture.failedFuture(new JournalException(Kind.NO_LEADER, "nobody leads now"))
                : parts.ask(address, request, PATIENCE_WITH_LEADER)
                        .thenApply(bytes -> MembershipForm.read(bytes, UpgradeAnswer.class));
    }

    private CompletionStage<UpgradeAnswer> planHere(UpgradeWish wish) {
        UpgradeState state = parts.upgrade();
        if (!wish.dryRun() && state.id().equals(wish.id())) {
            return CompletableFuture.completedFuture(
                    new UpgradeAnswer(List.of(), state.plan().stream().toList(), ""));
        }
        return onThread(() -> facts(wish.source(), wish.channel(), ""))
                .thenCompose(own -> own.offered().isEmpty()
                        ? CompletableFuture.completedFuture(UpgradeAnswer.against(own.against()))
                        : parts.report().thenCompose(report -> look(wish, own, report)));
    }

    private CompletionStage<UpgradeAnswer> look(UpgradeWish wish, ReleaseFacts own, ClusterReport report) {
        Map<String, CompletableFuture<ReleaseFacts>> facts = new LinkedHashMap<>();
        for (ClusterReport.Node node : report.nodes()) {
            facts.put(
                    node.name(),
                    node.leader()
                            ? CompletableFuture.completedFuture(own)
                            : ask(node.name(), wish.source(), own.offered()).toCompletableFuture());
        }
        return CompletableFuture.allOf(facts.values().toArray(CompletableFuture<?>[]::new))
                .thenCompose(done -> onThread(() -> judged(wish, own, report, facts)))
                .thenCompose(answer -> wish.dryRun() || !answer.findings().isEmpty()
                        ? CompletableFuture.completedFuture(answer)
                        : begin(wish, answer));
    }

    private UpgradeAnswer judged(
            UpgradeWish wish,
            ReleaseFacts own,
            ClusterReport report,
            Map<String, CompletableFuture<ReleaseFacts>> facts) {
        List<Preflight.NodeFacts> nodes = report.nodes().stream()
                .map(node -> {
                    ReleaseFacts known = facts.get(node.name()).join();
                    return new Preflight.NodeFacts(
                            node.name(),
                            node.online(),
                            node.version(),
                            node.lag(),
                            known.freeBytes(),
                            known.offered(),
                            known.against());
                })
                .toList();
        Preflight.Facts all =
                new Preflight.Facts(report.survives() >= 0, otherWork(report), "", own.offered(), own.size(), nodes);
        List<UpgradePlan> plan = List.of(planOf(wish, own, report));
        List<String> findings = Preflight.findings(all);
        if (!findings.isEmpty() || wish.dryRun()) {
            return new UpgradeAnswer(findings, plan, "");
        }
        try {
            return new UpgradeAnswer(List.of(), plan, backup());
        } catch (IOException | BackupFolder.FailedException | RuntimeException e) {
            LOG.warn("no backup was taken before the upgrade: {}", e.getMessage());
            return new UpgradeAnswer(Preflight.findings(all.withoutBackup(String.valueOf(e.getMessage()))), plan, "");
        }
    }

    /** What does not go together with an upgrade. */
    private List<String> otherWork(ClusterReport report) {
        List<String> work = new ArrayList<>();
        UpgradeState state = parts.upgrade();
        if (!state.isOver()) {
            work.add("an upgrade to " + state.plan().map(UpgradePlan::version).orElse("") + " is "
                    + state.phase().word()
                    + (state.phase() == Phase.COMPLETED
                            ? "; finalize it first: `quorate upgrade finalize`"
                            : "; `quorate upgrade status` shows it"));
        }
        for (ClusterReport.Node node : report.nodes()) {
            if (!node.leaving().isEmpty()) {
                work.add(node.name() + " leaves: " + node.leaving());
            } else if (node.role().equals(ClusterReport.JOINING)) {
                work.add(node.name() + " is joining");
            }
        }
        parts.membership()
                .recovery()
                .filter(recovery -> !recovery.reseeding().isEmpty())
                .ifPresent(recovery -> work.add("the recovery is under way: " + String.join(", ", recovery.reseeding())
                        + " waits for its copy"));
        return work;
    }

    private static UpgradePlan planOf(UpgradeWish wish, ReleaseFacts own, ClusterReport report) {
        return new UpgradePlan(
                wish.source(),
                wish.channel(),
                own.offered(),
                own.sha256(),
                report.nodes().stream()
                        .sorted(Comparator.comparing(
                                        (ClusterReport.Node node) -> node.role().equals("worker"))
                                .thenComparing(ClusterReport.Node::leader)
                                .thenComparing(ClusterReport.Node::name))
                        .map(node -> new UpgradePlan.Target(
                                node.name(), node.version(), node.role().equals("worker")))
                        .toList(),
                wish.batchSize(),
                wish.maxUnavailable(),
                wish.pauseAfter(),
                wish.healthWindowMillis(),
                wish.drainMillis(),
                wish.nodeMillis(),
                wish.finalizeAfterMillis());
    }

    /** Read back when it is written. */
    private String backup() throws IOException, BackupFolder.FailedException {
        Path folder = dataFolder.resolve("before-upgrade");
        Files.createDirectories(folder);
        long now = System.currentTimeMillis();
        return new BackupFolder(
                        folder,
                        parts.shortClusterId(),
                        parts.identity().member().node())
                .write(out -> parts.recovery().backup(out, now), now, KEPT_BACKUPS)
                .file()
                .toString();
    }

    private CompletionStage<UpgradeAnswer> begin(UpgradeWish wish, UpgradeAnswer answer) {
        UpgradeMessage plan = new UpgradeMessage.Plan(wish.id(), answer.plan().getFirst());
        return parts.upgradeCommand(new UpgradeAsked(plan, wish.by(), System.currentTimeMillis()))
                .thenApply(decided -> {
                    if (decided instanceof UpgradeMessage.Refused(var kind, var message)) {
                        return UpgradeAnswer.against(List.of(message));
                    }
                    parts.reached(
                            Failpoint.UPGRADE_PLANNED, parts.identity().member().node());
                    return answer;
                });
    }

    private CompletionStage<UpgradeAnswer> finishHere(String by) {
        return parts.report().thenCompose(report -> {
            UpgradeState state = parts.upgrade();
            List<String> against = new ArrayList<>();
            if (state.phase() != Phase.COMPLETED && !state.isOver()) {
                against.add("an upgrade to "
                        + state.plan().map(UpgradePlan::version).orElse("") + " is "
                        + state.phase().word() + ": it is finalized when it is complete");
            }
            report.nodes().stream()
                    .filter(node -> !node.online() && node.highestLevel() == 0)
                    .forEach(node -> against.add(
                            node.name() + " was not heard of: whether it can do the next feature level is not known"));
            int common = FeatureLevels.common(report.nodes().stream()
                    .map(ClusterReport.Node::highestLevel)
                    .toList());
            int now = parts.membership().level();
            if (against.isEmpty() && state.phase() == Phase.FINALIZED && common <= now) {
                return CompletableFuture.completedFuture(UpgradeAnswer.against(List.of())); // said again
            }
            if (against.isEmpty() && state.phase() != Phase.COMPLETED && common <= now) {
                against.add("there is nothing to finalize: the cluster has feature level " + now
                        + ", and all of its nodes can do " + common + " at most");
            }
            if (!against.isEmpty()) {
                return CompletableFuture.completedFuture(UpgradeAnswer.against(against));
            }
            // Finished first: from then on nothing is rolled back. After the level is raised a rollback would leave
            // nodes that cannot read what is written. Where it is finished only, the same command raises it.
            CompletionStage<List<String>> finished = state.phase() == Phase.COMPLETED
                    ? finished(Math.max(common, now), by)
                    : CompletableFuture.completedFuture(List.of());
            return finished.thenCompose(refused -> refused.isEmpty()
                    ? raise(common, by)
                    : CompletableFuture.completedFuture(UpgradeAnswer.against(refused)));
        });
    }

    private CompletionStage<List<String>> finished(int level, String by) {
        return parts.upgradeCommand(new UpgradeAsked(new UpgradeMessage.Finish(level), by, System.currentTimeMillis()))
                .thenApply(decided -> {
                    if (decided instanceof UpgradeMessage.Refused(var kind, var message)) {
                        return List.of(message);
                    }
                    parts.reached(
                            Failpoint.UPGRADE_FINALIZED,
                            parts.identity().member().node());
                    return List.of();
                });
    }

    private CompletionStage<UpgradeAnswer> raise(int level, String by) {
        return parts.membershipCommand(
                        new Asked(new MembershipMessage.RaiseLevel(level, "every member can do it"), by), true)
                .thenApply(raised -> new UpgradeAnswer(List.of(), List.of(), ""));
    }

    private CompletionStage<ReleaseFacts> ask(String name, String source, String version) {
        MemberId member = parts.membership().nodes().get(name).member();
        byte[] request =
                new ByteWriter(256).u8(FACTS).text(source).text(version).toBytes();
        return parts.ask(parts.addressOf(member), request, PATIENCE_WITH_NODES)
                .thenApply(bytes -> MembershipForm.read(bytes, ReleaseFacts.class))
                .exceptionally(failure -> new ReleaseFacts(
                        -1,
                        "",
                        "",
                        0,
                        List.of("it does not say what it finds in the source: "
                                + JournalException.of(failure).getMessage())));
    }

    /** Another node asks. */
    CompletionStage<byte[]> answer(int kind, ByteReader in) {
        return switch (kind) {
            case FACTS -> {
                String source = in.text();
                String version = in.text();
                yield onThread(() -> facts(source, "", version)).thenApply(MembershipForm::bytes);
            }
            case PLAN ->
                planHere(MembershipForm.read(in.block(), UpgradeWish.class)).thenApply(MembershipForm::bytes);
            default -> finishHere(in.text()).thenApply(MembershipForm::bytes);
        };
    }

    /** Reads the source. @param version exact; empty for what the channel has */
    private ReleaseFacts facts(String source, String channel, String version) {
        long free = dataFolder.toFile().getUsableSpace();
        try {
            ReleaseOffer offer = version.isEmpty()
                    ? parts.releases().offer(source, channel)
                    : parts.releases().offerOf(source, version);
            // That it runs already is said where it matters.
            List<String> against = offer.version().equals(parts.version()) ? List.of() : offer.notes();
            return new ReleaseFacts(free, offer.version(), offer.sha256(), offer.size(), against);
        } catch (ReleaseRefused | IllegalArgumentException e) {
            return new ReleaseFacts(free, "", "", 0, List.of(String.valueOf(e.getMessage())));
        }
    }

    private static <T> CompletionStage<T> onThread(Supplier<T> work) {
        return CompletableFuture.supplyAsync(work, THREADS);
    }
}
