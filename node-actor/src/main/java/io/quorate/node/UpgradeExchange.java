package io.quorate.node;

import io.quorate.node.aggregate.HostedAggregate;
import io.quorate.node.contract.Asked;
import io.quorate.node.contract.ClusterReport;
import io.quorate.node.contract.MembershipForm;
import io.quorate.node.contract.ReleaseOrder;
import io.quorate.node.contract.ReleaseReport;
import io.quorate.node.contract.UpgradeAnswer;
import io.quorate.node.contract.UpgradeAsked;
import io.quorate.node.contract.UpgradeMessage;
import io.quorate.node.fault.Failpoint;
import io.quorate.node.upgrade.HealthBounds;
import io.quorate.node.upgrade.NodeProgress;
import io.quorate.node.upgrade.Observed;
import io.quorate.node.upgrade.Placement;
import io.quorate.node.upgrade.Stage;
import io.quorate.node.upgrade.UpgradePlanner;
import io.quorate.node.upgrade.UpgradeState;
import io.quorate.node.upgrade.UpgradeStep;
import io.quorate.node.upgrade.Workloads;
import io.quorate.persistence.contract.ByteReader;
import io.quorate.persistence.contract.ByteWriter;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.journal.JournalException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives the upgrade of the cluster, on the leader: observes, has {@link UpgradePlanner} say what is due, journals or does it, and looks
 * again. On any node, does what a leader says about its release. Any thread; nothing blocks.
 *
 * <p>It remembers nothing that a step depends on: requests may be lost, and the next leader knows what is journalled only. What it measures of the
 * cluster's health begins anew with it.
 */
final class UpgradeExchange {
    private static final Logger LOG = LoggerFactory.getLogger(UpgradeExchange.class);

    /** Request to the actor of a node: change its release, or say what came of it. */
    static final int RELEASE = 14;

    /** Only asks. */
    private static final ReleaseOrder NONE = new ReleaseOrder("", "", "", "", false);

    private static final int SAMPLES = 60;
    private static final long SLOWEST_MILLIS = 3000;

    private final NodeParts parts;
    private final Deque<Long> before = new ArrayDeque<>();
    private final Deque<Long> since = new ArrayDeque<>();
    private final Map<String, Deque<String>> probes = new HashMap<>();
    private volatile Workloads workloads = Workloads.NONE;
    private volatile String waits = "";
    private boolean looking;

    UpgradeExchange(NodeParts parts) {
        this.parts = parts;
    }

    /** From now on pods are taken care of. */
    void with(Workloads next) {
        workloads = next;
    }

    /** Why nothing is begun or finished just now, as this leader sees it; empty where it is. */
    String waits() {
        return parts.leader().isHere() ? waits : "";
    }

    /** This node begins to lead. */
    synchronized void begin() {
        before.clear();
        since.clear();
        probes.clear();
        waits = "";
    }

    void committed(HostedAggregate.Committed<UpgradeState> committed) {
        if (committed.leading()) {
            look();
        }
    }

    /** Looks whether something is due; on the leader, again and again. */
    void look() {
        UpgradeState state = parts.upgrade();
        synchronized (this) {
            if (looking || !state.driven() || !parts.leader().isHere()) {
                return;
            }
            looking = true;
        }
        CompletableFuture.completedFuture(state)
                .thenCompose(this::observe)
                .thenCompose(observed -> takeAll(UpgradePlanner.next(state, observed)))
                .whenComplete((reported, failure) -> {
                    synchronized (this) {
                        looking = false;
                    }
                    if (failure != null) {
                        LOG.info(
                                "the upgrade waits: {}",
                                JournalException.of(failure).getMessage());
                    } else if (reported) {
                        look();
                    }
                });
    }

    private CompletionStage<Observed> observe(UpgradeState state) {
        CompletableFuture<ClusterReport> report = parts.report().toCompletableFuture();
        CompletableFuture<Void> measured = measure(state);
        Map<String, CompletableFuture<Optional<ReleaseReport>>> releases = new HashMap<>();
        Map<String, CompletableFuture<Optional<Placement>>> placements = new HashMap<>();
        List<CompletableFuture<?>> all = new ArrayList<>(List.of(report, measured));
        state.nodes().stream().filter(NodeProgress::active).forEach(node -> {
            CompletableFuture<Optional<ReleaseReport>> release =
                    tell(node.node(), NONE).toCompletableFuture();
            CompletableFuture<Optional<Placement>> placement = workloads
                    .look(node.node())
                    .thenApply(Optional::of)
                    .exceptionally(failure -> Optional.empty())
                    .toCompletableFuture();
            releases.put(node.node(), release);
            placements.put(node.node(), placement);
            all.add(release);
            all.add(placement);
            all.add(probe(node).toCompletableFuture());
        });
        return CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new)).thenApply(done -> {
            Map<String, Observed.Seen> seen = new HashMap<>();
            for (ClusterReport.Node node : report.join().nodes()) {
                seen.put(
                        node.name(),
                        new Observed.Seen(
                                node.leader(),
                                node.role().equals("voter"),
                                node.online(),
                                node.lag(),
                                node.version(),
                                of(releases, node.name()),
                                of(placements, node.name()),
                                harm(node.name()),
                                isMeasured(node.name())));
            }
            return new Observed(System.currentTimeMillis(), seen);
        });
    }

    private static <T> Optional<T> of(Map<String, CompletableFuture<Optional<T>>> all, String node) {
        CompletableFuture<Optional<T>> one = all.get(node);
        return one == null ? Optional.empty() : one.join();
    }

    /**
     * How long a majority takes to answer: while a node is verified it counts against it, before any is changed for comparison. No
     * majority waits for a worker.
     */
    private CompletableFuture<Void> measure(UpgradeState state) {
        boolean verifies = state.nodes().stream().anyMatch(node -> node.active() && node.stage() == Stage.VERIFY);
        boolean changes = state.nodes().stream()
                .anyMatch(node -> !node.worker()
                        && node.active()
                        && (node.stage() == Stage.REFRESH || node.stage() == Stage.REVERT));
        if (changes) {
            synchronized (this) {
                since.clear();
            }
            return CompletableFuture.completedFuture(null);
        }
        long began = System.nanoTime();
        return parts.leaderJournal()
                .barrier()
                .toCompletableFuture()
                .orTimeout(SLOWEST_MILLIS, TimeUnit.MILLISECONDS)
                .handle((index, failure) -> {
                    long took =
                            failure == null ? TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began) : SLOWEST_MILLIS;
                    synchronized (this) {
                        Deque<Long> samples = verifies ? since : before;
                        samples.add(took);
                        if (samples.size() > SAMPLES) {
                            samples.remove();
                        }
                    }
                    return null;
                });
    }

    /** A node that is verified is asked what it has to know; what it was before does not count. */
    private CompletionStage<Void> probe(NodeProgress node) {
        if (node.stage() != Stage.VERIFY) {
            synchronized (this) {
                probes.remove(node.node());
            }
            return CompletableFuture.completedFuture(null);
        }
        return workloads.probe(node.node()).thenAccept(wrong -> {
            synchronized (this) {
                Deque<String> known = probes.computeIfAbsent(node.node(), name -> new ArrayDeque<>());
                known.add(wrong);
                if (known.size() > SAMPLES) {
                    known.remove();
                }
            }
        });
    }

    private synchronized String harm(String node) {
        Deque<String> answers = probes.get(node);
        if (answers == null) {
            return "";
        }
        String errors = HealthBounds.errors(List.copyOf(answers));
        return errors.isEmpty() ? HealthBounds.harm(List.copyOf(before), List.copyOf(since)) : errors;
    }

    private synchronized boolean isMeasured(String node) {
        Deque<String> answers = probes.get(node);
        return answers != null && HealthBounds.isMeasured(List.copyOf(answers), List.copyOf(since));
    }

    /** Answers whether anything was journalled: then there is more to do at once. */
    private CompletionStage<Boolean> takeAll(List<UpgradeStep> steps) {
        waits = steps.stream()
                .flatMap(step -> step instanceof UpgradeStep.Wait(var why) ? Stream.of(why) : Stream.empty())
                .findFirst()
                .orElse("");
        CompletionStage<Boolean> taken = CompletableFuture.completedFuture(false);
        for (UpgradeStep step : steps) {
            taken = taken.thenCombine(take(step), (earlier, now) -> earlier || now);
        }
        return taken;
    }

    private CompletionStage<Boolean> take(UpgradeStep step) {
        return switch (step) {
            case UpgradeStep.Report(var message) -> {
                long known = parts.upgradeNr();
                yield parts.upgradeCommand(new UpgradeAsked(message, Asked.PLANNER, System.currentTimeMillis()))
                        .thenApply(answer -> {
                            reached(message);
                            return parts.upgradeNr() > known;
                        });
            }
            case UpgradeStep.Act(var node, var stage) -> act(node, stage).thenApply(done -> false);
            case UpgradeStep.Order(var node, var order) ->
                tell(node, order).thenApply(report -> {
                    report.ifPresent(known -> waits = node + " is " + known.state() + ": " + known.detail());
                    return false;
                });
            case UpgradeStep.Wait wait -> CompletableFuture.completedFuture(false);
            case UpgradeStep.FinalizeDue due ->
                parts.upgrades()
                        .finish(Asked.PLANNER)
                        .thenApply(UpgradeAnswer::findings)
                        .thenApply(findings -> {
                            waits = String.join("; ", findings);
                            return false;
                        });
        };
    }

    private void reached(UpgradeMessage message) {
        switch (message) {
            case UpgradeMessage.BeginStep(var id, var node, var attempt, var stage) ->
                parts.reached(
                        switch (Stage.of(stage)) {
                            case CORDON -> Failpoint.UPGRADE_CORDON;
                            case DRAIN -> Failpoint.UPGRADE_DRAIN;
                            case HAND_OVER -> Failpoint.UPGRADE_HAND_OVER;
                            case REFRESH -> Failpoint.UPGRADE_REFRESH;
                            case REVERT -> Failpoint.UPGRADE_REVERT;
                            case VERIFY -> Failpoint.UPGRADE_VERIFY;
                            case UNCORDON -> Failpoint.UPGRADE_UNCORDON;
                        },
                        node);
            case UpgradeMessage.EndSteps(var id, var node, var attempt) ->
                parts.reached(Failpoint.UPGRADE_NODE_DONE, node);
            case UpgradeMessage.FailStep(var id, var node, var attempt, var stage, var reason) ->
                parts.reached(Failpoint.UPGRADE_STEP_FAILED, node);
            default -> {}
        }
    }

    private CompletionStage<Void> act(String node, Stage stage) {
        return switch (stage) {
            case CORDON -> workloads.cordon(node);
            case DRAIN ->
                workloads.drain(node, UpgradePlanner.drainsGently(parts.upgrade(), node, System.currentTimeMillis()));
            case UNCORDON -> workloads.uncordon(node);
            case HAND_OVER -> parts.transferLeadership();
            case REFRESH, REVERT, VERIFY -> CompletableFuture.completedFuture(null);
        };
    }

    /** Tells a node, or asks it; empty where it does not answer. */
    private CompletionStage<Optional<ReleaseReport>> tell(String node, ReleaseOrder order) {
        Optional<MemberId> member =
                Optional.ofNullable(parts.membership().nodes().get(node)).map(known -> known.member());
        if (member.isEmpty()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        if (member.get().equals(parts.identity().member())) {
            return CompletableFuture.completedFuture(Optional.of(carryOut(order)));
        }
        byte[] request = new ByteWriter(256)
                .u8(RELEASE)
                .block(MembershipForm.bytes(order))
                .toBytes();
        return parts.ask(member.get(), request)
                .thenApply(bytes -> Optional.of(MembershipForm.read(bytes, ReleaseReport.class)))
                .exceptionally(failure -> Optional.empty());
    }

    /** A leader asks. */
    CompletionStage<byte[]> answer(ByteReader in) {
        ReleaseOrder order = MembershipForm.read(in.block(), ReleaseOrder.class);
        return CompletableFuture.completedFuture(MembershipForm.bytes(carryOut(order)));
    }

    private ReleaseReport carryOut(ReleaseOrder order) {
        return order.id().isEmpty()
                ? parts.releases().report()
                : parts.releases().carryOut(order);
    }
}
