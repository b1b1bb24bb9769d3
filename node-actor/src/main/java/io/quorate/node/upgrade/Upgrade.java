package io.quorate.node.upgrade;

import io.quorate.node.aggregate.Aggregate;
import io.quorate.node.contract.MembershipForm;
import io.quorate.node.contract.UpgradeAsked;
import io.quorate.node.contract.UpgradeEvent;
import io.quorate.node.contract.UpgradeMessage;
import io.quorate.node.contract.UpgradePlan;
import io.quorate.node.contract.UpgradeRecorded;
import io.quorate.node.upgrade.NodeProgress.Standing;
import io.quorate.persistence.contract.EventData;
import io.quorate.persistence.journal.StoredEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The rules of a cluster's upgrade. Pure. Whatever a driver reports of a step that is not the one under way, or of another upgrade, changes
 * nothing: two leaders that report the same thing are one.
 */
public final class Upgrade implements Aggregate<UpgradeState, UpgradeAsked, UpgradeRecorded> {
    /** Its events' persistence id. */
    public static final String ID = "upgrade";

    @Override
    public String persistenceId() {
        return ID;
    }

    @Override
    public UpgradeState empty() {
        return UpgradeState.NONE;
    }

    @Override
    public boolean holdsNothing(UpgradeState state) {
        return state.isOver();
    }

    @Override
    public Decision<UpgradeRecorded> decide(UpgradeState state, UpgradeAsked asked) {
        return switch (asked.message()) {
            case UpgradeMessage.Plan plan -> plan(state, plan, asked);
            case UpgradeMessage.Pause(var reason) ->
                switch (state.phase()) {
                    case RUNNING -> happened(asked, new UpgradeEvent.UpgradePaused(reason));
                    case PAUSED, STOPPED -> done();
                    default -> nothingToDo(state, "paused");
                };
            case UpgradeMessage.Resume(var reason) ->
                switch (state.phase()) {
                    case PAUSED, STOPPED -> resume(state, reason, asked);
                    case RUNNING -> done();
                    default -> nothingToDo(state, "resumed");
                };
            case UpgradeMessage.Abort(var reason) ->
                switch (state.phase()) {
                    case RUNNING, PAUSED, STOPPED -> happened(asked, new UpgradeEvent.UpgradeAborted(reason));
                    case ABORTED -> done();
                    default -> nothingToDo(state, "aborted");
                };
            case UpgradeMessage.Rollback(var reason) -> rollback(state, reason, asked);
            case UpgradeMessage.Finish(var level) ->
                switch (state.phase()) {
                    case COMPLETED -> happened(asked, new UpgradeEvent.UpgradeFinalized(level));
                    case FINALIZED -> done();
                    default -> nothingToDo(state, "finalized");
                };
            case UpgradeMessage.BeginStep(var id, var node, var attempt, var stage) ->
                expected(state, id, node, attempt)
                        .filter(known -> mayBegin(state, known, Stage.of(stage)))
                        .map(known -> happened(asked, new UpgradeEvent.UpgradeStepBegun(node, stage, attempt)))
                        .orElseGet(Upgrade::done);
            case UpgradeMessage.EndSteps(var id, var node, var attempt) ->
                expected(state, id, node, attempt)
                        .filter(known -> known.active() && known.stage() == Stage.UNCORDON)
                        .map(known -> ended(state, known, asked))
                        .orElseGet(Upgrade::done);
            case UpgradeMessage.FailStep(var id, var node, var attempt, var stage, var reason) ->
                expected(state, id, node, attempt)
                        .filter(known -> known.active() && known.stage() == Stage.of(stage))
                        .map(known -> happened(asked, new UpgradeEvent.UpgradeStepFailed(node, stage, reason)))
                        .orElseGet(Upgrade::done);
            case UpgradeMessage.Skip(var id, var node) ->
                state.node(node)
                        .filter(known -> id.equals(state.id()) && known.standing() != Standing.GONE && state.mayLose())
                        .map(known ->
                                withEnd(state, new UpgradeEvent.NodeSkipped(node, "it is a member no longer"), asked))
                        .orElseGet(Upgrade::done);
            case UpgradeMessage.Done d -> throw new IllegalArgumentException("an answer is no command");
            case UpgradeMessage.Refused r -> throw new IllegalArgumentException("an answer is no command");
        };
    }

    private static Decision<UpgradeRecorded> plan(UpgradeState state, UpgradeMessage.Plan plan, UpgradeAsked asked) {
        if (plan.id().equals(state.id())) {
            return done();
        }
        if (!state.isOver()) {
            return refused(
                    "upgrade-under-way",
                    "an upgrade to " + version(state) + " is " + state.phase().word() + " already. Next: "
                            + (state.phase() == Phase.COMPLETED
                                    ? "`quorate upgrade finalize`, or `quorate upgrade rollback`"
                                    : "`quorate upgrade status`"));
        }
        UpgradePlan wanted = plan.plan();
        if (wanted.targets().isEmpty() || wanted.batchSize() < 1 || wanted.maxUnavailable() < 1) {
            return refused("bad-plan", "a plan wants a node or more, a batch size and a bound of 1 or more");
        }
        return happened(asked, new UpgradeEvent.UpgradePlanned(plan.id(), wanted));
    }

    private static Decision<UpgradeRecorded> resume(UpgradeState state, String reason, UpgradeAsked asked) {
        return state.active() && state.phase() == Phase.STOPPED
                ? refused(
                        "being-taken-back",
                        "a node is still being taken back; resume when it is done: `quorate upgrade status`")
                : happened(asked, new UpgradeEvent.UpgradeResumed(reason));
    }

    private static Decision<UpgradeRecorded> rollback(UpgradeState state, String reason, UpgradeAsked asked) {
        if (state.back() && state.phase() != Phase.NONE) {
            return switch (state.phase()) {
                case STOPPED, PAUSED -> resume(state, reason, asked);
                // Given up half-way: it is gone on with.
                case ABORTED -> happened(asked, new UpgradeEvent.UpgradeResumed(reason));
                default -> done();
            };
        }
        return switch (state.phase()) {
            case RUNNING, PAUSED, STOPPED, ABORTED, COMPLETED ->
                withEnd(state, new UpgradeEvent.RollbackBegun(reason), asked);
            case FINALIZED ->
                refused(
                        "finalized",
                        "the upgrade to " + version(state)
                                + " is finalized: older releases cannot read what is written since");
            case NONE, ROLLED_BACK -> nothingToDo(state, "rolled back");
        };
    }

    private static Decision<UpgradeRecorded> ended(UpgradeState state, NodeProgress node, UpgradeAsked asked) {
        return withEnd(
                state,
                node.standing() == Standing.TAKEN_BACK
                        ? new UpgradeEvent.NodeReverted(node.node(), node.reason())
                        : new UpgradeEvent.UpgradeStepDone(node.node()),
                asked);
    }

    /** What follows by itself: the end, or a pause that was planned. */
    private static Decision<UpgradeRecorded> withEnd(UpgradeState state, UpgradeEvent event, UpgradeAsked asked) {
        List<UpgradeEvent> events = new ArrayList<>();
        events.add(event);
        UpgradeState then = evolved(state, event, asked.by(), asked.atMillis());
        int pauseAfter = then.plan().map(UpgradePlan::pauseAfter).orElse(0);
        if (then.complete() && then.phase() != Phase.ABORTED) {
            events.add(
                    then.back()
                            ? new UpgradeEvent.RollbackCompleted("every node runs what it ran before")
                            : new UpgradeEvent.UpgradeCompleted("every node runs " + version(then)));
        } else if (then.phase() == Phase.RUNNING
                && !then.back()
                && event instanceof UpgradeEvent.UpgradeStepDone
                && pauseAfter > 0
                && then.doneSincePause() >= pauseAfter) {
            events.add(new UpgradeEvent.UpgradePaused(
                    "after " + pauseAfter + (pauseAfter == 1 ? " node" : " nodes") + ", as it was wanted"));
        }
        return happened(asked, events.toArray(UpgradeEvent[]::new));
    }

    private static Optional<NodeProgress> expected(UpgradeState state, String id, String node, int attempt) {
        return state.node(node).filter(known -> id.equals(state.id()) && known.attempt() == attempt);
    }

    /** One that waits begins at the beginning, and only while the roll-out runs; one under way goes on by one stage. */
    private static boolean mayBegin(UpgradeState state, NodeProgress node, Stage stage) {
        return switch (node.standing()) {
            case WAITING ->
                state.phase() == Phase.RUNNING
                        && stage == Stage.CORDON
                        && state.nodes().stream()
                                .filter(NodeProgress::active)
                                .allMatch(other -> node.worker() && other.worker());
            case UNDER_WAY ->
                node.stage().next(node.back()).filter(next -> next == stage).isPresent();
            case TAKEN_BACK -> node.stage() == Stage.REVERT && stage == Stage.UNCORDON;
            case DONE, REVERTED, FAILED, GONE -> false;
        };
    }

    @Override
    public UpgradeState evolve(UpgradeState state, UpgradeRecorded recorded, long sequenceNr) {
        return evolved(state, recorded.event(), recorded.by(), recorded.atMillis());
    }

    private static UpgradeState evolved(UpgradeState state, UpgradeEvent event, String by, long at) {
        return switch (event) {
            case UpgradeEvent.UpgradePlanned(var id, var plan) ->
                new UpgradeState(
                        id,
                        Optional.of(plan),
                        Phase.RUNNING,
                        false,
                        plan.targets().stream()
                                .map(target -> NodeProgress.waiting(target.node(), target.from(), target.worker()))
                                .toList(),
                        0,
                        "",
                        by,
                        at,
                        at);
            case UpgradeEvent.UpgradeStepBegun(var node, var stage, var attempt) ->
                state.with(node, known -> known.at(Stage.of(stage), at));
            case UpgradeEvent.UpgradeStepDone(var node) ->
                state.with(node, known -> known.is(known.back() ? Standing.REVERTED : Standing.DONE))
                        .countOne();
            case UpgradeEvent.UpgradeStepFailed(var node, var stage, var reason) -> {
                UpgradeState then = state.with(node, known -> known.fails(reason, at));
                String why = node + ", " + stage + ": " + reason;
                // What was given up before stays given up.
                yield state.phase() == Phase.ABORTED ? then : then.in(Phase.STOPPED, why, at);
            }
            case UpgradeEvent.NodeReverted(var node, var reason) ->
                state.with(node, known -> known.is(Standing.REVERTED));
            case UpgradeEvent.NodeSkipped(var node, var reason) -> state.with(node, known -> known.is(Standing.GONE));
            case UpgradeEvent.UpgradePaused(var reason) -> state.in(Phase.PAUSED, reason, at);
            case UpgradeEvent.UpgradeResumed(var reason) ->
                state.withAll(node -> triedAgain(state, node)).in(Phase.RUNNING, "", at);
            case UpgradeEvent.UpgradeAborted(var reason) -> state.in(Phase.ABORTED, reason, at);
            case UpgradeEvent.RollbackBegun(var reason) ->
                state.withAll(node -> node.goesBack(at)).goingBack().in(Phase.RUNNING, reason, at);
            case UpgradeEvent.UpgradeCompleted(var reason) -> state.in(Phase.COMPLETED, reason, at);
            case UpgradeEvent.RollbackCompleted(var reason) -> state.in(Phase.ROLLED_BACK, reason, at);
            case UpgradeEvent.UpgradeFinalized(var level) -> state.in(Phase.FINALIZED, "feature level " + level, at);
        };
    }

    private static NodeProgress triedAgain(UpgradeState state, NodeProgress node) {
        return switch (node.standing()) {
            case FAILED -> state.back() ? node.goesBack(0) : node.again();
            case REVERTED -> state.back() ? node : node.again();
            default -> node;
        };
    }

    private static String version(UpgradeState state) {
        return state.plan().map(UpgradePlan::version).orElse("");
    }

    @Override
    public UpgradeAsked readCommand(byte[] bytes) {
        return MembershipForm.read(bytes, UpgradeAsked.class);
    }

    @Override
    public EventData write(UpgradeRecorded event) {
        return EventData.of(0, UpgradeRecorded.MANIFEST, MembershipForm.bytes(event));
    }

    @Override
    public UpgradeRecorded read(StoredEvent event) {
        return MembershipForm.read(event.event().payload().bytes(), UpgradeRecorded.class);
    }

    private static Decision<UpgradeRecorded> happened(UpgradeAsked asked, UpgradeEvent... events) {
        return new Decision<>(
                List.of(events).stream()
                        .map(event -> new UpgradeRecorded(event, asked.by(), asked.atMillis()))
                        .toList(),
                firstSequenceNr -> MembershipForm.bytes(new UpgradeMessage.Done()));
    }

    private static Decision<UpgradeRecorded> done() {
        return Decision.answer(MembershipForm.bytes(new UpgradeMessage.Done()));
    }

    private static Decision<UpgradeRecorded> nothingToDo(UpgradeState state, String what) {
        return refused(
                "no-upgrade",
                state.phase() == Phase.NONE
                        ? "there is no upgrade to be " + what + ". `quorate upgrade --channel 1.23/stable` begins one"
                        : "the upgrade to " + version(state) + " is "
                                + state.phase().word() + " and cannot be " + what);
    }

    private static Decision<UpgradeRecorded> refused(String kind, String message) {
        return Decision.answer(MembershipForm.bytes(new UpgradeMessage.Refused(kind, message)));
    }
}
