package io.quorate.control.history;

import com.fasterxml.jackson.annotation.JsonTypeName;
import io.quorate.node.contract.MembershipForm;
import io.quorate.node.contract.UpgradeEvent;
import io.quorate.node.contract.UpgradeRecorded;
import io.quorate.persistence.journal.StoredEvent;

/** What happened to upgrades of the cluster, in words. Pure. */
public final class UpgradeHistory {
    private UpgradeHistory() {}

    /** Reads a stored event of an upgrade. */
    public static HistoryEntry of(StoredEvent stored) {
        UpgradeRecorded recorded = MembershipForm.read(stored.event().payload().bytes(), UpgradeRecorded.class);
        JsonTypeName name = recorded.event().getClass().getAnnotation(JsonTypeName.class);
        return new HistoryEntry(
                stored.sequenceNr(),
                stored.offset().index(),
                stored.timestampMillis(),
                name == null ? "" : name.value(),
                node(recorded.event()),
                recorded.by(),
                text(recorded.event()));
    }

    private static String node(UpgradeEvent event) {
        return switch (event) {
            case UpgradeEvent.UpgradeStepBegun begun -> begun.node();
            case UpgradeEvent.UpgradeStepDone done -> done.node();
            case UpgradeEvent.UpgradeStepFailed failed -> failed.node();
            case UpgradeEvent.NodeReverted reverted -> reverted.node();
            case UpgradeEvent.NodeSkipped skipped -> skipped.node();
            case UpgradeEvent.UpgradePlanned planned -> "";
            case UpgradeEvent.UpgradePaused paused -> "";
            case UpgradeEvent.UpgradeResumed resumed -> "";
            case UpgradeEvent.UpgradeAborted aborted -> "";
            case UpgradeEvent.RollbackBegun begun -> "";
            case UpgradeEvent.UpgradeCompleted completed -> "";
            case UpgradeEvent.RollbackCompleted completed -> "";
            case UpgradeEvent.UpgradeFinalized fin -> "";
        };
    }

    private static String text(UpgradeEvent event) {
        return switch (event) {
            case UpgradeEvent.UpgradePlanned(var id, var plan) ->
                "an upgrade to " + plan.version() + " of " + plan.targets().size()
                        + (plan.targets().size() == 1 ? " node" : " nodes") + " begins"
                        + (plan.channel().isEmpty() ? "" : ", from channel " + plan.channel());
            case UpgradeEvent.UpgradeStepBegun(var node, var stage, var attempt) ->
                node + " is at " + stage + (attempt > 1 ? ", attempt " + attempt : "");
            case UpgradeEvent.UpgradeStepDone(var node) -> node + " is done";
            case UpgradeEvent.UpgradeStepFailed(var node, var stage, var reason) ->
                "the upgrade stops: " + node + " failed at " + stage + ": " + reason;
            case UpgradeEvent.NodeReverted(var node, var reason) -> node + " runs what it ran before" + because(reason);
            case UpgradeEvent.NodeSkipped(var node, var reason) -> node + " is out of the upgrade" + because(reason);
            case UpgradeEvent.UpgradePaused(var reason) -> "the upgrade pauses" + because(reason);
            case UpgradeEvent.UpgradeResumed(var reason) -> "the upgrade goes on" + because(reason);
            case UpgradeEvent.UpgradeAborted(var reason) -> "the upgrade was aborted" + because(reason);
            case UpgradeEvent.RollbackBegun(var reason) -> "the upgrade is rolled back" + because(reason);
            case UpgradeEvent.UpgradeCompleted(var reason) -> "the upgrade is complete" + because(reason);
            case UpgradeEvent.RollbackCompleted(var reason) -> "the upgrade was rolled back" + because(reason);
            case UpgradeEvent.UpgradeFinalized(var level) ->
                "the upgrade was finalized: the cluster has feature level " + level;
        };
    }

    private static String because(String reason) {
        return reason.isEmpty() ? "" : ": " + reason;
    }
}
